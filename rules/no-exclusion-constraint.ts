import { defineRule } from "#core";
import { isLargeInUse } from "../src/catalog/exposure.ts";

export default defineRule({
	id: "no-exclusion-constraint",
	summary: "Disallow adding an exclusion constraint to a table in use.",
	why: `ADD CONSTRAINT ... EXCLUDE builds its index under an ACCESS EXCLUSIVE lock and then compares all rows: every
read and write of the table waits until both are done. There is no online form: NOT VALID and USING INDEX are
refused for it, and so they are for UNIQUE and PRIMARY KEY ... WITHOUT OVERLAPS (PostgreSQL 18). What is left is a
quiet hour long enough for the build, or a new table that has the constraint from the start.`,
	category: "locks",
	dialects: ["postgres"],
	severity: "error",
	preset: "recommended",
	aliases: {
		eugene: "E8",
		strongMigrations: "add_exclusion_constraint",
		pgfence: "add-constraint-exclude",
	},
	help: "No online form exists. Measure the build on a copy (CREATE INDEX CONCURRENTLY with the same method takes about as long) and add it in a quiet hour, or move the rows into a new table that has the constraint.",
	messages: {
		exclusion:
			"Every read and write of {table} waits while the index of the exclusion constraint is built and all rows are compared.",
		withoutOverlaps:
			"Every read and write of {table} waits while the index of the constraint WITHOUT OVERLAPS is built and all rows are compared.",
	},
	examples: [
		{
			before: "CREATE TABLE bookings (id bigint PRIMARY KEY, room int4range, during tsrange);",
			bad: `SET lock_timeout = '2s';
ALTER TABLE bookings ADD CONSTRAINT bookings_no_overlap EXCLUDE USING gist (during WITH &&);`,
			good: `CREATE TABLE reservations (
	id bigint PRIMARY KEY,
	during tsrange,
	CONSTRAINT reservations_no_overlap EXCLUDE USING gist (during WITH &&)
);`,
		},
	],
	on: {
		addConstraint(operation, context) {
			const { table, constraint } = operation;
			const isTemporal =
				(constraint.type === "unique" || constraint.type === "primaryKey") &&
				constraint.withoutOverlaps;
			if (constraint.type !== "exclude" && !isTemporal) return;
			if (context.effectOf(operation).builds.length === 0 || !isLargeInUse(context, table)) return;
			context.report({
				message: isTemporal ? "withoutOverlaps" : "exclusion",
				at: operation,
				table,
				data: { table: table.name },
			});
		},
	},
});
