import { contractObject, defineRule, listWords, reportRebuild } from "#core";
import type { Catalog, ColumnDefinition } from "#core";
import { requirementsOf } from "../src/catalog/stricter.ts";

/** True when an INSERT that leaves the column out gets a value all the same. */
function fillsItself(column: ColumnDefinition, catalog: Catalog): boolean {
	if (column.identity || column.generated || column.autoIncrement) return true;
	if (column.type && /^(small|big)?serial[248]?$/.test(column.type.name)) return true;
	const written = column.default;
	if (written) return !(written.kind === "literal" && written.type === "null");
	const type = column.type && catalog.type(column.type);
	return type?.kind === "domain" && type.default !== undefined;
}

function isRequired(column: ColumnDefinition, catalog: Catalog): boolean {
	const type = column.type && catalog.type(column.type);
	return (
		column.constraints.some(({ type: kind }) => kind === "notNull" || kind === "primaryKey") ||
		(type?.kind === "domain" && type.notNull)
	);
}

/** What MySQL and MariaDB write into the rows that are there, in words. */
function inventedValue({ type }: ColumnDefinition): string {
	const name = type?.name ?? "";
	if (name === "enum") return `'${type?.modifiers[0] ?? ""}'`;
	if (/int|decimal|float|double|bit|year/.test(name)) return "0";
	return /date|time/.test(name) ? "a date of zeros" : "an empty value";
}

export default defineRule({
	id: "no-add-required-column",
	summary: "Disallow ADD COLUMN ... NOT NULL without a default.",
	why: `On a table with a single row the statement fails with 23502 (column contains null values). On an empty
table it works, and then every INSERT of code that still runs fails, because it does not know the
column. A default that is not volatile costs nothing since PostgreSQL 11 and serves both; where there is
no sensible one, the column starts nullable, is filled, and becomes NOT NULL in a later release.`,
	category: "compatibility",
	notes: {
		mysql: `The rows that are there get 0, an empty text or the first member of the ENUM, which nobody wrote (dates get 0000-00-00, or the statement fails with 1292 where sql_mode forbids that). INSERTs of running code fail with 1364 while sql_mode is strict.`,
		mariadb: `The rows that are there get 0, an empty text or the first member of the ENUM, which nobody wrote (dates get 0000-00-00, or the statement fails with 1292 where sql_mode forbids that). INSERTs of running code fail with 1364 while sql_mode is strict.`,
		sqlite: `While the table has a row the error is "Cannot add a NOT NULL column with default value NULL"; on an empty table, such as
a fresh database, the same statement works. The default must be a constant: CURRENT_TIMESTAMP and expressions are
refused as soon as there are rows.`,
	},
	dialects: ["postgres", "mysql", "mariadb", "sqlite"],
	severity: "error",
	preset: "recommended",
	aliases: {
		squawk: "adding-required-field",
		atlas: ["MF103", "MY101", "LT101"],
		pgfence: "add-column-not-null-no-default",
	},
	help: "Give the column a constant default, or add it nullable and make it NOT NULL in a later release.",
	messages: {
		invented:
			"The rows of {table} get {value} as {column}, which nobody wrote, and INSERTs of running code leave it out and fail: it is NOT NULL and has no default.",
		required:
			"Adding {column} fails if {table} has a row, and INSERTs of running code leave it out: it is NOT NULL and has no default.",
	},
	examples: [
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY, total numeric(12, 2));`,
			bad: `SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN currency char(3) NOT NULL;`,
			good: `SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN currency char(3) NOT NULL DEFAULT 'EUR';`,
		},
		{
			before: `CREATE TABLE sessions (id bigint PRIMARY KEY);`,
			bad: `SET lock_timeout = '2s';
ALTER TABLE sessions ADD COLUMN user_id bigint NOT NULL DEFAULT NULL;`,
			good: `SET lock_timeout = '2s';
ALTER TABLE sessions ADD COLUMN user_id bigint;
CREATE TABLE session_events (id bigint PRIMARY KEY);
ALTER TABLE session_events ADD COLUMN session_id bigint NOT NULL;`,
		},
		{
			dialect: "sqlite",
			before: `CREATE TABLE orders (id INTEGER PRIMARY KEY, total INTEGER);`,
			bad: `ALTER TABLE orders ADD COLUMN currency TEXT NOT NULL;`,
			good: `ALTER TABLE orders ADD COLUMN currency TEXT NOT NULL DEFAULT 'EUR';`,
		},
		{
			dialect: "sqlite",
			before: `CREATE TABLE orders (id INTEGER PRIMARY KEY, total INTEGER);`,
			bad: `BEGIN;
CREATE TABLE orders_new (id INTEGER PRIMARY KEY, total INTEGER, currency TEXT NOT NULL);
INSERT INTO orders_new (id, total) SELECT id, total FROM orders;
DROP TABLE orders;
ALTER TABLE orders_new RENAME TO orders;
COMMIT;`,
			good: `BEGIN;
CREATE TABLE orders_new (id INTEGER PRIMARY KEY, total INTEGER, currency TEXT NOT NULL DEFAULT 'EUR');
INSERT INTO orders_new (id, total) SELECT id, total FROM orders;
DROP TABLE orders;
ALTER TABLE orders_new RENAME TO orders;
COMMIT;`,
		},
		{
			dialect: "mysql",
			before: `CREATE TABLE orders (id bigint NOT NULL PRIMARY KEY);`,
			bad: `SET SESSION lock_wait_timeout = 5;
ALTER TABLE orders ADD COLUMN currency char(3) NOT NULL;`,
			good: `SET SESSION lock_wait_timeout = 5;
ALTER TABLE orders ADD COLUMN currency char(3) NOT NULL DEFAULT 'EUR';`,
		},
	],
	on: {
		dropTable(operation, context) {
			const draft = { message: "required", data: { column: "", table: "" } } as const;
			reportRebuild(operation, context, draft, ({ copy, table, shown }) => {
				const added = requirementsOf(copy, table).filter(
					({ was, copied }) => was === "absent" && !copied,
				);
				const column = listWords(added.map((one) => `${shown}.${one.column.name}`));
				return column === "" ? undefined : { message: "required", data: { column, table: shown } };
			});
		},
		addColumn(operation, context) {
			const { catalog } = context;
			const { column, table } = operation;
			if (context.isNew(table)) return;
			if (!isRequired(column, catalog) || fillsItself(column, catalog)) return;
			const present = catalog.table(table)?.columns.some(({ name }) => name === column.name);
			if (operation.ifNotExists && present) return;
			const key = catalog.resolve(table);
			const isMysql = context.dialect === "mysql" || context.dialect === "mariadb";
			const data = {
				column: contractObject(catalog, key, column.name).shown,
				table: contractObject(catalog, key).shown,
			};
			context.report({
				message: isMysql ? "invented" : "required",
				data: { ...data, value: inventedValue(column) },
				at: operation,
				table,
				recipe: "add-required-column",
			});
		},
	},
});
