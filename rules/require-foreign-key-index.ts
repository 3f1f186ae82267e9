import { contractObject, defineRule, findAgain, listWords, traceOf } from "#core";
import { hasFewRows } from "../src/catalog/exposure.ts";
import { foreignKeysMadeBy } from "../src/catalog/foreign-keys.ts";
import { findsBy } from "../src/catalog/index-match.ts";
import { quoteIdentifier, quoteName } from "../src/dialect/postgres/quote.ts";

export default defineRule({
	id: "require-foreign-key-index",
	summary: "Require an index that begins with the columns of a foreign key.",
	why: `For every row that is deleted from the referenced table, or whose key changes, the server looks for rows
that point to it. Without an index that begins with the columns of the foreign key it reads the whole referencing
table each time (documentation, "Constraints", 5.5.5), and holds the locks of the change meanwhile. Joins along the
foreign key are slow too. The server makes no such index by itself. An index with a WHERE of its own does not
serve, unless it leaves out nulls alone.`,
	category: "schema",
	notes: {
		sqlite: `Source: sqlite.org/foreignkeys.html#fk_indexes. DROP TABLE with foreign keys on looks for the rows of every row, too.`,
	},
	dialects: ["postgres", "sqlite"],
	severity: "warning",
	preset: "strict",
	aliases: { eugene: "E15", pgfence: "fk-missing-index" },
	help: "Create an index that begins with the columns of the foreign key.",
	messages: {
		missing:
			"Each row deleted from {referenced} makes the server read all of {table}: no index begins with {columns}.",
	},
	examples: [
		{
			before: `CREATE TABLE customers (id bigint PRIMARY KEY);`,
			bad: `SET lock_timeout = '2s';
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers (id));`,
			good: `SET lock_timeout = '2s';
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers (id));
CREATE INDEX orders_customer_id_idx ON orders (customer_id, id);`,
		},
		{
			before: `CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, paid boolean);
CREATE INDEX orders_unpaid_idx ON orders (customer_id) WHERE NOT paid;`,
			bad: `SET lock_timeout = '2s';
-- lockkeeper:contract orders.customer_id since=0001_create
ALTER TABLE orders ADD CONSTRAINT orders_customer_fk FOREIGN KEY (customer_id) REFERENCES customers (id) NOT VALID;`,
			good: `SET lock_timeout = '2s';
CREATE INDEX CONCURRENTLY orders_customer_idx ON orders (customer_id) WHERE customer_id IS NOT NULL;
-- lockkeeper:contract orders.customer_id since=0001_create
ALTER TABLE orders ADD CONSTRAINT orders_customer_fk FOREIGN KEY (customer_id) REFERENCES customers (id) NOT VALID;`,
		},
		{
			dialect: "sqlite",
			before: `CREATE TABLE customers (id INTEGER PRIMARY KEY);`,
			bad: `CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id));`,
			good: `CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id));
CREATE INDEX orders_customer_id ON orders (customer_id);`,
		},
	],
	on: {
		releaseEnd({ entries }, context) {
			const { catalog } = context;
			for (const entry of entries) {
				const made = foreignKeysMadeBy(entry.operation, catalog);
				if (!made || made.table.persistence === "temporary") continue;
				const { table } = made;
				if (!context.isNew(table) && hasFewRows(context, table)) continue;
				const bare = made.foreignKeys.filter(
					({ columns }) => !table.indexes.some((index) => findsBy(index, columns)),
				);
				const [first] = bare;
				if (!first) continue;
				const shown = contractObject(catalog, catalog.resolve(table)).shown;
				const isLite = context.dialect === "sqlite";
				const concurrently = isLite || context.isNew(table) ? "" : " CONCURRENTLY";
				const statements = bare.map(
					({ columns }) =>
						`CREATE INDEX${concurrently}${isLite ? ` ${quoteIdentifier(`${table.name}_${columns.join("_")}_idx`)}` : ""} ON ${quoteName(table)} (${columns.map(quoteIdentifier).join(", ")});`,
				);
				context.report(entry, {
					message: "missing",
					at: entry.operation,
					table,
					data: {
						table: shown,
						columns: bare
							.map(({ columns }) =>
								columns.length > 1 ? `(${columns.join(", ")})` : columns.join(", "),
							)
							.join(" or "),
						referenced: listWords([...new Set(bare.map(({ references }) => references.name))]),
					},
					help: [...new Set(statements)].join(" "),
					leftOpen: {
						kind: "foreignKeys",
						table: traceOf(table),
						columns: bare.map(({ columns }) => columns),
					},
				});
			}
		},
		historyEnd(left, after) {
			if (left.kind !== "foreignKeys") return undefined;
			const later = findAgain(after, left.table, after.resolve(left.table));
			const isServed = left.columns.every((columns) =>
				later?.indexes.some((index) => findsBy(index, columns)),
			);
			return isServed || !later ? "settled" : undefined;
		},
	},
});
