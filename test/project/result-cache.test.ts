import { expect, test } from "vitest";
import { resultCache } from "../../src/project/result-cache.ts";
import { directoryWith } from "../cli/run.ts";

const judgement = {
	result: {
		findings: [],
		ignored: [],
		gone: new Map([[0, { kind: "table" as const, schema: "public", name: "orders" }]]),
		counts: {
			migrations: 1,
			statements: 2,
			unread: 0,
			ignored: 0,
			history: { migrations: 0, statements: 0, unread: 0 },
		},
	},
	asked: [],
};

test("what one version stored, another does not find", () => {
	const directory = directoryWith({});
	const cause = { migrations: ["0001"] };
	const old = resultCache(directory, "1.0.0");
	const current = resultCache(directory, "1.0.1");
	old.write(old.keyOf(cause), judgement);
	expect(old.read(old.keyOf(cause))).toEqual(judgement);
	expect(current.read(current.keyOf(cause))).toBeUndefined();
});

test("the twenty newest results are kept", () => {
	const cache = resultCache(directoryWith({}), "1.0.0");
	const keys = Array.from({ length: 25 }, (_, at) => cache.keyOf({ at }));
	for (const key of keys) cache.write(key, judgement);
	expect(keys.filter((key) => cache.read(key)).length).toBe(20);
	expect(cache.read(keys[24]!)).toEqual(judgement);
});

test("a place that cannot be written to does not stop the run", () => {
	const directory = directoryWith({ "a-file": "" });
	const cache = resultCache(`${directory}/a-file`, "1.0.0");
	const key = cache.keyOf({});
	cache.write(key, judgement);
	expect(cache.read(key)).toBeUndefined();
});
