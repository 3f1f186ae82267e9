import { keyOf } from "../../../catalog/catalog.ts";
import type { Index } from "../../../catalog/model.ts";
import type { OperationOf } from "../../../core/operation.ts";
import { isAlike } from "./alike-index.ts";
import {
	because,
	build,
	lock,
	lockIndex,
	rebuildIndexes,
	refuse,
	refuseInTransaction,
	type Draft,
	type Storage,
} from "./draft.ts";
import { storageOf, tableStorage, targetOf, type Scene, type Target } from "./scene.ts";
import { has, since } from "./versions.ts";

/**
 * REINDEX: writes to the table wait, and so does every query that could use the index, for the planner
 * locks each index. Source: src/backend/commands/indexcmds.c; measured 10 to 18.
 */
export function reindex(operation: OperationOf<"reindex">, scene: Scene, draft: Draft): void {
	const { target: what, name, concurrently } = operation;
	if (concurrently) {
		if (!has(scene.version, "reindexConcurrently")) {
			refuse(draft, "42601", `PostgreSQL ${scene.version} does not know REINDEX CONCURRENTLY`);
			return;
		}
		refuseInTransaction(draft, "REINDEX CONCURRENTLY");
		draft.waits = true;
	} else {
		because(draft, "queries wait too: the planner locks every index of a table");
		draft.better = { version: since.reindexConcurrently, how: "REINDEX ... CONCURRENTLY" };
	}
	if (what === "index" && name) {
		reindexIndex(name, scene, draft, concurrently);
		return;
	}
	if (what === "table" && name) {
		reindexRelation(targetOf(scene, name), scene, draft, concurrently);
		return;
	}
	refuseInTransaction(draft, `REINDEX ${what.toUpperCase()}`);
	if (what === "system") return;
	for (const table of scene.catalog.tables()) {
		if (what === "schema" && table.schema !== name?.name) continue;
		if (table.kind !== "table") continue;
		reindexStorage(tableStorage(table), draft, concurrently);
	}
	for (const view of scene.catalog.views()) {
		if (!view.materialized || (what === "schema" && view.schema !== name?.name)) continue;
		reindexStorage(storageOf(targetOf(scene, view)), draft, concurrently);
	}
}

function reindexIndex(
	name: NonNullable<OperationOf<"reindex">["name"]>,
	scene: Scene,
	draft: Draft,
	concurrently: boolean,
): void {
	const found = scene.catalog.index(name);
	if (!found) {
		draft.assumed = true;
		const mode = concurrently ? "ShareUpdateExclusiveLock" : "AccessExclusiveLock";
		lockIndex(draft, scene.catalog.resolve(name), mode);
		return;
	}
	const target = targetOf(scene, found.relation);
	if (target.kind === "partitioned") {
		reindexPartitioned(target, found.index, scene, draft, concurrently);
		return;
	}
	const storage = storageOf(target);
	reindexStorage({ ...storage, indexes: [found.index] }, draft, concurrently);
}

function reindexRelation(target: Target, scene: Scene, draft: Draft, concurrently: boolean): void {
	if (target.kind === "assumed") draft.assumed = true;
	if (target.kind === "partitioned") {
		reindexPartitioned(target, undefined, scene, draft, concurrently);
		return;
	}
	reindexStorage(storageOf(target), draft, concurrently);
}

/** Before 14 the server warned and did nothing; since then it goes through the partitions. */
function reindexPartitioned(
	target: Target,
	index: Index | undefined,
	scene: Scene,
	draft: Draft,
	concurrently: boolean,
): void {
	const mode = concurrently ? "ShareUpdateExclusiveLock" : "ShareLock";
	if (!has(scene.version, "reindexPartitioned")) {
		if (index) refuse(draft, "0A000", "REINDEX of a partitioned index needs PostgreSQL 14");
		lock(draft, target.key, mode);
		because(draft, "before PostgreSQL 14 a partitioned table is passed over with a warning");
		return;
	}
	refuseInTransaction(draft, "REINDEX of a partitioned table");
	lock(draft, target.key, mode);
	for (const table of scene.catalog.partitionsOf(target.key, true)) {
		if (table.kind !== "table") continue;
		const indexes = index ? table.indexes.filter((part) => isAlike(part, index)) : table.indexes;
		reindexStorage({ ...tableStorage(table), indexes }, draft, concurrently);
	}
}

function reindexStorage(storage: Storage, draft: Draft, concurrently: boolean): void {
	if (!concurrently) {
		lock(draft, storage.key, "ShareLock");
		rebuildIndexes(draft, storage, storage.indexes);
		return;
	}
	lock(draft, storage.key, "ShareUpdateExclusiveLock");
	for (const index of storage.indexes) {
		lockIndex(draft, keyOf(index), "ShareUpdateExclusiveLock");
		// The new index is built beside the old one under this name and then takes its place.
		build(draft, storage, `${index.schema}.${index.name}_ccnew`);
	}
}
