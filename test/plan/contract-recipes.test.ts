import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeEach, expect, test } from "vitest";
import type { FilledRecipe } from "../../src/core/finding.ts";
import { lintSql } from "../lint-sql.ts";

interface Case {
	readonly before: string;
	readonly change: string;
	readonly rule: string;
	readonly version?: number;
}

async function recipeFor({ before, change, rule, version }: Case): Promise<FilledRecipe> {
	const { findings } = await lintSql(
		[
			{ id: "0001_create", sql: before },
			{ id: "0002_change", sql: change },
		],
		{ only: [rule], ...(version !== undefined && { version }) },
	);
	return findings[0]!.recipe!;
}

/** It takes seconds to start, so the tests share it. */
const database = new PGlite();

beforeEach(async () => {
	await database.exec("DROP SCHEMA public CASCADE; CREATE SCHEMA public;");
}, 60_000);

afterAll(async () => {
	await database.close();
});

/** Runs the history before the change, then every step of the recipe, as they stand. */
async function followRecipe(subject: Case, between = ""): Promise<void> {
	const recipe = await recipeFor(subject);
	await database.exec(subject.before);
	for (const [at, { sql }] of recipe.steps.entries()) {
		if (sql !== undefined) await database.exec(sql);
		if (at === 0 && between !== "") await database.exec(between);
	}
}

const orders = `CREATE TABLE orders (id bigint PRIMARY KEY, "Customer" bigint, total numeric(12, 2) NOT NULL DEFAULT 0);
CREATE INDEX orders_total_idx ON orders (total);
INSERT INTO orders VALUES (1, 7, 10), (2, 8, 20);`;

async function isNotNull(table: string, column: string): Promise<boolean> {
	const { rows } = await database.query<{ attnotnull: boolean }>(
		`SELECT attnotnull FROM pg_attribute WHERE attrelid = '${table}'::regclass AND attname = '${column}'`,
	);
	return rows[0]!.attnotnull;
}

test.for([14, 18])("SET NOT NULL is proved first on version %i", async (version) => {
	const change = `ALTER TABLE orders ALTER COLUMN "Customer" SET NOT NULL;`;
	const subject = { before: orders, change, rule: "require-not-null-proof", version };
	await followRecipe(subject);
	expect(await isNotNull("orders", "Customer")).toBe(true);
});

test("a primary key takes its index over when its columns are proved", async () => {
	const before = `CREATE TABLE shipments (id bigint, note text); INSERT INTO shipments VALUES (1, 'a');
CREATE UNIQUE INDEX shipments_pkey ON shipments (id);`;
	const change = `ALTER TABLE shipments ADD PRIMARY KEY USING INDEX shipments_pkey;`;
	await followRecipe({ before, change, rule: "require-not-null-proof" });
	expect(await isNotNull("shipments", "id")).toBe(true);
});

test("a required column is added, filled and then required", async () => {
	const change = `ALTER TABLE orders ADD COLUMN currency char(3) NOT NULL;`;
	const filled = `UPDATE orders SET currency = 'EUR';`;
	const subject = { before: orders, change, rule: "no-add-required-column" };
	await followRecipe(subject, filled);
	expect(await isNotNull("orders", "currency")).toBe(true);
});

test("a renamed table is reached under both names until the view goes", async () => {
	const change = `ALTER TABLE orders RENAME TO purchases;`;
	const both = `INSERT INTO orders (id, "Customer") VALUES (3, 9); SELECT * FROM purchases;`;
	const subject = { before: orders, change, rule: "no-rename-table" };
	await followRecipe(subject, both);
	const { rows } = await database.query("SELECT id, total FROM purchases WHERE id = 3");
	expect(rows).toEqual([{ id: 3, total: "0.00" }]);
});

test("a renamed column takes writes under both names until the old one goes", async () => {
	const change = `ALTER TABLE orders RENAME COLUMN total TO amount;`;
	const both = `INSERT INTO orders (id, total) VALUES (3, 30);
INSERT INTO orders (id, amount) VALUES (4, 40);
UPDATE orders SET total = 11 WHERE id = 1;
UPDATE orders SET amount = 31 WHERE id = 3;
DO $$ BEGIN
	ASSERT (SELECT bool_and(total = amount) FROM orders WHERE id <> 2);
END $$;`;
	const subject = { before: orders, change, rule: "no-rename-column" };
	await followRecipe(subject, both);
	const { rows } = await database.query("SELECT id, amount FROM orders ORDER BY id");
	expect(rows).toEqual([
		{ id: 1, amount: "11.00" },
		{ id: 2, amount: "20.00" },
		{ id: 3, amount: "31.00" },
		{ id: 4, amount: "40.00" },
	]);
});

