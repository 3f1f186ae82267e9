import { contractObject, defineRule } from "#core";
import { hasCopy } from "../src/catalog/rebuild.ts";

export default defineRule({
	id: "require-rebuild-in-transaction",
	summary: "Require a table to be made anew in one transaction.",
	why: `SQLite changes most of a table by making it anew: a new table, INSERT ... SELECT, DROP of the old one, RENAME.
Without a transaction around it every statement commits by itself: rows that are written after the copy go with the old
table, readers meet a moment without any table ("no such table"), and when the process ends or a statement fails between
DROP and RENAME that moment lasts. PRAGMA foreign_keys stays outside of the transaction: inside it does nothing.`,
	category: "transactions",
	dialects: ["sqlite"],
	severity: "warning",
	preset: "strict",
	aliases: {},
	help: "Write BEGIN IMMEDIATE before the CREATE TABLE and COMMIT after the last CREATE INDEX, and PRAGMA foreign_keys around both.",
	messages: {
		split:
			"{table} is made anew outside of a transaction: rows that are written after the copy are lost, and after a failure here there is no {table}.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id INTEGER PRIMARY KEY, total INTEGER);",
			bad: `CREATE TABLE orders_new (id INTEGER PRIMARY KEY, total INTEGER DEFAULT 0);
INSERT INTO orders_new SELECT id, total FROM orders;
DROP TABLE orders;
ALTER TABLE orders_new RENAME TO orders;`,
			good: `BEGIN IMMEDIATE;
CREATE TABLE orders_new (id INTEGER PRIMARY KEY, total INTEGER DEFAULT 0);
INSERT INTO orders_new SELECT id, total FROM orders;
DROP TABLE orders;
ALTER TABLE orders_new RENAME TO orders;
COMMIT;`,
		},
	],
	on: {
		dropTable(operation, context) {
			const { catalog, transaction } = context;
			const table = catalog.table(operation.table);
			if (transaction || !table || context.isNew(operation.table)) return;
			if (!hasCopy(catalog, table)) return;
			const key = context.releasedName(catalog.resolve(operation.table));
			const data = { table: contractObject(catalog, key).shown };
			context.report({ message: "split", at: operation, table, data });
		},
	},
});
