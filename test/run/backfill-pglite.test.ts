import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunEngine, RunSession } from "../../src/run/engine.ts";
import { runBackfill } from "../../src/run/backfill/run-backfill.ts";
import { compareWithin } from "../../src/run/compare/compare-databases.ts";
import { runChecks } from "../../src/run/compare/checks.ts";
import { openPglite } from "../../src/run/engines/pglite.ts";
import { backfillStep, emptyWithBooks, rowsOf, sessionOf, testRun } from "./backfill-context.ts";

const directory = mkdtempSync(path.join(tmpdir(), "lockkeeper-"));
let engine: RunEngine;
let session: RunSession;

beforeAll(async () => {
	const opened = await openPglite(path.join(directory, "data"));
	if ("code" in opened) throw new Error(opened.message);
	engine = opened;
	session = await sessionOf(engine);
	await emptyWithBooks(engine, session);
}, 120_000);

afterAll(async () => {
	await engine.close();
	rmSync(directory, { recursive: true, force: true });
});

test("with one connection rows are changed, proved and compared", async () => {
	await rowsOf(
		session,
		`CREATE TABLE orders (id bigint PRIMARY KEY, total text, total_new integer);
		INSERT INTO orders SELECT i, i::text FROM generate_series(1, 900) i;
		INSERT INTO orders VALUES (0, 'n/a');
		CREATE TABLE orders_copy (LIKE orders INCLUDING ALL)`,
	);
	const step = backfillStep(
		{
			table: "orders",
			key: ["id"],
			set: "total_new = total::integer",
			pending: "total_new IS DISTINCT FROM (total::integer)",
		},
		100,
	);
	const config = { workers: 4 };
	expect(await runBackfill(testRun(engine, session, session, { config }).context, step)).toEqual({
		is: "stopped",
		why: "1 row cannot be converted",
		details: [
			'id = 0: invalid input syntax for type integer: "n/a" (22P02)',
			"Mend these rows. To keep them as they are, set them aside before you change or delete them:",
			"  CREATE TABLE set_aside AS SELECT * FROM orders WHERE id IN ('0');",
		],
		rows: ["id = 0"],
	});
	await rowsOf(session, "DELETE FROM orders WHERE id = 0");
	expect(await runBackfill(testRun(engine, session, session, { config }).context, step)).toEqual({
		is: "done",
		rows: 900,
	});
	const checks = [
		{ name: "filled", sql: "SELECT count(*) = 0 FROM orders WHERE total_new IS NULL;" },
		{ name: "two rows", sql: "SELECT true FROM orders LIMIT 2" },
		{ name: "writes", sql: "DELETE FROM orders RETURNING true" },
	];
	const results = await runChecks(engine, session, checks, 10_000);
	expect(results.map(({ name, is, message }) => [name, is, message])).toEqual([
		["filled", "passed", undefined],
		["two rows", "unknown", "it has 2 rows, not one"],
		["writes", "unknown", "cannot execute DELETE in a read-only transaction (25006)"],
	]);
	await rowsOf(
		session,
		"INSERT INTO orders_copy SELECT * FROM orders WHERE id <> 5; UPDATE orders_copy SET total = '' WHERE id = 7",
	);
	const limits = { statementTimeout: 10_000, most: 20 };
	expect(await compareWithin({ engine, session }, ["orders", "orders_copy"], limits)).toMatchObject(
		{
			comparison: {
				here: 900,
				there: 899,
				equal: false,
				rows: [
					{ key: ["5"], is: "onlyHere" },
					{ key: ["7"], is: "different" },
				],
			},
		},
	);
	expect(await compareWithin({ engine, session }, ["orders", "orders"], limits)).toMatchObject({
		comparison: { equal: true },
	});
	expect(await compareWithin({ engine, session }, ["orders", "nothing"], limits)).toMatchObject({
		problem: "nothing is not there",
	});
});
