import { keyOf } from "../../../catalog/catalog.ts";
import type { Column, Table } from "../../../catalog/model.ts";
import { indexServesBoth, type TypeChange } from "../type-change.ts";
import type { AlterType } from "./alter-type.ts";
import { because, type Draft } from "./draft.ts";
import {
	checkReferences,
	foreignKeysTo,
	referencedColumns,
	type PlacedForeignKey,
} from "./foreign-key.ts";
import { lockPartitions, targetOf, type Scene } from "./scene.ts";

/** The foreign key of a column is made anew, and its rows compared where the types need it. */
export function changeForeignKey(
	foreignKey: PlacedForeignKey,
	table: Table,
	operation: AlterType,
	column: Column,
	change: TypeChange,
	scene: Scene,
	draft: Draft,
): void {
	const referenced = targetOf(scene, foreignKey.references);
	lockPartitions(draft, scene, referenced.key, "AccessExclusiveLock");
	because(draft, `the foreign key to ${referenced.key} is made anew: reads of it wait too`);
	if (!foreignKey.validated || !mustCheckAgain(operation, column, change, scene)) return;
	checkReferences({ key: keyOf(table), kind: table.kind, table }, referenced, scene, draft);
}

/** Foreign keys of other tables that point at the column. */
export function changeReferences(
	table: Table,
	operation: AlterType,
	column: Column,
	change: TypeChange,
	scene: Scene,
	draft: Draft,
): void {
	for (const { table: owner, constraint } of foreignKeysTo(table, scene)) {
		if (!referencedColumns(constraint, table).includes(column.name)) continue;
		const other = targetOf(scene, owner);
		lockPartitions(draft, scene, other.key, "AccessExclusiveLock");
		because(draft, `the foreign key of ${other.key} is made anew: reads of it wait too`);
		if (!constraint.validated || !mustCheckAgain(operation, column, change, scene)) continue;
		checkReferences(other, { key: keyOf(table), kind: table.kind, table }, scene, draft);
	}
}

function mustCheckAgain(
	operation: AlterType,
	column: Column,
	change: TypeChange,
	scene: Scene,
): boolean {
	if (change.rewrite !== undefined || !column.type) return true;
	return !indexServesBoth(column.type, operation.type, scene.catalog);
}
