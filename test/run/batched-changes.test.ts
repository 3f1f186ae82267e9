import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunSession } from "../../src/run/engine.ts";
import { beginRun } from "../../src/run/begin.ts";
import { runPlan } from "../../src/run/run.ts";
import { emptyWithBooks, rowsOf, sessionOf, valueOf } from "./backfill-context.ts";
import { opened, plannedWithoutSoak, ran, startRunServer, type RunServer } from "./server-run.ts";

let running: RunServer;
let session: RunSession;

beforeAll(async () => {
	running = await startRunServer();
	session = await sessionOf(running.engine);
}, 120_000);

afterAll(async () => {
	await session.close();
	await running.server.close();
});

const schema =
	"CREATE TABLE orders (id bigint PRIMARY KEY, status text, total integer, net integer, details json, token uuid);";
const filled = `INSERT INTO orders SELECT n, (ARRAY['open', 'Paid', 'void', NULL])[n % 4 + 1], n, NULLIF(n % 5, 0), CASE WHEN n % 2 = 0 THEN '{"a": 1}'::json END FROM generate_series(1, 6000) n`;
const changes = [
	"UPDATE orders SET status = 'paid' WHERE status <> 'open'",
	"UPDATE orders SET total = net * 3 WHERE id > 10",
	`UPDATE orders SET details = '{}' WHERE details IS NOT NULL`,
	"UPDATE orders SET token = gen_random_uuid() WHERE token IS NULL",
	"DELETE FROM orders WHERE net = 4 OR net IS NULL",
];
const content =
	"SELECT md5(string_agg(concat_ws('|', id, status, total, net, details), ',' ORDER BY id)) FROM orders";

test("a plan in batches, broken off again and again, leaves what the statements would have left", async () => {
	const { engine } = running;
	await emptyWithBooks(engine, session);
	await rowsOf(session, `${schema} ${filled}`);
	await rowsOf(session, `BEGIN; ${changes.join("; ")}`);
	const plain = await valueOf(session, content);
	await rowsOf(session, "ROLLBACK");
	const planned = await plannedWithoutSoak([
		{ id: "0001", sql: schema },
		{ id: "0002", sql: `${changes.join(";\n")};` },
	]);
	expect(planned.plan.steps.filter(({ transaction }) => transaction === "batches").length).toBe(5);
	for (let broken = 0; broken < 4; broken++) {
		const stop = new AbortController();
		let batches = 0;
		const open = await opened(engine, planned, {
			signal: stop.signal,
			tell: ({ kind }) => {
				if (kind === "batchDone" && ++batches === 3) stop.abort();
			},
		});
		await beginRun(open, ["grace"]);
		await runPlan(open, {
			deadline: 60_000,
			done: new Set(),
			evidence: "",
			acceptDrift: false,
			approvers: ["grace"],
		});
		await open.close();
	}
	expect(await ran(engine, planned)).toMatchObject({ is: "done" });
	expect(await valueOf(session, content)).toBe(plain);
	expect(await valueOf(session, "SELECT count(DISTINCT token) = count(*) FROM orders")).toBe("t");
});

test("a column of json keeps two names equal while it gets the new one", async () => {
	const { engine } = running;
	await emptyWithBooks(engine, session);
	await rowsOf(session, `${schema} ${filled}`);
	const planned = await plannedWithoutSoak([
		{ id: "0001", sql: schema },
		{ id: "0002", sql: "ALTER TABLE orders RENAME COLUMN details TO facts;" },
	]);
	const release = planned.plan.steps.find(({ title }) => title.includes("then release code"));
	expect(await ran(engine, planned, [release?.id ?? ""])).toMatchObject({ is: "waiting" });
	await rowsOf(
		session,
		`UPDATE orders SET facts = '[1]' WHERE id = 1; UPDATE orders SET details = '[2]' WHERE id = 2`,
	);
	expect(
		await valueOf(
			session,
			"SELECT count(*) FROM orders WHERE details::text IS DISTINCT FROM facts::text",
		),
	).toBe("0");
	expect(
		await valueOf(
			session,
			"SELECT string_agg(facts::text, '' ORDER BY id) FROM orders WHERE id < 3",
		),
	).toBe("[1][2]");
});
