import { expect, test } from "vitest";
import { watchedAnswer, type Look } from "../../src/run/answer-watch.ts";
import type { Answer } from "../../src/run/engine.ts";

const done: Answer = { ok: true, rows: [], changed: 1 };
const broken: Answer = {
	ok: false,
	failure: { kind: "connection", code: "08006", message: "cut" },
};

/** A statement that is answered after so many looks, or when it is cut; bytes come before each look. */
async function watched(
	looks: readonly Look[],
	bytes: readonly number[] = [],
): Promise<{ readonly answer: Answer; readonly looked: number }> {
	let looked = 0;
	let answered: (answer: Answer) => void = () => undefined;
	const running = new Promise<Answer>((resolve) => {
		answered = resolve;
	});
	const answer = await watchedAnswer(
		running,
		{
			look() {
				const look = looks[looked++];
				if (look === undefined) answered(done);
				return Promise.resolve(look ?? "works");
			},
			heard: () => bytes[looked] ?? bytes.at(-1) ?? 0,
			cut() {
				answered(broken);
			},
		},
		{ first: 1, second: 1 },
	);
	return { answer, looked };
}

test("a statement that the server works on is waited for", async () => {
	expect(await watched(["works", "works", "works", "works"])).toMatchObject({ answer: done });
});

test("a server that does nothing for it on two looks has answered into the void", async () => {
	expect(await watched(["works", "idle", "idle", "works"])).toEqual({ answer: broken, looked: 3 });
});

test("one look is none: the answer may be on its way", async () => {
	expect(await watched(["idle", "works", "idle", "works"])).toMatchObject({ answer: done });
});

test("a server that does not answer on three looks is not there", async () => {
	expect(await watched(["silent", "silent", "silent"])).toEqual({ answer: broken, looked: 3 });
	expect(await watched(["silent", "silent", "works", "silent"])).toMatchObject({ answer: done });
});

test("a server that lets nobody in is waited for", async () => {
	expect(await watched(["unknown", "unknown", "unknown"])).toMatchObject({ answer: done });
});

test("as long as bytes come the connection lives", async () => {
	expect(await watched(["idle", "idle", "idle"], [0, 10, 20, 30, 40])).toMatchObject({
		answer: done,
	});
});
