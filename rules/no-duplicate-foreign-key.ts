import { contractObject, defineRule } from "#core";
import {
	foreignKeysMadeBy,
	isSameReference,
	referencedBy,
	type ForeignKey,
} from "../src/catalog/foreign-keys.ts";

export default defineRule({
	id: "no-duplicate-foreign-key",
	summary: "Disallow two foreign keys over the same columns to the same table.",
	why: `Each foreign key is checked by itself: a second one over the same columns doubles the work of every INSERT
and of every DELETE in the referenced table, and takes the same locks once more when it is made. Where the two
say different things about ON DELETE, the server carries out both, in the order of their names, and which one
wins is hard to tell.`,
	category: "schema",
	dialects: ["postgres", "mysql", "mariadb", "sqlite"],
	severity: "warning",
	preset: "recommended",
	aliases: {},
	help: "Keep one of the two: drop the other one in this release.",
	messages: {
		doubles:
			"{constraint} checks on {table} what {other} checks already: {columns} to {referenced}.",
	},
	examples: [
		{
			before: `CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint CONSTRAINT orders_customer_fk REFERENCES customers (id));
CREATE INDEX orders_customer_idx ON orders (customer_id);`,
			bad: `SET lock_timeout = '2s';
ALTER TABLE orders ADD CONSTRAINT orders_customers_fk FOREIGN KEY (customer_id) REFERENCES customers (id) NOT VALID;`,
			good: `SET lock_timeout = '2s';
ALTER TABLE orders ADD CONSTRAINT orders_customers_fk FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE NOT VALID;
ALTER TABLE orders DROP CONSTRAINT orders_customer_fk;`,
		},
	],
	on: {
		releaseEnd({ entries }, context) {
			const { catalog } = context;
			for (const entry of entries) {
				const made = foreignKeysMadeBy(entry.operation, catalog);
				for (const foreignKey of made?.foreignKeys ?? []) {
					const target = referencedBy(foreignKey, catalog);
					if (!made || !target) continue;
					const at = made.table.constraints.indexOf(foreignKey);
					const other = made.table.constraints
						.slice(0, at)
						.find(
							(earlier): earlier is ForeignKey =>
								earlier.type === "foreignKey" && isSameReference(foreignKey, earlier, catalog),
						);
					if (!other) continue;
					context.report(entry, {
						message: "doubles",
						at: entry.operation,
						table: made.table,
						recipe: "replace-foreign-key",
						data: {
							constraint: foreignKey.name,
							other: other.name,
							table: contractObject(catalog, catalog.resolve(made.table)).shown,
							columns: foreignKey.columns.join(", "),
							referenced: contractObject(catalog, target.key).shown,
						},
					});
				}
			}
		},
	},
});
