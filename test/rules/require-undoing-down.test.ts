import { expect, test } from "vitest";
import { lintSql } from "../lint-sql.ts";

async function messages(up: string, down: string, before?: string): Promise<readonly string[]> {
	const result = await lintSql(
		[
			...(before === undefined ? [] : [{ id: "0001_create", sql: before }]),
			{ id: "0002_change", sql: up, down },
		],
		{ only: ["require-undoing-down"] },
	);
	return result.findings.map(({ message, file, start }) => `${file}:${start.line} ${message}`);
}

const orders = "CREATE TABLE orders (id bigint PRIMARY KEY, note text);";

test("a down that leaves the table of its migration behind says so, without the table's parts", async () => {
	const up = `CREATE TABLE invoices (id bigint PRIMARY KEY, total int);
CREATE INDEX invoices_total_idx ON invoices (total);
CREATE TYPE currency AS ENUM ('EUR');`;
	expect(await messages(up, "DROP TYPE currency;", orders)).toMatchInlineSnapshot(`
		[
		  "migrations/0002_change.down.sql:1 After this down migration there remain: table invoices and index invoices_total_idx.",
		]
	`);
});

test("a down of a table under another name fails on the server", async () => {
	expect(
		await messages(
			"ALTER TABLE orders ADD COLUMN channel text;",
			"ALTER TABLE orders_old DROP COLUMN channel;",
			orders,
		),
	).toMatchInlineSnapshot(`
		[
		  "migrations/0002_change.down.sql:1 This down migration changes orders_old, which does not exist: it fails.",
		]
	`);
});

test("a down that brings a column back with another type is told", async () => {
	expect(
		await messages(
			"ALTER TABLE orders DROP COLUMN note;",
			"ALTER TABLE orders ADD COLUMN note varchar(20);",
			orders,
		),
	).toMatchInlineSnapshot(`
		[
		  "migrations/0002_change.down.sql:1 After this down migration column orders.note is not what it was.",
		]
	`);
});

test("a down that drops more than its migration made is told", async () => {
	expect(
		await messages("ALTER TABLE orders ADD COLUMN channel text;", "DROP TABLE orders;", orders),
	).toMatchInlineSnapshot(`
		[
		  "migrations/0002_change.down.sql:1 This down migration does not bring back: table orders.",
		]
	`);
});

test("a down that undoes everything, and one that cannot be read whole, are silent", async () => {
	const up = "CREATE TABLE invoices (id bigint PRIMARY KEY);";
	expect(await messages(up, "DROP TABLE invoices;")).toEqual([]);
	expect(await messages(up, "DO $$ BEGIN EXECUTE current_setting('a.b'); END $$;", orders)).toEqual(
		[],
	);
});
