import { defineRule } from "#core";

export default defineRule({
	id: "prefer-gin-index",
	summary: "Prefer GIN to a B-tree index on an array, jsonb or tsvector.",
	why: `A B-tree compares whole values: it serves = and < between whole arrays or documents, and none of @>, &&, ?, @@ that
search inside them, so that such queries go on to read the whole table. It also refuses values whose entry is longer than
2704 bytes: from then on an INSERT of a large document fails with 54000. GIN serves what is searched and
keeps elements, not values. Source: postgresql.org/docs/current/indexes-types.html, BTMaxItemSize in nbtree.h.`,
	category: "schema",
	dialects: ["postgres"],
	severity: "warning",
	preset: "strict",
	aliases: {},
	help: "Write USING gin, or index the expression that is compared, e.g. ((details ->> 'status')).",
	messages: {
		whole:
			"A B-tree on {column} of {table} serves no search inside its values, and an INSERT whose entry is over 2704 bytes fails.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY, details jsonb, tags text[]);",
			bad: "CREATE INDEX CONCURRENTLY orders_tags_idx ON orders (tags);",
			good: "CREATE INDEX CONCURRENTLY orders_tags_idx ON orders USING gin (tags);",
		},
	],
	on: {
		createIndex(operation, context) {
			const { unique, method, elements, table: name } = operation;
			const expression = elements[0]?.expression;
			// A unique one says that whole values differ, and compares whole values for that.
			if (unique || method !== "btree" || elements.length !== 1) return;
			if (expression?.kind !== "column") return;
			const table = context.catalog.table(name);
			const column = table?.columns.find((one) => one.name === expression.path.at(-1));
			const type = column?.type;
			if (!column || !type) return;
			if (type.dimensions === 0 && type.name !== "jsonb" && type.name !== "tsvector") return;
			const data = { table: name.name, column: column.name };
			context.report({ message: "whole", at: operation, data });
		},
	},
});
