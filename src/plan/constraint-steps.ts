import type { Catalog } from "../catalog/catalog.ts";
import type { RecipeStep } from "../core/finding.ts";
import type { ConstraintDefinition } from "../core/operation.ts";
import type { QualifiedName } from "../core/expression.ts";
import { constraintText, deferral, nameOfConstraint, quoteColumns } from "./constraint-text.ts";
import { makeObjectName } from "../catalog/naming.ts";
import { leavesOf, nameOnPartition } from "./partitions.ts";
import { quoteIdentifier, quoteName } from "../dialect/postgres/quote.ts";

export type UniqueConstraint = Extract<
	ConstraintDefinition,
	{ readonly type: "unique" | "primaryKey" }
>;

/** Returns the steps that add a constraint, given as SQL without its name, first for new rows, then for all. */
export function addThenValidate(
	table: QualifiedName,
	name: string,
	text: string,
): readonly RecipeStep[] {
	const alter = `ALTER TABLE ${quoteName(table)}`;
	return [
		{
			title: `Add ${name} for new rows: no row is read, the lock is short`,
			sql: `${alter} ADD CONSTRAINT ${quoteIdentifier(name)} ${text} NOT VALID;`,
			transaction: "own",
		},
		{
			title: `Test ${name} on the old rows while reads and writes go on`,
			sql: `${alter} VALIDATE CONSTRAINT ${quoteIdentifier(name)};`,
			transaction: "own",
		},
	];
}

/** Returns the steps that make a filled column NOT NULL without a long lock. */
export function setNotNullSteps(table: QualifiedName, column: string): readonly RecipeStep[] {
	// From 18 on NOT NULL has a name too, table_column_not_null: the proof must leave it free.
	const proof = makeObjectName(table.name, column, "not_null_proof");
	const alter = `ALTER TABLE ${quoteName(table)}`;
	return [
		...addThenValidate(table, proof, `CHECK (${quoteIdentifier(column)} IS NOT NULL)`),
		{
			title: `Set ${column} NOT NULL: the validated CHECK spares the scan (PostgreSQL 12 and later)`,
			sql: `${alter} ALTER COLUMN ${quoteIdentifier(column)} SET NOT NULL;\n${alter} DROP CONSTRAINT ${quoteIdentifier(proof)};`,
			transaction: "own",
		},
	];
}

/** Returns the steps of a CHECK or FOREIGN KEY, or undefined where it cannot be written. */
export function stepsForConstraint(
	constraint: ConstraintDefinition,
	table: QualifiedName,
	catalog: Catalog,
): readonly RecipeStep[] | undefined {
	if (constraint.type === "unique" || constraint.type === "primaryKey") {
		return uniqueSteps(constraint, table, catalog);
	}
	const text = constraintText(constraint);
	const name = nameOfConstraint(constraint, table);
	return text === undefined ? undefined : addThenValidate(table, name, text);
}

/** Returns the steps that build the index of a unique constraint first and let the constraint take it over. */
export function uniqueSteps(
	constraint: UniqueConstraint,
	table: QualifiedName,
	catalog: Catalog,
): readonly RecipeStep[] {
	const name = nameOfConstraint(constraint, table);
	const known = catalog.table(table);
	if (known?.kind !== "partitioned") return takeOver(constraint, table, name);
	const leaves = leavesOf(catalog, table).flatMap((leaf) =>
		takeOver(constraint, leaf, nameOnPartition(leaf, name, table)),
	);
	const kind = constraint.type === "unique" ? "UNIQUE" : "PRIMARY KEY";
	return [
		...(leaves.length > 0 ? leaves : [everyPartition]),
		{
			title: `Add ${name} to the parent, which takes over those of the partitions`,
			sql: `ALTER TABLE ${quoteName(table)} ADD CONSTRAINT ${quoteIdentifier(name)} ${kind} (${quoteColumns(constraint.columns)})${deferral(constraint)};`,
			transaction: "own",
		},
	];
}

const everyPartition: RecipeStep = {
	title:
		"On each partition: CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT ... USING INDEX with it",
	transaction: "people",
};

function takeOver(
	constraint: UniqueConstraint,
	table: QualifiedName,
	name: string,
): readonly RecipeStep[] {
	const { columns, include, nullsNotDistinct } = constraint;
	const own = quoteIdentifier(name);
	const more = include.length > 0 ? ` INCLUDE (${quoteColumns(include)})` : "";
	const nulls = nullsNotDistinct ? " NULLS NOT DISTINCT" : "";
	const kind = constraint.type === "unique" ? "UNIQUE" : "PRIMARY KEY";
	return [
		{
			title: `Build index ${name} while reads and writes go on, without a lock_timeout`,
			sql: `CREATE UNIQUE INDEX CONCURRENTLY ${own} ON ${quoteName(table)} (${quoteColumns(columns)})${more}${nulls};`,
			transaction: "none",
		},
		{
			title: `Let constraint ${name} take the index over: a short lock`,
			sql: `ALTER TABLE ${quoteName(table)} ADD CONSTRAINT ${own} ${kind} USING INDEX ${own}${deferral(constraint)};`,
			transaction: "own",
		},
	];
}
