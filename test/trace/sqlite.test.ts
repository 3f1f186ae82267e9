import { expect, test } from "vitest";
import type { Migration, TransactionClass } from "../../src/core/migration.ts";
import { loadSqlite } from "../../src/dialect/sqlite/dialect.ts";
import { traceJson } from "../../src/report/trace-json.ts";
import { startSqlite } from "../../src/trace/engines/sqlite.ts";
import { traceSqliteHistory } from "../../src/trace/sqlite-trace.ts";
import type { Trace } from "../../src/trace/trace.ts";

function migration(id: string, text: string, transaction: TransactionClass, candidate: boolean) {
	const section = {
		file: { path: `${id}.sql`, text },
		range: { start: 0, end: text.length },
		transaction,
	};
	return {
		id,
		name: id,
		layout: "plain",
		order: Number(id),
		release: id,
		candidate,
		up: [section],
		down: [],
		verify: [],
		placeholders: [],
	} satisfies Migration;
}

async function trace(
	before: string,
	sql: string,
	transaction: TransactionClass = "none",
	foreignKeys = false,
): Promise<Trace> {
	const engine = await startSqlite(foreignKeys);
	if ("code" in engine) throw new Error(engine.message);
	try {
		const migrations = [
			migration("1", before, "none", false),
			migration("2", sql, transaction, true),
		];
		const settings = new Map([["foreign_keys", foreignKeys ? "on" : "off"]]);
		return traceSqliteHistory({ migrations, dialect: loadSqlite(), settings }, engine);
	} finally {
		engine.close();
	}
}

const orders = `CREATE TABLE orders (id INTEGER PRIMARY KEY, total INTEGER, note TEXT);
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
INSERT INTO orders SELECT i, i, 'a note of some length' FROM n;`;

function seenIn({ statements }: Trace) {
	return statements.map(({ seen, differences }) => ({
		begins: seen?.writes?.begins,
		rewrites: seen?.rewrites,
		scans: seen?.scans.map(({ relation }) => relation),
		builds: seen?.builds.map(({ index }) => index),
		differences,
	}));
}

test("what each statement reads, builds and writes anew is seen, and is as said", async () => {
	const found = await trace(
		orders,
		`CREATE INDEX orders_total ON orders (total);
ALTER TABLE orders ADD COLUMN late INTEGER NOT NULL DEFAULT 0 CHECK (late >= 0);
ALTER TABLE orders DROP COLUMN note;
UPDATE orders SET total = 1 WHERE id = 7;
SELECT count(*) FROM orders;
VACUUM;`,
	);
	const plain = { begins: true, rewrites: [], builds: [], differences: [] };
	expect(seenIn(found)).toEqual([
		{ ...plain, scans: ["orders"], builds: ["orders_total"] },
		{ ...plain, scans: ["orders"] },
		{ ...plain, scans: ["orders"], rewrites: ["orders"] },
		{ ...plain, scans: [] },
		{ ...plain, begins: false, scans: ["orders"] },
		{ ...plain, scans: ["orders"], rewrites: ["orders"] },
	]);
});

test("pages are counted for what commits by itself, and at the end of a transaction", async () => {
	const sql = "UPDATE orders SET note = upper(note); DELETE FROM orders WHERE id = 1;";
	const alone = (await trace(orders, sql)).statements.map(({ seen }) => seen?.writes?.pages ?? 0);
	expect(alone[0]).toBeGreaterThan(20);
	expect(alone[1]).toBeGreaterThan(0);
	expect(alone[1]).toBeLessThan(5);
	const together = (await trace(orders, sql, "file")).statements.map(({ seen }) => seen?.writes);
	expect(together[0]).toEqual({ begins: true });
	expect(together[1]?.pagesOfTransaction).toBeGreaterThan(20);
});

test("what SQLite refuses stops the release, and what was said to be refused is no difference", async () => {
	const { statements } = await trace(
		orders,
		"ALTER TABLE orders ADD COLUMN late INTEGER PRIMARY KEY; DROP TABLE orders;",
	);
	const [refused, notRun] = statements;
	expect(refused?.seen?.failure?.message).toBe("Cannot add a PRIMARY KEY column");
	expect(refused?.differences).toEqual([]);
	expect(notRun?.notRun).toBe("an earlier statement of its release failed");
});

test("VACUUM is refused in a transaction, as is said", async () => {
	const { statements } = await trace(orders, "VACUUM;", "file");
	expect(statements[0]?.seen?.refusedInTransaction).toBe(true);
	expect(statements[0]?.differences).toEqual([]);
});

test("DROP TABLE with foreign keys on reads the tables that refer to it", async () => {
	const { statements } = await trace(
		`CREATE TABLE customers (id INTEGER PRIMARY KEY);
CREATE TABLE carts (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id) ON DELETE CASCADE);
INSERT INTO customers VALUES (1); INSERT INTO carts VALUES (1, 1);`,
		"DROP TABLE customers;",
		"none",
		true,
	);
	expect(statements[0]?.differences).toEqual([]);
	expect(statements[0]?.seen?.scans.map(({ relation }) => relation)).toEqual([
		"customers",
		"carts",
	]);
});

test("JSON tells what was written", async () => {
	const document: unknown = JSON.parse(traceJson([await trace(orders, "DROP TABLE orders;")]));
	expect(document).toMatchObject({
		traces: [{ statements: [{ happened: { locks: null, writes: { begins: true } } }] }],
	});
});
