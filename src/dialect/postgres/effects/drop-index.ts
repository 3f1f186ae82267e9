import { keyOf } from "../../../catalog/catalog.ts";
import type { Index, Table } from "../../../catalog/model.ts";
import type { OperationOf } from "../../../core/operation.ts";
import { isAlike } from "./alike-index.ts";
import { because, lock, lockIndex, refuse, refuseInTransaction, type Draft } from "./draft.ts";
import { foreignKeysTo } from "./foreign-key.ts";
import { isMissing, targetOf, type Scene, type Target } from "./scene.ts";

/** DROP INDEX: ACCESS EXCLUSIVE on the table too, so reads wait; CONCURRENTLY lets all go on. */
export function dropIndex(operation: OperationOf<"dropIndex">, scene: Scene, draft: Draft): void {
	const { concurrently, cascade, ifExists } = operation;
	if (concurrently) {
		refuseInTransaction(draft, "DROP INDEX CONCURRENTLY");
		if (scene.command.length > 1) {
			refuse(draft, "0A000", "DROP INDEX CONCURRENTLY drops one index at a time");
		}
		if (cascade) refuse(draft, "0A000", "CONCURRENTLY does not go with CASCADE");
	}
	const found = scene.catalog.index(operation.index);
	if (!found) {
		const { key, kind } = targetOf(scene, operation.index);
		if (kind !== "assumed") refuse(draft, "42809", `${key} is not an index`);
		dropUnknownIndex(operation, scene, draft, ifExists);
		return;
	}
	const { index, relation } = found;
	const partitioned = "kind" in relation && relation.kind === "partitioned";
	if (concurrently && partitioned) {
		refuse(draft, "0A000", "CONCURRENTLY is not possible for an index of a partitioned table");
	}
	if (index.constraint !== undefined) {
		refuse(draft, "2BP01", `constraint ${index.constraint} needs the index`);
	}
	if (index.parent !== undefined) {
		refuse(draft, "2BP01", `index ${index.parent} of the partitioned table needs it`);
	}
	if (index.unique && !("materialized" in relation)) {
		dropReferencesTo(index, relation, cascade, scene, draft);
	}
	draft.waits = concurrently;
	const mode = concurrently ? "ShareUpdateExclusiveLock" : "AccessExclusiveLock";
	lock(draft, keyOf(relation), mode);
	lockIndex(draft, keyOf(index), mode);
	if (!concurrently) because(draft, `reads of ${keyOf(relation)} wait too, if only for a moment`);
	if (!partitioned) return;
	for (const table of scene.catalog.partitionsOf(keyOf(relation), true)) {
		lock(draft, keyOf(table), mode);
		for (const part of table.indexes) {
			if (part.parent !== undefined && isAlike(part, index)) {
				lockIndex(draft, keyOf(part), mode);
			}
		}
	}
}

/** Foreign keys rest on a unique index: they go with it or keep it. */
function dropReferencesTo(
	index: Index,
	table: Table,
	cascade: boolean,
	scene: Scene,
	draft: Draft,
): void {
	const columnsOf = (one: Index): string =>
		one.elements
			.map(({ expression }) => (expression.kind === "column" ? expression.path.at(-1) : "?"))
			.sort()
			.join();
	const alike = table.indexes.filter((one) => one.unique && columnsOf(one) === columnsOf(index));
	if (alike.length > 1) return;
	for (const { table: other, constraint } of foreignKeysTo(table, scene)) {
		if ([...constraint.referencedColumns].sort().join() !== columnsOf(index)) continue;
		const key = keyOf(other);
		if (!cascade) refuse(draft, "2BP01", `the foreign key ${constraint.name} of ${key} needs it`);
		lock(draft, key, "AccessExclusiveLock");
	}
}

function dropUnknownIndex(
	operation: OperationOf<"dropIndex">,
	scene: Scene,
	draft: Draft,
	ifExists: boolean,
): void {
	const key = scene.catalog.resolve(operation.index);
	const target: Target = { key, kind: "assumed" };
	if (ifExists && isMissing(scene, target)) return;
	draft.assumed = true;
	const { concurrently } = operation;
	lockIndex(draft, key, concurrently ? "ShareUpdateExclusiveLock" : "AccessExclusiveLock");
	because(draft, "its table, which is not known, is locked in the same mode");
}
