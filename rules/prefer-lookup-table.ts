import { defineRule } from "#core";

export default defineRule({
	id: "prefer-lookup-table",
	summary: "Prefer a table of values, or a CHECK, to an enum type.",
	why: `No ALTER TYPE removes a value from an enum or moves it: that takes a new type and ALTER COLUMN TYPE, which rewrites every table
that uses it under an ACCESS EXCLUSIVE lock. A value that was added in a transaction cannot be used before that
commits. Rows of a small table with a foreign key are added, renamed and retired with plain INSERT, UPDATE
and DELETE, and can carry a label or an order. Source: postgresql.org/docs/current/datatype-enum.html.`,
	category: "schema",
	dialects: ["postgres"],
	severity: "info",
	preset: "all",
	aliases: { eugene: "W13" },
	help: "Create a table with the values and refer to it, or use text with a CHECK constraint.",
	messages: {
		enum: "No value of {type} can be removed later without a rewrite of every table that uses it.",
	},
	examples: [
		{
			bad: "CREATE TYPE order_status AS ENUM ('open', 'paid');",
			good: "CREATE TABLE order_status (name text PRIMARY KEY);",
		},
	],
	on: {
		createEnum(operation, context) {
			context.report({ message: "enum", at: operation, data: { type: operation.type.name } });
		},
	},
});
