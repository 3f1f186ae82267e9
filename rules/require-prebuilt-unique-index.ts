import { defineRule, type ConstraintDefinition, type OperationContext } from "#core";
import type { QualifiedName } from "#core";
import { isLargeInUse } from "../src/catalog/exposure.ts";

type Uniqueness = Extract<ConstraintDefinition, { readonly type: "unique" | "primaryKey" }>;

const fromIndex =
	"Build the index with CREATE UNIQUE INDEX CONCURRENTLY, outside any transaction, then ADD CONSTRAINT ... USING INDEX, which takes it over at once.";
const byPartition =
	"A partitioned table refuses CONCURRENTLY and USING INDEX: do both on each partition, then add the constraint to the parent, which takes the partitions' constraints over.";

function labelOf({ type }: Uniqueness): string {
	return type === "unique" ? "UNIQUE" : "PRIMARY KEY";
}

function helpFor(context: OperationContext, table: QualifiedName): string {
	return context.catalog.table(table)?.kind === "partitioned" ? byPartition : fromIndex;
}

export default defineRule({
	id: "require-prebuilt-unique-index",
	summary:
		"Require UNIQUE and PRIMARY KEY on a table in use to take over an index built concurrently.",
	why: `ADD UNIQUE and ADD PRIMARY KEY build their index under an ACCESS EXCLUSIVE lock: every read and write of the
table waits until it is built, seconds to many minutes as the table grows; so does UNIQUE written at a new
column. NOT VALID does not exist for them. An index that CREATE UNIQUE INDEX CONCURRENTLY has built can be
taken over with USING INDEX in a moment. On a partitioned table that is done for each partition; the constraint
of the parent then takes theirs over.`,
	category: "locks",
	dialects: ["postgres"],
	severity: "error",
	preset: "recommended",
	aliases: {
		squawk: ["disallowed-unique-constraint", "adding-serial-primary-key-field"],
		eugene: "E7",
		strongMigrations: "add_unique_constraint",
		atlas: ["PG104", "PG105"],
		pgfence: ["add-constraint-unique", "add-pk-without-using-index"],
	},
	help: fromIndex,
	messages: {
		builds: "Every read and write of {table} waits while the index of the {constraint} is built.",
		inline:
			"Every read and write of {table} waits while the index of the {constraint} at the new column {column} is built.",
	},
	examples: [
		{
			before: "CREATE TABLE customers (id bigint PRIMARY KEY, email text NOT NULL);",
			bad: `SET lock_timeout = '2s';
ALTER TABLE customers ADD CONSTRAINT customers_email_key UNIQUE (email);`,
			good: `CREATE UNIQUE INDEX CONCURRENTLY customers_email_key ON customers (email);
SET lock_timeout = '2s';
ALTER TABLE customers ADD CONSTRAINT customers_email_key UNIQUE USING INDEX customers_email_key;`,
		},
		{
			before: "CREATE TABLE customers (id bigint PRIMARY KEY);",
			bad: `SET lock_timeout = '2s';
ALTER TABLE customers ADD COLUMN email text UNIQUE;`,
			good: `SET lock_timeout = '2s';
ALTER TABLE customers ADD COLUMN email text;`,
		},
	],
	on: {
		addConstraint(operation, context) {
			const { table, constraint } = operation;
			if (constraint.type !== "unique" && constraint.type !== "primaryKey") return;
			// WITHOUT OVERLAPS has no prebuilt form: no-exclusion-constraint speaks of it.
			if (constraint.withoutOverlaps) return;
			if (context.effectOf(operation).builds.length === 0 || !isLargeInUse(context, table)) return;
			context.report({
				message: "builds",
				at: operation,
				table,
				data: { table: table.name, constraint: labelOf(constraint) },
				help: helpFor(context, table),
				recipe: "take-over-unique-index",
				fixes: [
					{
						title: "Build the index with CONCURRENTLY and let the constraint take it over",
						safety: "safe",
						outsideTransaction: true,
						changes: [{ kind: "applyRecipe" }],
					},
				],
			});
		},
		addColumn(operation, context) {
			const { table, column } = operation;
			const effect = context.effectOf(operation);
			if (effect.builds.length === 0 || effect.rewrites.length > 0) return;
			if (!isLargeInUse(context, table)) return;
			const unique = column.constraints.find(
				(constraint) => constraint.type === "unique" || constraint.type === "primaryKey",
			);
			if (unique?.type !== "unique" && unique?.type !== "primaryKey") return;
			context.report({
				message: "inline",
				at: operation,
				table,
				data: { table: table.name, column: column.name, constraint: labelOf(unique) },
				help: `Add the column without the constraint. ${helpFor(context, table)}`,
				recipe: "add-column-then-constraints",
			});
		},
	},
});
