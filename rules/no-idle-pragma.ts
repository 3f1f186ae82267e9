import { defineRule } from "#core";
import { fixedInTransaction } from "../src/dialect/sqlite/effects/pragma.ts";

export default defineRule({
	id: "no-idle-pragma",
	summary: "Disallow PRAGMA foreign_keys in a transaction, where it does nothing.",
	why: `PRAGMA foreign_keys is a no-op while a transaction is open, and SQLite reports no error: foreign keys stay as they
were. Many migration tools open a transaction around each file or around all of them, so the line that was to turn
foreign keys off for a table that is made anew does nothing. PRAGMA defer_foreign_keys = ON works in a transaction: it
puts the checks off to the COMMIT, but not the actions of ON DELETE. Source: sqlite.org/pragma.html#pragma_foreign_keys;
measured on 3.45 and 3.53.`,
	category: "transactions",
	dialects: ["sqlite"],
	severity: "info",
	preset: "strict",
	aliases: {},
	help: "Run it before the transaction is opened: in a migration of its own that the tool does not wrap, or on the connection.",
	messages: {
		idle: "PRAGMA {name} does nothing here: a transaction is open, and foreign keys stay as they were.",
	},
	examples: [
		{
			bad: `PRAGMA foreign_keys = OFF;
CREATE TABLE orders (id INTEGER PRIMARY KEY);`,
			good: `PRAGMA defer_foreign_keys = ON;
CREATE TABLE orders (id INTEGER PRIMARY KEY);`,
			transaction: "file",
		},
	],
	on: {
		setParameter(operation, context) {
			const { name } = operation;
			if (!context.transaction || !fixedInTransaction.has(name)) return;
			// Once a migration: the pair of OFF and ON is one slip.
			const once = `${context.migration.id} ${name}`;
			context.report({ message: "idle", at: operation, data: { name }, once });
		},
	},
});
