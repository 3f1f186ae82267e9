import { defineRule } from "#core";
import { onColumnTypes } from "../src/catalog/column-types.ts";

export default defineRule({
	id: "no-char-type",
	summary: "Disallow char(n).",
	why: `char(n) fills every value with blanks up to n, cuts blanks off when it is compared or cast to text, and keeps
them for LIKE and regular expressions: 'ab' = 'ab  ' holds, and a pattern that ends in a letter finds nothing. It does
not refuse values that are too short, and it is no faster than text. A later change rewrites the table. Source:
postgresql.org/docs/current/datatype-character.html.`,
	category: "schema",
	dialects: ["postgres"],
	severity: "warning",
	preset: "strict",
	aliases: { squawk: "ban-char-field", pgfence: "ban-char-field" },
	help: "Write text, with a CHECK constraint on char_length where the length is fixed.",
	messages: {
		padded: "{table} fills the values of {columns} with blanks up to the length of char(n).",
	},
	examples: [
		{
			bad: "CREATE TABLE countries (id bigint PRIMARY KEY, code char(2) NOT NULL);",
			good: "CREATE TABLE countries (id bigint PRIMARY KEY, code text NOT NULL CHECK (char_length(code) = 2));",
		},
	],
	on: onColumnTypes(
		() => "padded",
		({ schema, name }) => schema === undefined && name === "bpchar",
	),
});
