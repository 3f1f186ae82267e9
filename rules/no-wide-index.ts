import { defineRule } from "#core";

/** The most columns of an index that is not unique. */
const mostColumns = 3;

export default defineRule({
	id: "no-wide-index",
	summary: "Disallow B-tree indexes of more than three columns that are not unique.",
	why: `A B-tree serves conditions on its leading columns: the fourth column of an index rarely narrows a search further,
but makes every entry larger and every UPDATE of that column write to the index and lose the HOT path. Columns that
are only returned belong into INCLUDE. Whether a query needs more only its plan tells. Source:
postgresql.org/docs/current/indexes-multicolumn.html.`,
	category: "schema",
	dialects: ["postgres", "mysql", "mariadb"],
	severity: "info",
	preset: "all",
	aliases: { strongMigrations: "add_index_columns" },
	help: "Keep the columns that narrow the search most; PostgreSQL takes the others in INCLUDE.",
	messages: {
		wide: "An index of {count} columns makes every write to {table} dearer, and its later columns rarely narrow a search.",
	},
	examples: [
		{
			before:
				"CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, status text, placed_at timestamptz, total numeric);",
			bad: "CREATE INDEX CONCURRENTLY orders_search_idx ON orders (customer_id, status, placed_at, total);",
			good: "CREATE INDEX CONCURRENTLY orders_search_idx ON orders (customer_id, placed_at) INCLUDE (total);",
		},
	],
	on: {
		createIndex(operation, context) {
			const { unique, method, elements, table } = operation;
			if (unique || method !== "btree" || elements.length <= mostColumns) return;
			const data = { table: table.name, count: elements.length };
			context.report({ message: "wide", at: operation, data });
		},
	},
});
