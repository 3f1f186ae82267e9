import sqlite from "node-sqlite3-wasm";
import { describe, expect, test } from "vitest";
import { loadSqlite } from "../../src/dialect/sqlite/dialect.ts";
import { lintSql } from "../lint-sql.ts";

const dialect = loadSqlite();

const before = `CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id), note TEXT);
CREATE TABLE reports (id INTEGER PRIMARY KEY);`;

async function rulesFor(sql: string): Promise<readonly string[]> {
	const { findings } = await lintSql(
		[
			{ id: "0001", sql: before },
			{ id: "0002", sql },
		],
		{
			dialect,
			preset: "strict",
			only: ["no-unproven-reference", "require-foreign-key-check"],
		},
	);
	return findings.map(({ rule, message }) => `${rule}: ${message}`);
}

describe("with foreign keys off", () => {
	test.each([
		["nothing refers to the table", "DELETE FROM reports;"],
		["the release deletes what refers to it", "DELETE FROM orders; DELETE FROM customers;"],
		["a column that no key has", "UPDATE orders SET note = '';"],
		["a link is taken away", "UPDATE orders SET customer_id = NULL;"],
		[
			"a new table is filled",
			"CREATE TABLE carts (id INTEGER PRIMARY KEY); INSERT INTO carts VALUES (1);",
		],
		["a name changes that nothing refers to", "UPDATE customers SET name = '';"],
		[
			"a query looks afterwards",
			"DELETE FROM customers; SELECT count(*) FROM pragma_foreign_key_check;",
		],
	])("%s", async (_name, sql) => {
		expect(await rulesFor(`PRAGMA foreign_keys = OFF; ${sql}`)).toEqual([]);
	});

	test("what is written and what is changed is told once a migration and table", async () => {
		const found = await rulesFor(`PRAGMA foreign_keys = 0;
UPDATE orders SET customer_id = 4;
INSERT INTO orders (id, customer_id) VALUES (1, 2);
UPDATE customers SET id = id + 1000;
PRAGMA foreign_keys = 1;`);
		expect(found).toEqual([
			"no-unproven-reference: Foreign keys are off: nothing tests that customer_id of orders leads to a row of customers, now or later.",
		]);
	});

	test("in a transaction the PRAGMA does nothing, so the server tests", async () => {
		expect(
			await rulesFor("BEGIN; PRAGMA foreign_keys = OFF; DELETE FROM customers; COMMIT;"),
		).toEqual([]);
	});

	test("turned on again before the change the server tests", async () => {
		const sql = "PRAGMA foreign_keys = OFF; PRAGMA foreign_keys = ON; DELETE FROM customers;";
		expect(await rulesFor(sql)).toEqual([]);
	});
});

test("a table that is made anew gives the number of a deleted row again", () => {
	const database = new sqlite.Database(":memory:");
	database.exec(`CREATE TABLE invoices (id INTEGER PRIMARY KEY AUTOINCREMENT, total INTEGER);
INSERT INTO invoices (total) VALUES (1), (2), (3);
DELETE FROM invoices WHERE id = 3;
CREATE TABLE invoices_new (id INTEGER PRIMARY KEY AUTOINCREMENT, total INTEGER);
INSERT INTO invoices_new SELECT id, total FROM invoices;
DROP TABLE invoices;
ALTER TABLE invoices_new RENAME TO invoices;
INSERT INTO invoices (total) VALUES (9);`);
	expect(database.all("SELECT id, total FROM invoices")).toContainEqual({ id: 3, total: 9 });
	database.close();
});

test("foreign keys turned on again test no row that is there", () => {
	const database = new sqlite.Database(":memory:");
	database.exec(`${before} INSERT INTO customers VALUES (1, ''); INSERT INTO orders VALUES (1, 1, '');
PRAGMA foreign_keys = OFF; DELETE FROM customers; PRAGMA foreign_keys = ON; UPDATE orders SET note = 'late';`);
	expect(database.all("PRAGMA foreign_key_check")).toHaveLength(1);
	database.close();
});
