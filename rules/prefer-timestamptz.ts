import { defineRule } from "#core";
import { onColumnTypes } from "../src/catalog/column-types.ts";

export default defineRule({
	id: "prefer-timestamptz",
	summary: "Prefer timestamptz to timestamp without time zone.",
	why: `A timestamp without time zone is the reading of a clock, not a moment: nothing says in which zone the clock
hung. Compared with now() or turned into a moment it takes the zone of the session, so that the same row means another
moment for another client, and an hour of each year is there twice. timestamptz keeps the moment in UTC, takes the
same 8 bytes and converts at input and output. A later change rewrites the table unless the session's TimeZone is UTC
(PostgreSQL 12). Source: wiki.postgresql.org/wiki/Don't_Do_This.`,
	category: "schema",
	dialects: ["postgres"],
	severity: "warning",
	preset: "strict",
	aliases: { squawk: ["prefer-timestamp-tz", "prefer-timestamptz"], pgfence: "prefer-timestamptz" },
	help: "Write timestamptz. Keep timestamp only for local times, such as the opening hours of a shop.",
	messages: {
		noZone:
			"{table} keeps {columns} without a time zone: the same value is another moment for a session in another zone.",
	},
	examples: [
		{
			bad: "CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamp NOT NULL);",
			good: "CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamptz NOT NULL);",
		},
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY);",
			bad: `SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN paid_at timestamp(3) without time zone;`,
			good: `SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN paid_at timestamptz;`,
		},
	],
	on: onColumnTypes(
		() => "noZone",
		({ schema, name }) => schema === undefined && name === "timestamp",
	),
});
