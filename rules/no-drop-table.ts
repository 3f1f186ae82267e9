import {
	codeObject,
	columnsOf,
	contractObject,
	defineRule,
	historyIsWhole,
	listWords,
	missingEvidence,
	showName,
} from "#core";
import { successorOf } from "../src/catalog/rebuild.ts";

export default defineRule({
	id: "no-drop-table",
	summary: "Disallow DROP TABLE of a table that released code may use.",
	why: `While a release is rolled out, and for as long as it may be rolled back, the code before it still
runs. Once the table is gone every query that names it fails with 42P01, and its rows come back from
a backup only. DROP TABLE also waits for every running query of the table, and of the tables that its
foreign keys point to, under a lock that stops all reads and writes behind it. A table may go when an
earlier release has already stopped using it: a contract directive names that release.`,
	category: "data-loss",
	notes: {
		mysql: `The error of a query is 1146. DROP TABLE commits at once and cannot be rolled back. MySQL 8 drops all tables of a list or none; MariaDB those that it can. A rename to another name first shows who still uses it.`,
		mariadb: `The error of a query is 1146. DROP TABLE commits at once and cannot be rolled back. MySQL 8 drops all tables of a list or none; MariaDB those that it can. A rename to another name first shows who still uses it.`,
		sqlite: `The error of a query is "no such table". DROP TABLE also takes the indexes and triggers of the table with it, and with
foreign keys on it deletes the rows first (no-cascading-drop). A table that is made anew, from all of its rows and under
the same name, is not dropped for anyone: what such a copy loses is reported by no-lossy-rebuild.`,
	},
	dialects: ["postgres", "mysql", "mariadb", "sqlite"],
	severity: "error",
	preset: "recommended",
	aliases: { squawk: "ban-drop-table", atlas: "DS102", pgfence: "drop-table" },
	help: "First release code that no longer uses the table, then drop it in a later release.",
	messages: {
		drops:
			"Queries of running code on {table} fail once it is dropped{also}, and its rows are lost.",
		replaced:
			"{table} is dropped in the release that creates {replacement}: code that still runs uses {table}, and rows that were not copied are lost.",
		recreated:
			"{table} is dropped and created again in one release: every row that was not copied is lost.",
	},
	examples: [
		{
			before: `CREATE TABLE carts (id bigint PRIMARY KEY, customer_id bigint, created_at timestamptz);`,
			bad: `SET lock_timeout = '2s';
DROP TABLE carts;`,
			good: `SET lock_timeout = '2s';
-- lockkeeper:contract carts since=0001_create
DROP TABLE carts;`,
		},
		{
			before: `CREATE TABLE customers (id bigint PRIMARY KEY, email text, name text);`,
			bad: `SET lock_timeout = '2s';
CREATE TABLE accounts (id bigint PRIMARY KEY, email text, name text);
DROP TABLE IF EXISTS customers;`,
			good: `SET lock_timeout = '2s';
CREATE TABLE import_rows (email text, name text);
DROP TABLE import_rows;`,
		},
		{
			dialect: "sqlite",
			before: `CREATE TABLE carts (id INTEGER PRIMARY KEY, customer_id INTEGER, note TEXT);`,
			bad: `DROP TABLE carts;`,
			good: `BEGIN;
CREATE TABLE carts_new (id INTEGER PRIMARY KEY, customer_id INTEGER DEFAULT 0, note TEXT);
INSERT INTO carts_new SELECT id, customer_id, note FROM carts;
DROP TABLE carts;
ALTER TABLE carts_new RENAME TO carts;
COMMIT;`,
		},
		{
			dialect: "mysql",
			before: `CREATE TABLE carts (id bigint NOT NULL PRIMARY KEY);`,
			bad: `SET SESSION lock_wait_timeout = 5;
DROP TABLE carts;`,
			good: `SET SESSION lock_wait_timeout = 5;
CREATE TABLE carts_import (id bigint NOT NULL PRIMARY KEY);
DROP TABLE carts_import;`,
		},
	],
	on: {
		dropTable(operation, context) {
			const { catalog } = context;
			const table = catalog.table(operation.table);
			if (context.isNew(operation.table)) return;
			if (operation.ifExists && !table && historyIsWhole(catalog)) return;
			const key = catalog.resolve(operation.table);
			const released = context.releasedName(key);
			const object = contractObject(catalog, key);
			const code = codeObject("table", key);
			const missing = missingEvidence(context, object, undefined, code);
			if (missing === undefined) return;
			const columns = columnsOf(catalog, key) ?? [];
			const views = operation.cascade ? catalog.viewsOn(key) : [];
			const names = views.map((view) => showName(catalog, `${view.schema}.${view.name}`));
			const also = names.length > 0 ? `, and so do those on ${listWords(names)}` : "";
			context.report({
				message: "drops",
				data: { table: object.shown, also },
				at: operation,
				table: operation.table,
				code,
				help: `First release code that no longer uses ${object.shown}. ${missing}`,
				recipe: "drop-table",
				atReleaseEnd(after) {
					// Made anew from its rows: no-lossy-rebuild tells what is lost.
					if (context.dialect === "sqlite" && successorOf(after, released)) return "settled";
					const again = after.tableByKey(key);
					if (again && !table && operation.ifExists) return "settled";
					if (again) return { message: "recreated", data: { table: object.shown } };
					for (const other of after.tables()) {
						const common = other.columns.filter(({ name }) => columns.includes(name));
						if (!context.madeHere(other.origin) || common.length < Math.max(2, columns.length / 2))
							continue;
						const replacement = showName(after, `${other.schema}.${other.name}`);
						const related = context.placeOf(other.origin, `${replacement} is created here.`);
						return { message: "replaced", data: { table: object.shown, replacement }, related };
					}
					return undefined;
				},
			});
		},
	},
});
