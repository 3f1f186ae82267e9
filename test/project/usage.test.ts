import { afterAll, beforeAll, expect, test } from "vitest";
import type { Dialect } from "../../src/core/dialect.ts";
import { loadPostgres } from "../../src/dialect/postgres/dialect.ts";
import { mentionOf } from "../../src/project/usage/mentions.ts";
import { findTarget, readUsage, type Usage } from "../../src/project/usage/read-usage.ts";
import { plainPalette } from "../../src/report/report.ts";
import { usageJson, usageText, verdictOf } from "../../src/report/usage.ts";
import { startServer } from "../../src/trace/engines/server.ts";
import type { TraceEngine } from "../../src/trace/engine.ts";

let dialect: Dialect;
let engine: TraceEngine;

async function run(...statements: readonly string[]): Promise<void> {
	for (const sql of statements) {
		const { failure } = await engine.execute(sql);
		if (failure) throw new Error(`${failure.message}: ${sql}`);
	}
}

beforeAll(async () => {
	dialect = await loadPostgres({});
	const started = await startServer(18, [process.cwd()], {
		shared_preload_libraries: "pg_stat_statements",
	});
	if ("code" in started) throw new Error(started.message);
	engine = started;
	await run(
		"CREATE TABLE customers (id bigint PRIMARY KEY, status text, name text)",
		"CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, status text, note text, total numeric)",
		"CREATE INDEX orders_note_idx ON orders (note)",
		"CREATE VIEW order_totals AS SELECT id, total FROM orders",
	);
}, 120_000);

afterAll(async () => {
	await engine.close();
});

async function usageOf(object: string): Promise<Usage> {
	const target = await findTarget(engine, object);
	if (!target) throw new Error(`no ${object}`);
	return readUsage(engine, target, dialect);
}

test("without the extension it says what is missing", async () => {
	const usage = await usageOf("orders.note");
	expect(usageText(usage, plainPalette, 100)).toContain(
		"the extension pg_stat_statements is not installed",
	);
});

test("a column that statements read, one that a view reads, one that nothing reads", async () => {
	await run(
		"CREATE EXTENSION pg_stat_statements",
		"SELECT pg_stat_statements_reset()",
		"INSERT INTO orders (id, status) VALUES (1, 'open')",
		"SELECT o.id, o.status FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.name = 'Ada'",
		"SELECT pg_stat_force_next_flush()",
	);
	const status = await usageOf("orders.status");
	expect(verdictOf(status)).toBe("used");
	const text = usageText(status, plainPalette, 100).replace(
		/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g,
		"<time>",
	);
	expect(text).toContain("orders.status is used.");
	expect(text).toContain("1 call: INSERT INTO orders (id, status) VALUES ($1, $2)");
	const note = await usageOf("orders.note");
	expect(verdictOf(note)).toBe("notSeen");
	expect(usageText(note, plainPalette, 100)).toMatch(/^orders\.note was not seen since \d{4}-/);
	expect(note.indexes).toEqual([{ name: "orders_note_idx", scans: 0 }]);
	const total = await usageOf("orders.total");
	expect(total.dependents).toEqual([{ kind: "view", name: "public.order_totals" }]);
	expect(verdictOf(total)).toBe("used");
	expect(JSON.parse(usageJson(total))).toMatchObject({ version: 1, verdict: "used" });
});

test("what is not there is not found", async () => {
	expect(await findTarget(engine, "orders.colour")).toBeUndefined();
	expect(await findTarget(engine, "public.orders.status")).toEqual({
		schema: "public",
		table: "orders",
		column: "status",
	});
});

test.each([
	["SELECT status FROM orders", "certain"],
	["SELECT o.* FROM orders o", "possible"],
	["SELECT c.status FROM customers c JOIN orders o ON o.customer_id = c.id", "none"],
	["SELECT status FROM customers c JOIN orders o ON o.customer_id = c.id", "possible"],
	["UPDATE orders SET status = $1 WHERE id = $2", "certain"],
	["SELECT status FROM sales.orders", "none"],
	["DELETE FROM orders WHERE id = $1", "none"],
	["SELECT status FROM orders WHERE", "unread"],
])("%s: %s", (sql, mention) => {
	const target = { schema: "public", table: "orders", column: "status" };
	expect(mentionOf(sql, target, dialect)).toBe(mention);
});
