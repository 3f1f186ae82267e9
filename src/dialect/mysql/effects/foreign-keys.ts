import { keyOf } from "../../../catalog/catalog.ts";
import type { Constraint, Key } from "../../../catalog/model.ts";
import { columnsOf, isSameName, primaryKeyOf, type Target } from "./facts.ts";

export type ForeignKey = Extract<Constraint, { readonly type: "foreignKey" }>;

/** The foreign keys that the table has. */
export function foreignKeysFrom({ table }: Target): readonly ForeignKey[] {
	return (table?.constraints ?? []).filter(
		(constraint): constraint is ForeignKey => constraint.type === "foreignKey",
	);
}

/** The foreign keys of other tables, and its own, that refer to this one. */
export function foreignKeysTo({
	key,
	scene,
}: Target): readonly { readonly table: Key; readonly constraint: ForeignKey }[] {
	return scene.catalog
		.referencesTo(key)
		.flatMap(({ table, constraint: name }) =>
			table.constraints.flatMap((constraint) =>
				constraint.name === name && constraint.type === "foreignKey"
					? [{ table: keyOf(table), constraint }]
					: [],
			),
		);
}

/** The columns of the referenced table: the primary key's where none are written. */
export function referencedColumns(constraint: ForeignKey, target: Target): readonly string[] {
	if (constraint.referencedColumns.length > 0) return constraint.referencedColumns;
	const key = primaryKeyOf(target);
	return key ? columnsOf(key) : [];
}

/** True when the columns are the first ones of the index, in this order. */
export function beginsWith(index: readonly string[], columns: readonly string[]): boolean {
	return (
		columns.length > 0 &&
		columns.every((column, at) => {
			const other = index[at];
			return other !== undefined && isSameName(column, other);
		})
	);
}
