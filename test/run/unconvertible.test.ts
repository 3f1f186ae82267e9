import { afterAll, beforeAll, expect, test } from "vitest";
import { readEvidence, readMetrics } from "../../src/run/evidence.ts";
import type { RunSession } from "../../src/run/engine.ts";
import { checksText } from "../../src/report/verify-text.ts";
import { plainPalette } from "../../src/report/report.ts";
import { checksOf, runChecks } from "../../src/run/compare/checks.ts";
import { rowsOf, sessionOf, valueOf } from "./backfill-context.ts";
import {
	plannedWithoutSoak,
	ran,
	startRunServer,
	type RunServer,
	type TestPlan,
} from "./server-run.ts";

let running: RunServer;
let session: RunSession;
let planned: TestPlan;

const orders = "CREATE TABLE orders (id bigint PRIMARY KEY, total text)";

beforeAll(async () => {
	running = await startRunServer();
	session = await sessionOf(running.engine);
	await rowsOf(
		session,
		`${orders}; INSERT INTO orders SELECT i, CASE WHEN i IN (17, 420) THEN 'n/a' ELSE i::text END FROM generate_series(1, 500) i`,
	);
	planned = await plannedWithoutSoak([
		{ id: "0001_create_orders", sql: `${orders};` },
		{
			id: "0002_total_is_a_number",
			sql: "ALTER TABLE orders ALTER COLUMN total TYPE integer USING total::integer;",
		},
	]);
}, 120_000);

afterAll(async () => {
	await session.close();
	await running.server.close();
});

const source = () => ({ engine: running.engine, session, ...planned });

async function failures(): Promise<number | undefined> {
	const { metrics } = await readMetrics(source());
	return metrics.find(({ name }) => name === "dual_write_fail")?.points[0]?.value;
}

test("rows that cannot be converted stop the run, are set aside by people, and stand in the receipt", async () => {
	const stopped = await ran(running.engine, planned);
	expect(stopped).toMatchObject({
		is: "stopped",
		step: "migrate-1",
		why: "2 rows cannot be converted",
	});
	expect(await failures()).toBe(2);
	// A write of the application that the trigger cannot convert succeeds, and counts with them.
	await rowsOf(session, "INSERT INTO orders VALUES (501, 'free')");
	const again = await ran(running.engine, planned);
	expect(again).toMatchObject({ is: "stopped", why: "3 rows cannot be converted" });
	expect(await failures()).toBe(3);
	const statement = again.is === "stopped" ? again.details.at(-1) : undefined;
	await rowsOf(session, statement ?? "");
	await rowsOf(session, "UPDATE orders SET total = NULL WHERE id IN (SELECT id FROM set_aside)");
	expect(await ran(running.engine, planned)).toEqual({ is: "done" });
	expect(await rowsOf(session, "SELECT id, total FROM set_aside ORDER BY id")).toEqual([
		["17", "n/a"],
		["420", "n/a"],
		["501", "free"],
	]);
	expect(await valueOf(session, "SELECT pg_typeof(total)::text FROM orders LIMIT 1")).toBe(
		"integer",
	);
	expect(await failures()).toBe(0);
	const { receipts } = await readEvidence(source());
	const stops = receipts.find(({ phase }) => phase === "migrate")?.stops ?? [];
	expect(stops.flatMap(({ rows }) => (rows ? [rows] : []))).toEqual([
		["id = 17", "id = 420"],
		["id = 17", "id = 420", "id = 501"],
	]);
});

test("what is asked of columns that the plan has renamed is told as taken over, and does not fail", async () => {
	const done = new Set(planned.plan.steps.map(({ id }) => id));
	const before = await runChecks(running.engine, session, checksOf(planned.plan), 0);
	expect(before.some(({ is }) => is === "unknown")).toBe(true);
	const results = await runChecks(running.engine, session, checksOf(planned.plan, done), 0);
	expect(results.every(({ is }) => is === "passed" || is === "takenOver")).toBe(true);
	expect(checksText(results, plainPalette)).toMatchInlineSnapshot(`
		"over     migrate-1 orders.total: Change the rows that are left, 1,000 at a time: no row is left
		         no longer applies: taken over by contract-1
		over     migrate-1 orders.total: Change the rows that are left, 1,000 at a time: every old value could be converted
		         no longer applies: taken over by contract-1
		over     migrate-1 orders.total: Change the rows that are left, 1,000 at a time: every old value can be got back
		         no longer applies: taken over by contract-1

		Nothing is left to ask: later steps have taken all over.
		"
	`);
});
