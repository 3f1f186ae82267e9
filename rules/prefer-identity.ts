import { defineRule } from "#core";
import { onColumnTypes } from "../src/catalog/column-types.ts";

const serials: ReadonlySet<string> = new Set([
	"bigserial",
	"serial",
	"serial2",
	"serial4",
	"serial8",
	"smallserial",
]);

export default defineRule({
	id: "prefer-identity",
	summary: "Prefer GENERATED AS IDENTITY to serial.",
	why: `serial is a default on a sequence of its own: whoever inserts needs rights on the sequence too, LIKE INCLUDING
DEFAULTS makes two tables draw from one sequence, and a value that somebody writes by hand is accepted and collides
later. An identity column (PostgreSQL 10) belongs to its table, is copied as what it is, and with GENERATED ALWAYS
refuses values from outside. Source: wiki.postgresql.org/wiki/Don't_Do_This.`,
	category: "schema",
	dialects: ["postgres"],
	severity: "info",
	preset: "strict",
	aliases: { squawk: "prefer-identity", pgfence: "prefer-identity" },
	help: "Write bigint GENERATED ALWAYS AS IDENTITY, or BY DEFAULT where rows come with their number.",
	messages: {
		serial:
			"{table} draws {columns} from a serial: its sequence has rights of its own, and values written by hand collide with it later.",
	},
	examples: [
		{
			bad: "CREATE TABLE orders (id bigserial PRIMARY KEY);",
			good: "CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);",
		},
	],
	on: onColumnTypes(
		() => "serial",
		({ schema, name }) => schema === undefined && serials.has(name),
	),
});
