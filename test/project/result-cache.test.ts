import { expect, test } from "vitest";
import type { Migration } from "../../src/core/migration.ts";
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

const migrations: readonly Migration[] = ["0001", "0002"].map((id, order) => ({
	id,
	name: "orders",
	order,
	release: id,
	candidate: true,
	layout: "plain",
	up: [],
	down: [],
	verify: [],
	placeholders: [],
}));

test("what one version stored, another does not find", () => {
	const directory = directoryWith({});
	resultCache(directory, "1.0.0").open({}, migrations).write(judgement);
	expect(resultCache(directory, "1.0.0").open({}, migrations).read()).toEqual(judgement);
	expect(resultCache(directory, "1.0.1").open({}, migrations).read()).toBeUndefined();
});

test("the twenty newest results are kept", () => {
	const cache = resultCache(directoryWith({}), "1.0.0");
	const histories = Array.from({ length: 25 }, (_, at) => cache.open({ at }, migrations));
	for (const history of histories) history.write(judgement);
	expect(histories.filter((history) => history.read()).length).toBe(20);
	expect(histories[24]!.read()).toEqual(judgement);
});

test("a place that cannot be written to does not stop the run", () => {
	const directory = directoryWith({ "a-file": "" });
	const history = resultCache(`${directory}/a-file`, "1.0.0").open({}, migrations);
	history.write(judgement);
	history.writePasts([]);
	expect(history.read()).toBeUndefined();
});
