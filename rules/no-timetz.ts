import { defineRule } from "#core";
import { onColumnTypes } from "../src/catalog/column-types.ts";

export default defineRule({
	id: "no-timetz",
	summary: "Disallow time with time zone.",
	why: `A time of day with an offset, but without a date, cannot tell whether daylight saving time applies, so that its
offset is right for half of the year only. PostgreSQL has the type for the sake of the SQL standard and advises
against it: postgresql.org/docs/current/datatype-datetime.html. It takes 12 bytes instead of 8.`,
	category: "schema",
	dialects: ["postgres"],
	severity: "warning",
	preset: "strict",
	aliases: {},
	help: "Write timestamptz for a moment, or time and a column with the name of the zone.",
	messages: {
		noDate:
			"{table} keeps {columns} as a time of day with an offset: without a date nothing tells whether the offset holds.",
	},
	examples: [
		{
			bad: "CREATE TABLE shops (id bigint PRIMARY KEY, opens_at timetz NOT NULL);",
			good: "CREATE TABLE shops (id bigint PRIMARY KEY, opens_at time NOT NULL, zone text NOT NULL);",
		},
	],
	on: onColumnTypes(
		() => "noDate",
		({ schema, name }) => schema === undefined && name === "timetz",
	),
});
