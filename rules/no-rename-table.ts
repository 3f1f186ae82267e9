import {
	codeObject,
	columnsOf,
	contractObject,
	defineRule,
	historyIsWhole,
	listWords,
	relationExists,
} from "#core";
import { successorOf } from "../src/catalog/rebuild.ts";

export default defineRule({
	id: "no-rename-table",
	summary: "Disallow renaming a table that released code uses.",
	why: `While a release is rolled out, and for as long as it may be rolled back, code with the old name and
code with the new name run at the same time: whichever the table is called, the other half fails with
42P01. A view with the old name, created in the same transaction, serves both: reads, INSERT, UPDATE,
DELETE, RETURNING, FOR UPDATE and ON CONFLICT (columns) go through it; TRUNCATE, COPY of the view, ctid, foreign
keys to it and ON CONFLICT ON CONSTRAINT do not (measured on PostgreSQL 14, 17 and 18).`,
	category: "compatibility",
	notes: {
		mysql: `The error of a query is 1146. RENAME TABLE takes an instant and names several tables in one step: a view that has had the new name until then gives way in the same statement.`,
		mariadb: `The error of a query is 1146. RENAME TABLE takes an instant and names several tables in one step: a view that has had the new name until then gives way in the same statement.`,
		sqlite: `The error of a query is "no such table". A view with the old name serves reads only: INSERT, UPDATE and DELETE on it need
INSTEAD OF triggers. References in triggers, views and foreign keys of other tables follow the rename.`,
	},
	dialects: ["postgres", "mysql", "mariadb", "sqlite"],
	severity: "error",
	preset: "recommended",
	aliases: {
		squawk: "renaming-table",
		strongMigrations: "rename_table",
		atlas: "BC101",
		pgfence: "rename-table",
	},
	help: "Keep the old name: create a view with it in the same transaction, and drop the view in a later release.",
	messages: {
		renames: "Queries of running code on {table} fail once it is called {to}.",
		columns: "{table} comes back without {columns}: queries of running code that name it fail.",
	},
	examples: [
		{
			before: `CREATE TABLE customers (id bigint PRIMARY KEY, email text);`,
			bad: `SET lock_timeout = '2s';
ALTER TABLE customers RENAME TO accounts;`,
			good: `SET lock_timeout = '2s';
BEGIN;
ALTER TABLE customers RENAME TO accounts;
CREATE VIEW customers AS SELECT id, email FROM accounts;
COMMIT;`,
		},
		{
			before: `CREATE TABLE customers (id bigint PRIMARY KEY, email text);`,
			bad: `SET lock_timeout = '2s';
BEGIN;
ALTER TABLE customers RENAME TO accounts;
CREATE VIEW customers AS SELECT id FROM accounts;
COMMIT;`,
			good: `SET lock_timeout = '2s';
CREATE TABLE customers_next (id bigint PRIMARY KEY, email text, city text);
ALTER TABLE customers RENAME TO customers_old;
ALTER TABLE customers_next RENAME TO customers;`,
		},
		{
			dialect: "sqlite",
			before: `CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT);`,
			bad: `ALTER TABLE customers RENAME TO accounts;`,
			good: `BEGIN;
ALTER TABLE customers RENAME TO customers_old;
CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT NOT NULL);
INSERT INTO customers (id, email) SELECT id, coalesce(email, '') FROM customers_old;
DROP TABLE customers_old;
COMMIT;`,
		},
		{
			dialect: "mysql",
			before: `CREATE TABLE orders (id bigint NOT NULL PRIMARY KEY);`,
			bad: `SET SESSION lock_wait_timeout = 5;
RENAME TABLE orders TO purchases;`,
			good: `SET SESSION lock_wait_timeout = 5;
CREATE TABLE orders_import (id bigint NOT NULL PRIMARY KEY);
RENAME TABLE orders_import TO orders_staged;`,
		},
	],
	on: {
		renameTable(operation, context) {
			const { catalog } = context;
			// A view is no table, and ALTER TABLE renames indexes and sequences too.
			if (operation.relation === "view" || operation.relation === "materializedView") return;
			if (catalog.view(operation.table) || catalog.index(operation.table)) return;
			if (catalog.sequence(operation.table) || context.isNew(operation.table)) return;
			const table = catalog.table(operation.table);
			if (operation.ifTableExists && !table && historyIsWhole(catalog)) return;
			const key = catalog.resolve(operation.table);
			// Renamed once before in this release: the first rename is judged. What takes the place of a
			// table that was just renamed is its successor, known to code under that name.
			const target = `${key.slice(0, key.indexOf("."))}.${operation.to}`;
			if (context.releasedName(key) !== key || context.isVacant(target)) return;
			const { shown } = contractObject(catalog, key);
			const columns = columnsOf(catalog, key) ?? [];
			context.report({
				message: "renames",
				data: { table: shown, to: operation.to },
				at: operation,
				table: operation.table,
				code: codeObject("table", key),
				recipe: "rename-table",
				atReleaseEnd(after) {
					if (!relationExists(after, key)) return undefined;
					// Made anew under its old name: no-lossy-rebuild tells which columns are gone.
					if (context.dialect === "sqlite" && successorOf(after, key)) return "settled";
					const now = columnsOf(after, key);
					const gone = now ? columns.filter((name) => !now.includes(name)) : [];
					if (gone.length === 0) return "settled";
					return { message: "columns", data: { table: shown, columns: listWords(gone) } };
				},
			});
		},
	},
});
