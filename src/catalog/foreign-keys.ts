import type { QualifiedName } from "../core/expression.ts";
import type { ConstraintDefinition, Operation } from "../core/operation.ts";
import type { Catalog } from "./catalog.ts";
import { sameMeaning } from "./expression.ts";
import type { Constraint, Key, Table } from "./model.ts";

export type ForeignKey = Extract<Constraint, { readonly type: "foreignKey" }>;

/** The table that an operation gives constraints, and those. */
function addedBy(
	operation: Operation,
):
	| { readonly table: QualifiedName; readonly constraints: readonly ConstraintDefinition[] }
	| undefined {
	switch (operation.kind) {
		case "createTable":
			return {
				table: operation.table,
				constraints: [
					...operation.constraints,
					...operation.columns.flatMap(({ constraints }) => constraints),
				],
			};
		case "addColumn":
			return { table: operation.table, constraints: operation.column.constraints };
		case "addConstraint":
			return { table: operation.table, constraints: [operation.constraint] };
		default:
			return undefined;
	}
}

/** Returns the foreign keys that the operation made and that are in the catalog, which is a later one. */
export function foreignKeysMadeBy(
	operation: Operation,
	after: Catalog,
): { readonly table: Table; readonly foreignKeys: readonly ForeignKey[] } | undefined {
	const added = addedBy(operation);
	const table = added && after.table(added.table);
	if (!added || !table) return undefined;
	const foreignKeys = table.constraints.filter(
		(constraint): constraint is ForeignKey =>
			constraint.type === "foreignKey" &&
			constraint.inherited !== true &&
			added.constraints.some(({ range }) => range.start === constraint.range.start),
	);
	return foreignKeys.length > 0 ? { table, foreignKeys } : undefined;
}

/** Returns the table and columns that a foreign key points to, where they are known. */
export function referencedBy(
	foreignKey: ForeignKey,
	catalog: Catalog,
): { readonly key: Key; readonly table: Table; readonly columns: readonly string[] } | undefined {
	const table = catalog.table(foreignKey.references);
	if (!table) return undefined;
	const primaryKey = table.constraints.find(({ type }) => type === "primaryKey");
	const columns =
		foreignKey.referencedColumns.length > 0
			? foreignKey.referencedColumns
			: primaryKey?.type === "primaryKey"
				? primaryKey.columns
				: [];
	return { key: catalog.resolve(foreignKey.references), table, columns };
}

/** True when two foreign keys of a table lead from the same columns to the same columns. */
export function isSameReference(one: ForeignKey, other: ForeignKey, catalog: Catalog): boolean {
	const target = referencedBy(one, catalog);
	const also = referencedBy(other, catalog);
	return (
		target !== undefined &&
		also?.key === target.key &&
		sameMeaning(other.columns, one.columns) &&
		sameMeaning(also.columns, target.columns)
	);
}