test("a dropped column loses its index first", async () => {
	const change = `ALTER TABLE orders DROP COLUMN total;`;
	const recipe = await recipeFor({ before: orders, change, rule: "no-drop-column" });
	expect(recipe.steps.map((step) => step.sql ?? step.title)).toMatchInlineSnapshot(`
		[
		  "Release code that neither reads nor writes total; ORMs need it out of their column list",
		  "DROP INDEX CONCURRENTLY orders_total_idx;",
		  "ALTER TABLE orders DROP COLUMN total;",
		]
	`);
	await followRecipe({ before: orders, change, rule: "no-drop-column" });
});

test("a dropped table loses its foreign keys first", async () => {
	const before = `${orders}
CREATE TABLE order_lines (id bigint PRIMARY KEY, order_id bigint REFERENCES orders (id));`;
	const change = `DROP TABLE orders CASCADE;`;
	const recipe = await recipeFor({ before, change, rule: "no-drop-table" });
	expect(recipe.steps.map((step) => step.sql ?? step.title)).toMatchInlineSnapshot(`
		[
		  "Release code that no longer uses orders",
		  "ALTER TABLE order_lines DROP CONSTRAINT order_lines_order_id_fkey;",
		  "Make a backup of its rows if they may be needed again",
		  "DROP TABLE orders;",
		]
	`);
	await followRecipe({ before, change, rule: "no-drop-table" });
});

test("an enum value gets a successor beside it", async () => {
	const before = `CREATE TYPE order_status AS ENUM ('open', 'payed');`;
	const change = `ALTER TYPE order_status RENAME VALUE 'payed' TO 'paid';`;
	await followRecipe({ before, change, rule: "no-rename-enum-value" });
	const { rows } = await database.query("SELECT enum_range(NULL::order_status)::text AS values");
	expect(rows).toEqual([{ values: "{open,payed,paid}" }]);
});

test("casts to the old name of a renamed domain go on until it goes", async () => {
	const before = `CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
CREATE TABLE customers (id bigint PRIMARY KEY, address email); INSERT INTO customers VALUES (1, 'a@b.example');`;
	const change = `ALTER DOMAIN email RENAME TO email_address;`;
	const { steps } = await recipeFor({ before, change, rule: "no-rename-object" });
	await database.exec(before);
	await database.exec(steps[0]!.sql!);
	await database.exec(`INSERT INTO customers VALUES (2, 'c@d.example'::email);`);
	const { rows } = await database.query<{ count: number }>(
		`SELECT count(*)::int AS count FROM customers WHERE address = ANY ('{a@b.example}'::email[]) OR address = 'c@d.example'::email`,
	);
	expect(rows[0]!.count).toBe(2);
	await database.exec(steps.at(-1)!.sql!);
});

test("an enum that a column holds has no second one beside it", async () => {
	const before = `CREATE TYPE order_status AS ENUM ('open', 'paid');
CREATE TABLE purchases (id bigint PRIMARY KEY, status order_status);`;
	const change = `ALTER TYPE order_status RENAME TO order_state;`;
	expect(await recipeFor({ before, change, rule: "no-rename-object" })).toBeUndefined();
});

test("what hangs on a sequence is dropped by name, not by CASCADE", async () => {
	const before = `CREATE SEQUENCE invoice_numbers;
CREATE TABLE invoices (id bigint PRIMARY KEY, number bigint DEFAULT nextval('invoice_numbers'));`;
	const change = `DROP SEQUENCE invoice_numbers CASCADE;`;
	const { steps } = await recipeFor({ before, change, rule: "no-drop-sequence" });
	expect(steps.flatMap(({ sql }) => sql ?? [])).toEqual([
		"ALTER TABLE invoices ALTER COLUMN number DROP DEFAULT;",
		"DROP SEQUENCE invoice_numbers;",
	]);
});

test("a view that comes back with less has no recipe that leaves it out", async () => {
	const before = `CREATE TABLE purchases (id bigint PRIMARY KEY, status text);
CREATE VIEW open_purchases AS SELECT id, status FROM purchases;`;
	const change = `DROP VIEW open_purchases; CREATE VIEW open_purchases AS SELECT id FROM purchases;`;
	expect(await recipeFor({ before, change, rule: "no-drop-view" })).toBeUndefined();
});
