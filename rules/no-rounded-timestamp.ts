import { defineRule } from "#core";
import { onColumnTypes } from "../src/catalog/column-types.ts";

const moments: ReadonlySet<string> = new Set(["timestamp", "timestamptz"]);

export default defineRule({
	id: "no-rounded-timestamp",
	summary: "Disallow timestamps that are rounded to whole seconds.",
	why: `timestamp(0) and timestamptz(0) round, they do not cut off: now() can be kept as a moment half a second in the
future, and rows that were written one after the other may show the same second. Nothing is saved, the type has 8
bytes at any precision. Source: wiki.postgresql.org/wiki/Don't_Do_This.`,
	category: "schema",
	dialects: ["postgres"],
	severity: "info",
	preset: "strict",
	aliases: {},
	help: "Leave out the precision, and write date_trunc('second', ...) where whole seconds are shown.",
	messages: {
		rounds:
			"{table} rounds {columns} to whole seconds: a row can lie up to half a second in the future.",
	},
	examples: [
		{
			bad: "CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamptz(0) NOT NULL);",
			good: "CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamptz NOT NULL);",
		},
	],
	on: onColumnTypes(
		() => "rounds",
		({ schema, name, modifiers }) =>
			schema === undefined && moments.has(name) && modifiers[0] === "0",
	),
});
