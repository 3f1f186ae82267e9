import { defineRule } from "#core";
import { onColumnTypes } from "../src/catalog/column-types.ts";

export default defineRule({
	id: "prefer-jsonb",
	summary: "Prefer jsonb to json.",
	why: `The type json has no equality: SELECT DISTINCT, GROUP BY and UNION over such a column fail with 42883, also in
queries of running code that select all columns of the table. It keeps the text as it came, duplicate keys and blanks
included, parses it again for every access, and only single paths of it can be indexed. jsonb has none of this. A
later change rewrites the table. Source: postgresql.org/docs/current/datatype-json.html.`,
	category: "schema",
	dialects: ["postgres"],
	severity: "warning",
	preset: "strict",
	aliases: {
		eugene: "E3",
		strongMigrations: "add_column_json",
		pgfence: "add-column-json",
	},
	help: "Write jsonb. Keep json only where the text must come back byte for byte.",
	messages: {
		created: "{table} keeps {columns} as json: DISTINCT, GROUP BY and UNION over it fail.",
		added:
			"With {columns} as json in {table}, queries that select all its columns with DISTINCT, GROUP BY or UNION fail.",
	},
	examples: [
		{
			bad: "CREATE TABLE orders (id bigint PRIMARY KEY, details json NOT NULL);",
			good: "CREATE TABLE orders (id bigint PRIMARY KEY, details jsonb NOT NULL);",
		},
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY);",
			bad: `SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN details json;`,
			good: `SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN details jsonb;`,
		},
	],
	on: onColumnTypes(
		(stage) => stage,
		({ schema, name }) => schema === undefined && name === "json",
	),
});
