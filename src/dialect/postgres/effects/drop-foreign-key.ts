import { keyOf } from "../../../catalog/catalog.ts";
import type { Constraint, Key, Table } from "../../../catalog/model.ts";
import { because, refuse, type Draft } from "./draft.ts";
import { referencedColumns } from "./foreign-key.ts";
import { constraintOf, lockPartitions, targetOf, type Scene } from "./scene.ts";

/** A foreign key leaves triggers on the table it points at: they go too, under the strongest lock. */
export function lockReferenced(
	constraint: Constraint,
	scene: Scene,
	draft: Draft,
	owner: Key,
): void {
	if (constraint.type !== "foreignKey") return;
	const referenced = targetOf(scene, constraint.references);
	lockPartitions(draft, scene, referenced.key, "AccessExclusiveLock");
	if (referenced.key !== owner) {
		because(draft, `the foreign key goes too: reads and writes of ${referenced.key} wait`);
	}
}

/** Foreign keys of other tables that point at these columns (all columns when none are given). */
export function dropReferences(
	table: Table,
	columns: readonly string[] | undefined,
	cascade: boolean,
	dropped: ReadonlySet<Key>,
	scene: Scene,
	draft: Draft,
): void {
	for (const reference of scene.catalog.referencesTo(keyOf(table))) {
		const key = keyOf(reference.table);
		if (dropped.has(key) || key === keyOf(table)) continue;
		const constraint = constraintOf(reference.table, reference.constraint);
		if (columns && constraint?.type === "foreignKey") {
			const used = referencedColumns(constraint, table);
			if (!columns.some((column) => used.includes(column))) continue;
		}
		if (!cascade)
			refuse(draft, "2BP01", `the foreign key ${reference.constraint} of ${key} needs it`);
		lockPartitions(draft, scene, key, "AccessExclusiveLock");
		because(draft, `CASCADE drops the foreign key ${reference.constraint} of ${key}`);
	}
}
