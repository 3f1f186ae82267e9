import { defineRule } from "#core";
import { switchOf } from "../src/dialect/sqlite/effects/pragma.ts";

export default defineRule({
	id: "no-writable-schema",
	summary: "Disallow PRAGMA writable_schema.",
	why: `With writable_schema on, UPDATE, INSERT and DELETE change sqlite_schema, the table in which SQLite keeps the text of
every CREATE statement. Nothing checks that the text fits the rows in the file: a mistake in it makes the database
unreadable ("malformed database schema"), and other connections go on with the old schema until they read it again.
SQLite's own documentation calls it a way to a corrupt database. Making the table anew does the same safely. Source:
sqlite.org/pragma.html#pragma_writable_schema.`,
	category: "data-loss",
	dialects: ["sqlite"],
	severity: "error",
	preset: "recommended",
	aliases: {},
	help: "Make the table anew instead: a new table, INSERT ... SELECT, DROP, RENAME, in one transaction.",
	messages: {
		writable:
			"From here on statements can change sqlite_schema itself, and a mistake makes the whole database unreadable.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id INTEGER PRIMARY KEY, total INTEGER);",
			bad: `PRAGMA writable_schema = ON;
PRAGMA writable_schema = OFF;`,
			good: `BEGIN;
CREATE TABLE orders_new (id INTEGER PRIMARY KEY, total INTEGER CHECK (total >= 0));
INSERT INTO orders_new SELECT id, max(total, 0) FROM orders;
DROP TABLE orders;
ALTER TABLE orders_new RENAME TO orders;
COMMIT;`,
		},
	],
	on: {
		setParameter(operation, context) {
			const { name, value = "" } = operation;
			if (name !== "writable_schema" || value === "") return;
			if (switchOf(new Map([[name, value]]), name) !== "on") return;
			context.report({ message: "writable", at: operation });
		},
	},
});
