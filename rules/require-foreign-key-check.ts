import { contractObject, defineRule } from "#core";
import { rebuiltIn } from "../src/catalog/rebuild.ts";
import { restrictionsOf } from "../src/catalog/stricter.ts";
import { referrersOf } from "../src/dialect/sqlite/effects/table.ts";
import { uncheckedIn } from "../src/dialect/sqlite/effects/unchecked.ts";

export default defineRule({
	id: "require-foreign-key-check",
	summary:
		"Require PRAGMA foreign_key_check after a table with foreign keys is made anew with them off.",
	why: `A table is made anew with foreign keys off, so that DROP TABLE deletes nothing in the tables that refer to it.
While they are off nothing is tested, and PRAGMA foreign_keys = ON tests no row that is there: a row that the copy lost or
numbered anew leaves others that refer to nothing, until a write of theirs fails. PRAGMA foreign_key_check before COMMIT
gives one line for each such row, step 10 of the procedure of SQLite's own documentation (sqlite.org/lang_altertable.html).`,
	category: "verification",
	dialects: ["sqlite"],
	severity: "info",
	preset: "strict",
	aliases: {},
	help: "Run PRAGMA foreign_key_check before COMMIT and stop when it returns a row, or write -- lockkeeper:verify references and SELECT count(*) = 0 FROM pragma_foreign_key_check.",
	messages: {
		unchecked:
			"{table} is made anew with foreign keys off, and nothing looks afterwards for rows that refer to nothing.",
	},
	examples: [
		{
			before: `CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id));
CREATE INDEX orders_customer ON orders (customer_id);`,
			bad: `PRAGMA foreign_keys = OFF;
BEGIN;
CREATE TABLE customers_new (id INTEGER PRIMARY KEY, name TEXT DEFAULT '');
INSERT INTO customers_new SELECT id, name FROM customers;
DROP TABLE customers;
ALTER TABLE customers_new RENAME TO customers;
COMMIT;
PRAGMA foreign_keys = ON;`,
			good: `PRAGMA foreign_keys = OFF;
BEGIN;
CREATE TABLE customers_new (id INTEGER PRIMARY KEY, name TEXT DEFAULT '');
INSERT INTO customers_new SELECT id, name FROM customers;
DROP TABLE customers;
ALTER TABLE customers_new RENAME TO customers;
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;`,
		},
	],
	on: {
		releaseEnd(release, context) {
			const { catalog } = context;
			const rebuilt = rebuiltIn(catalog);
			if (rebuilt.size === 0) return;
			for (const entry of uncheckedIn(release)) {
				const { operation } = entry;
				if (operation.kind !== "dropTable") continue;
				const table = rebuilt.get(catalog.resolve(operation.table));
				if (!table?.copyOf || context.isNew(table)) continue;
				const refers = table.constraints.some(({ type }) => type === "foreignKey");
				if (!refers && referrersOf(table, context).length === 0) continue;
				// A foreign key that is new has a finding of its own.
				const added = restrictionsOf(table.copyOf, table);
				if (added.some(({ type }) => type === "foreignKey")) continue;
				const { shown } = contractObject(catalog, catalog.resolve(table));
				const data = { table: shown };
				const once = entry.migration.id;
				context.report(entry, { message: "unchecked", at: operation, table, data, once });
			}
		},
	},
});
