import sqlite from "node-sqlite3-wasm";
import { expect, test } from "vitest";
import type { FilledRecipe } from "../../src/core/finding.ts";
import { loadSqlite } from "../../src/dialect/sqlite/dialect.ts";
import { lintSql } from "../lint-sql.ts";

const schema = `CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE orders (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
	"order" TEXT DEFAULT 'it''s',
	total INTEGER DEFAULT (1 + 1) CHECK (total >= 0),
	status TEXT,
	UNIQUE (customer_id, status)
);
CREATE TABLE lines (order_id INTEGER REFERENCES orders (id) ON DELETE CASCADE, item TEXT);
CREATE INDEX lines_item ON lines (item);
CREATE INDEX orders_total ON orders (total DESC) WHERE status IS NOT NULL;
CREATE UNIQUE INDEX orders_lower ON orders (lower(status), id);
CREATE VIEW open_orders AS SELECT id, total FROM orders WHERE status = 'open';`;

const rows = [
	"INSERT INTO customers VALUES (1, 'Ada')",
	"INSERT INTO orders VALUES (1, 1, 'x', 5, 'open'), (9, 1, 'y', 7, NULL)",
	"DELETE FROM orders WHERE id = 9",
	"INSERT INTO lines VALUES (1, 'pen')",
];

async function recipeFor(sql: string): Promise<FilledRecipe | undefined> {
	const { findings } = await lintSql(
		[
			{ id: "0001_create", sql: schema },
			{ id: "0002_change", sql },
		],
		{ dialect: loadSqlite() },
	);
	return findings.find(({ recipe }) => recipe)?.recipe;
}

function databaseWith(recipe: FilledRecipe): InstanceType<typeof sqlite.Database> {
	const database = new sqlite.Database(":memory:");
	database.exec(schema);
	for (const row of rows) database.exec(row);
	for (const { sql } of recipe.steps) if (sql !== undefined) database.exec(sql);
	return database;
}

test("a table is made anew with its rows, keys, indexes and numbers, and others keep theirs", async () => {
	const recipe = await recipeFor(
		"ALTER TABLE orders ADD COLUMN created_at TEXT DEFAULT CURRENT_TIMESTAMP;",
	);
	if (!recipe) throw new Error("no recipe");
	expect(recipe.steps.map(({ sql }) => sql).join("\n\n")).toMatchInlineSnapshot(`
		"PRAGMA foreign_keys = OFF;
		PRAGMA legacy_alter_table = ON;

		BEGIN IMMEDIATE;
		CREATE TABLE orders_new (
			id INTEGER PRIMARY KEY AUTOINCREMENT,
			customer_id INTEGER NOT NULL,
			"order" TEXT DEFAULT 'it''s',
			total INTEGER DEFAULT (1 + 1),
			status TEXT,
			created_at TEXT DEFAULT CURRENT_TIMESTAMP,
			CHECK (total >= 0),
			UNIQUE (customer_id, status),
			FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE
		);
		INSERT INTO orders_new (id, customer_id, "order", total, status) SELECT id, customer_id, "order", total, status FROM orders;
		DELETE FROM sqlite_sequence WHERE name = 'orders_new';
		INSERT INTO sqlite_sequence (name, seq) SELECT 'orders_new', seq FROM sqlite_sequence WHERE name = 'orders';
		DROP TABLE orders;
		ALTER TABLE orders_new RENAME TO orders;
		CREATE INDEX orders_total ON orders (total DESC) WHERE status IS NOT NULL;
		CREATE UNIQUE INDEX orders_lower ON orders (lower(status), id);
		PRAGMA foreign_key_check;
		COMMIT;

		PRAGMA legacy_alter_table = OFF;
		PRAGMA foreign_keys = ON;
		PRAGMA integrity_check;"
	`);
	const database = databaseWith(recipe);
	expect(database.all("SELECT id, customer_id, total, status FROM orders")).toEqual([
		{ id: 1, customer_id: 1, total: 5, status: "open" },
	]);
	expect(database.all("SELECT * FROM lines")).toEqual([{ order_id: 1, item: "pen" }]);
	expect(database.all("SELECT * FROM open_orders")).toEqual([{ id: 1, total: 5 }]);
	expect(database.all("SELECT seq FROM sqlite_sequence WHERE name = 'orders'")).toEqual([
		{ seq: 9 },
	]);
	const indexes = database.all(
		"SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'orders' ORDER BY name",
	);
	expect(indexes.map(({ name }) => name)).toEqual([
		"orders_lower",
		"orders_total",
		"sqlite_autoindex_orders_1",
	]);
	expect(database.all("PRAGMA foreign_keys")).toEqual([{ foreign_keys: 1 }]);
	expect(database.all("PRAGMA foreign_key_check")).toEqual([]);
	database.close();
});

test.for([
	"ALTER TABLE orders ALTER COLUMN status SET NOT NULL;",
	"ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0);",
	"ALTER TABLE lines DROP COLUMN item;",
])("%s is done by making the table anew", async (sql) => {
	const recipe = await recipeFor(sql);
	if (!recipe) throw new Error("no recipe");
	const database = databaseWith(recipe);
	expect(database.all("SELECT id FROM orders")).toEqual([{ id: 1 }]);
	database.close();
});

test("a column that a view reads is not taken out of the table behind it", async () => {
	expect(await recipeFor("ALTER TABLE orders DROP COLUMN total;")).toBeUndefined();
});

test("a large change goes row number by row number", async () => {
	const recipe = await recipeFor("UPDATE orders SET total = 0 WHERE status = 'open';");
	expect(recipe?.steps[0]?.sql).toMatchInlineSnapshot(`
		"UPDATE orders SET total = 0
		WHERE rowid IN (SELECT rowid FROM orders WHERE (status = 'open') AND total IS NOT 0 LIMIT 1000);"
	`);
	if (recipe) databaseWith(recipe).close();
});
