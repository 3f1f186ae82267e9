import sqlite from "node-sqlite3-wasm";
import { expect, test } from "vitest";
import { forms } from "./forms.ts";
import { effectsOf, isRefused } from "./judge.ts";

interface Case {
	readonly before: readonly string[];
	readonly statement: string;
}

const cases = forms.flatMap(({ before, statements }) =>
	statements.map((statement): Case => ({ before, statement })),
);

/** Runs it on a database of its own; returns SQLite's words where it is refused. */
function refusalOf({ before, statement }: Case, inTransaction: boolean): string | undefined {
	const database = new sqlite.Database(":memory:");
	try {
		for (const text of before) database.exec(text);
		if (inTransaction) database.exec("BEGIN");
		database.exec(statement);
		return undefined;
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	} finally {
		database.close();
	}
}

/** node-sqlite3-wasm turns foreign keys on for each connection. */
const settings = { foreign_keys: "on" };

test.for(cases)("$statement", ({ before, statement }) => {
	for (const inTransaction of [false, true]) {
		const refusal = refusalOf({ before, statement }, inTransaction);
		const said = isRefused({ before, statement, inTransaction, settings });
		expect([inTransaction, refusal, said]).toEqual([inTransaction, refusal, refusal !== undefined]);
	}
});

test("there are more forms than were measured elsewhere", () => {
	expect(cases.length).toBeGreaterThan(150);
});

function effectOf(statement: string, version?: number) {
	const before = [
		"CREATE TABLE orders (id INTEGER PRIMARY KEY, total INT, note TEXT)",
		"CREATE TABLE lines (id INTEGER PRIMARY KEY, order_id INT REFERENCES orders (id) ON DELETE CASCADE)",
		"CREATE INDEX by_total ON orders (total)",
		"INSERT INTO orders (id) VALUES (1)",
		"INSERT INTO lines VALUES (1, 1)",
	];
	const effects = effectsOf({ before, statement, ...(version !== undefined && { version }) });
	if (!effects?.[0]) throw new Error(`${statement} is not read`);
	return effects[0];
}

test("what a version does not know is refused, with the version that does", () => {
	expect(effectOf("ALTER TABLE orders DROP COLUMN note", 33400).fails?.reason).toBe(
		"DROP COLUMN came with SQLite 3.35, this is 3.34",
	);
	expect(effectOf("ALTER TABLE orders DROP COLUMN note", 33500).fails).toBeUndefined();
	expect(effectOf("ALTER TABLE orders RENAME COLUMN note TO remark", 32400).fails?.reason).toBe(
		"RENAME COLUMN came with SQLite 3.25, this is 3.24",
	);
	expect(effectOf("ALTER TABLE orders ALTER COLUMN note SET NOT NULL", 34500).fails?.reason).toBe(
		"ALTER TABLE changes constraints since SQLite 3.53, this is 3.45",
	);
	expect(effectOf("CREATE TABLE a (id INT) STRICT", 33600).fails?.reason).toBe(
		"STRICT tables came with SQLite 3.37, this is 3.36",
	);
});

test("a change that finds its rows by a key reads no more than those", () => {
	expect(effectOf("UPDATE orders SET note = 'x' WHERE id = 1").scans).toEqual([]);
	expect(effectOf("UPDATE orders SET note = 'x' WHERE rowid BETWEEN 1 AND 10").scans).toEqual([]);
	expect(effectOf("DELETE FROM orders WHERE total IN (1, 2)").scans).toEqual([]);
	expect(effectOf("UPDATE orders SET total = 1 WHERE note = 'x'").scans).toEqual(["public.orders"]);
	expect(effectOf("UPDATE orders SET total = 1").scans).toEqual(["public.orders"]);
});

test("every write keeps all other writers out, reading does not", () => {
	const lock = { relation: "main", mode: "RESERVED", blocks: "writes" };
	expect(effectOf("UPDATE orders SET total = 1 WHERE id = 1").locks).toEqual([lock]);
	expect(effectOf("CREATE INDEX by_note ON orders (note)").locks).toEqual([lock]);
	expect(effectOf("SELECT * FROM orders").locks).toEqual([]);
	expect(effectOf("CREATE TEMP TABLE scratch (id INT)").locks).toEqual([]);
});

test("DROP TABLE reads the rows of the tables that go with it", () => {
	expect(effectOf("DROP TABLE orders").scans).toEqual(["public.orders", "public.lines"]);
	expect(effectOf("DROP TABLE lines").scans).toEqual([]);
});
