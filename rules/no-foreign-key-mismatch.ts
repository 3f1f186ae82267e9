import { contractObject, defineRule } from "#core";
import { foreignKeysMadeBy, referencedBy } from "../src/catalog/foreign-keys.ts";
import type { Table } from "../src/catalog/model.ts";
import { isSameName } from "../src/dialect/sqlite/effects/scene.ts";
import { uniqueKeysOf } from "../src/catalog/unique-keys.ts";

function isKey(table: Table, columns: readonly string[]): boolean {
	return uniqueKeysOf(table).some(
		(key) =>
			key.length === columns.length &&
			columns.every((column) => key.some((name) => isSameName(name, column))),
	);
}

export default defineRule({
	id: "no-foreign-key-mismatch",
	summary: "Disallow foreign keys to columns that are neither the primary key nor unique.",
	why: `SQLite takes a foreign key as it is written and looks at the other table only when it is needed. Where the
columns it points to are no primary key and have no unique index of their own (one with WHERE does not count), each
INSERT and UPDATE of the table fails with "foreign key mismatch" once foreign keys are on, and so does each DELETE in the
other one. Where they are off nothing is ever checked. Source: sqlite.org/foreignkeys.html#fk_indexes.`,
	category: "schema",
	dialects: ["sqlite"],
	severity: "error",
	preset: "recommended",
	aliases: {},
	help: "Point it to the primary key, or create a unique index over these columns in the same release.",
	messages: {
		mismatch:
			'Writes to {table} fail with "foreign key mismatch" while foreign keys are on: {columns} is not unique in {referenced}.',
	},
	examples: [
		{
			before: "CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT);",
			bad: "CREATE TABLE orders (id INTEGER PRIMARY KEY, email TEXT REFERENCES customers (email));",
			good: `CREATE UNIQUE INDEX customers_email ON customers (email);
CREATE TABLE orders (id INTEGER PRIMARY KEY, email TEXT REFERENCES customers (email));`,
		},
	],
	on: {
		releaseEnd({ entries }, context) {
			const { catalog } = context;
			for (const entry of entries) {
				const made = foreignKeysMadeBy(entry.operation, catalog);
				for (const foreignKey of made?.foreignKeys ?? []) {
					const target = referencedBy(foreignKey, catalog);
					if (!made || !target?.table.complete) continue;
					if (target.columns.length > 0 && isKey(target.table, target.columns)) continue;
					// Without columns it points to the primary key, and there is none.
					const columns = target.columns.join(", ") || "the primary key it points to";
					context.report(entry, {
						message: "mismatch",
						at: foreignKey.range,
						table: made.table,
						data: {
							table: contractObject(catalog, catalog.resolve(made.table)).shown,
							referenced: contractObject(catalog, target.key).shown,
							columns,
						},
					});
				}
			}
		},
	},
});
