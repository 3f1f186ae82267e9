import { defineRule } from "#core";
import { onColumnTypes } from "../src/catalog/column-types.ts";

export default defineRule({
	id: "prefer-text",
	summary: "Prefer text to varchar(n).",
	why: `varchar(n) is neither smaller nor faster than text: it only adds a test of the length. Raising n takes an ACCESS
EXCLUSIVE lock for a moment, lowering it rewrites the table under that lock (measured, PostgreSQL 11 to 18). A CHECK
constraint on text says the same, is added with NOT VALID and validated without blocking anybody. Source:
postgresql.org/docs/current/datatype-character.html.`,
	category: "schema",
	dialects: ["postgres"],
	severity: "info",
	preset: "all",
	aliases: { squawk: "prefer-text-field", pgfence: "prefer-text-field" },
	help: "Write text, with a CHECK constraint on char_length where the limit means something.",
	messages: {
		limited:
			"{table} limits the length of {columns} by its type: a lower limit later rewrites the table.",
	},
	examples: [
		{
			bad: "CREATE TABLE customers (id bigint PRIMARY KEY, email varchar(255) NOT NULL);",
			good: "CREATE TABLE customers (id bigint PRIMARY KEY, email text NOT NULL);",
		},
	],
	on: onColumnTypes(
		() => "limited",
		({ schema, name, modifiers }) =>
			schema === undefined && name === "varchar" && modifiers.length > 0,
	),
});
