import { expect, test } from "vitest";
import { lintSql, type SqlMigration } from "../lint-sql.ts";

const add: SqlMigration = {
	id: "0002_add",
	sql: "ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total > 0) NOT VALID;",
	candidate: true,
};
const other: SqlMigration = {
	id: "0003_other",
	sql: "ALTER TABLE orders ADD COLUMN note text;",
	candidate: true,
};
const validate: SqlMigration = {
	id: "0004_validate",
	sql: "ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;",
	candidate: true,
};

async function places(...migrations: readonly SqlMigration[]): Promise<readonly string[]> {
	const create = { id: "0001_create", sql: "CREATE TABLE orders (id bigint, total int);" };
	const { findings } = await lintSql([create, ...migrations], {
		only: ["require-validated-constraint"],
	});
	return findings.map(({ file, message }) => `${file} ${message}`);
}

test("in a history that is judged whole it is said once, at the statement that adds it", async () => {
	expect(await places(add, other)).toMatchInlineSnapshot(`
		[
		  "migrations/0002_add.sql orders_total_check on orders was added NOT VALID, and no later release validates it: older rows may break it.",
		]
	`);
});

test("a later release that validates it settles it", async () => {
	expect(await places(add, other, validate)).toEqual([]);
});

test("the last release has still time to validate it in the next one", async () => {
	expect(await places(add)).toEqual([]);
});

test("a table that was made with the constraint had no older rows", async () => {
	const make: SqlMigration = {
		id: "0002_make",
		sql: `CREATE TABLE invoices (id bigint, total int);
ALTER TABLE invoices ADD CONSTRAINT invoices_total_check CHECK (total > 0) NOT VALID;`,
		candidate: true,
	};
	const next: SqlMigration = {
		id: "0003_next",
		sql: "ALTER TABLE invoices ADD COLUMN note text;",
		candidate: true,
	};
	expect(await places(make, next)).toEqual([]);
});
