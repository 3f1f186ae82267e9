import { keyOf } from "../../../catalog/catalog.ts";
import type { Key, Table } from "../../../catalog/model.ts";
import type { OperationOf } from "../../../core/operation.ts";
import { because, build, lock, lockIndexes, refuse, rewrite, scan, type Draft } from "./draft.ts";
import { modeNamed } from "./locks.ts";
import {
	descendantsOf,
	storageOf,
	tableStorage,
	targetOf,
	treeOf,
	type Scene,
	type Target,
} from "./scene.ts";
import { lockOwnedSequences } from "./sequence.ts";
import { has } from "./versions.ts";

function outsideTransactions(draft: Draft, words: string): void {
	draft.transaction = "refused";
	because(draft, `${words} cannot run inside a transaction block`);
}

/** VACUUM FULL writes a new file under the strongest lock; plain VACUUM lets work go on. */
export function vacuum(operation: OperationOf<"vacuum">, scene: Scene, draft: Draft): void {
	outsideTransactions(draft, "VACUUM");
	const targets = operation.table
		? [targetOf(scene, operation.table)]
		: [...scene.catalog.tables()].map((table) => targetOf(scene, table));
	for (const target of targets) {
		if (target.kind === "assumed") draft.assumed = true;
		const below = has(scene.version, "vacuumReachesChildren")
			? descendantsOf(scene, target.key).map(tableStorage)
			: partitionStorages(scene, target.key);
		for (const storage of [storageOf(target), ...below]) {
			lock(draft, storage.key, operation.full ? "AccessExclusiveLock" : "ShareUpdateExclusiveLock");
			if (operation.full) rewrite(draft, storage);
		}
	}
	if (operation.full) because(draft, "the whole table is written anew while reads and writes wait");
}

function partitionStorages(scene: Scene, key: Key): ReturnType<typeof tableStorage>[] {
	return scene.catalog.partitionsOf(key, true).map(tableStorage);
}

/** ANALYZE reads a sample: its time does not grow with the table. */
export function analyze(operation: OperationOf<"analyze">, scene: Scene, draft: Draft): void {
	if (!operation.table) {
		for (const table of scene.catalog.tables())
			lock(draft, keyOf(table), "ShareUpdateExclusiveLock");
		return;
	}
	const target = targetOf(scene, operation.table);
	lock(draft, target.key, "ShareUpdateExclusiveLock");
	for (const table of descendantsOf(scene, target.key)) {
		const reached = table.partitionOf ?? has(scene.version, "vacuumReachesChildren");
		lock(draft, keyOf(table), reached ? "ShareUpdateExclusiveLock" : "AccessShareLock");
	}
}

export function cluster(operation: OperationOf<"cluster">, scene: Scene, draft: Draft): void {
	if (!operation.table) {
		outsideTransactions(draft, "CLUSTER without a table");
		for (const table of scene.catalog.tables()) {
			if (table.clusterIndex === undefined) continue;
			lock(draft, keyOf(table), "AccessExclusiveLock");
			rewrite(draft, tableStorage(table));
		}
		return;
	}
	const target = targetOf(scene, operation.table);
	if (target.kind === "assumed") draft.assumed = true;
	const { table } = target;
	if (target.kind === "partitioned") {
		if (!has(scene.version, "clusterPartitioned")) {
			refuse(draft, "0A000", "a partitioned table cannot be clustered before PostgreSQL 15");
		}
		outsideTransactions(draft, "CLUSTER of a partitioned table");
	}
	if (operation.index === undefined && table?.complete && table.clusterIndex === undefined) {
		refuse(draft, "42704", `no index of ${target.key} is marked for CLUSTER`);
	}
	const { index } = operation;
	if (index !== undefined && table?.complete && !table.indexes.some(({ name }) => name === index)) {
		refuse(draft, "42704", `${target.key} has no index ${index}`);
	}
	for (const storage of [storageOf(target), ...partitionStorages(scene, target.key)]) {
		lock(draft, storage.key, "AccessExclusiveLock");
		rewrite(draft, storage);
	}
	because(draft, "the whole table is written anew in the order of the index");
}

/**
 * TRUNCATE: an instant, with all rows gone. The files of indexes are built anew, empty.
 * Source: ExecuteTruncate in src/backend/commands/tablecmds.c; measured 10 to 18.
 */
export function truncate(operation: OperationOf<"truncate">, scene: Scene, draft: Draft): void {
	draft.phase = "migrate";
	draft.reversible = "none";
	const target = targetOf(scene, operation.table);
	if (target.kind === "assumed") draft.assumed = true;
	if (target.kind !== "assumed" && !target.table) {
		refuse(draft, "42809", `${target.key} is not a table`);
	}
	if (operation.only && target.kind === "partitioned") {
		refuse(draft, "42809", "only the partitions of a partitioned table have rows");
	}
	const named = truncatedTables(scene);
	truncateTree(operation, target, named, scene, draft);
	const parent = target.table?.partitionOf?.parent;
	if (parent !== undefined && !has(scene.version, "truncateSparesParent")) {
		lock(draft, parent, "AccessShareLock");
	}
}

function truncatedTables(scene: Scene): ReadonlySet<Key> {
	const keys = new Set<Key>();
	for (const operation of scene.command) {
		if (operation.kind !== "truncate") continue;
		const target = targetOf(scene, operation.table);
		for (const { key } of treeOf(scene, target, operation.only)) keys.add(key);
	}
	return keys;
}

function truncateTree(
	operation: OperationOf<"truncate">,
	target: Target,
	named: ReadonlySet<Key>,
	scene: Scene,
	draft: Draft,
): void {
	for (const storage of treeOf(scene, target, operation.only)) {
		if (draft.locks.has(storage.key)) continue;
		lock(draft, storage.key, "AccessExclusiveLock");
		lockIndexes(draft, storage.indexes, "AccessExclusiveLock");
		const emptied = { ...storage, empty: true };
		for (const { schema, name } of storage.indexes) build(draft, emptied, `${schema}.${name}`);
		if (operation.restartIdentity)
			lockOwnedSequences(storage.key, undefined, "AccessExclusiveLock", scene, draft);
		for (const { table } of referencesOf(scene, storage.key)) {
			const key = keyOf(table);
			if (named.has(key)) continue;
			if (!operation.cascade) refuse(draft, "0A000", `${key} references ${storage.key}`);
			because(draft, `CASCADE empties ${key} too`);
			truncateTree(operation, targetOf(scene, table), named, scene, draft);
		}
	}
}

function referencesOf(scene: Scene, key: Key): readonly { readonly table: Table }[] {
	const parent = scene.catalog.tableByKey(key)?.partitionOf?.parent;
	const above = parent === undefined ? [] : referencesOf(scene, parent);
	return [...scene.catalog.referencesTo(key), ...above];
}

/** LOCK TABLE reaches partitions and children; of a view, the tables that it reads (11+). */
export function lockTable(operation: OperationOf<"lockTable">, scene: Scene, draft: Draft): void {
	const target = targetOf(scene, operation.table);
	if (target.kind === "assumed") draft.assumed = true;
	const mode = modeNamed(operation.mode);
	if (target.kind === "materializedView" || target.kind === "sequence") {
		refuse(draft, "42809", `${target.key} is neither a table nor a view`);
	}
	if (target.kind === "view" && !has(scene.version, "lockView")) {
		refuse(draft, "42809", "a view cannot be locked before PostgreSQL 11");
	}
	for (const { key } of treeOf(scene, target, operation.only)) lock(draft, key, mode);
	lockViewSources(target, scene, draft, mode);
}

function lockViewSources(
	target: Target,
	scene: Scene,
	draft: Draft,
	mode: ReturnType<typeof modeNamed>,
): void {
	if (target.kind !== "view") return;
	for (const key of target.view?.dependsOn ?? []) {
		lock(draft, key, mode);
		const view = scene.catalog.viewByKey(key);
		if (view) lockViewSources(targetOf(scene, view), scene, draft, mode);
	}
}

/** REFRESH MATERIALIZED VIEW writes the view anew; CONCURRENTLY compares and lets reads go on. */
export function refreshMaterializedView(
	operation: OperationOf<"refreshMaterializedView">,
	scene: Scene,
	draft: Draft,
	readQuery: (draft: Draft) => void,
): void {
	draft.phase = "migrate";
	const target = targetOf(scene, operation.view);
	if (target.kind === "assumed") draft.assumed = true;
	const { view } = target;
	const storage = { ...storageOf(target), kind: "materializedView", empty: false } as const;
	lock(draft, target.key, operation.concurrently ? "ExclusiveLock" : "AccessExclusiveLock");
	readQuery(draft);
	if (operation.concurrently) {
		const unique = view?.indexes.some((index) => index.unique && index.where === undefined);
		if (view && !unique) refuse(draft, "55000", "CONCURRENTLY needs a unique index over the view");
		scan(draft, storage);
		because(draft, "reads go on; another refresh and writes wait");
		return;
	}
	draft.rewrites.add(target.key);
	lockIndexes(draft, storage.indexes, "AccessExclusiveLock");
	const filled = operation.withData ? storage : { ...storage, empty: true };
	for (const { schema, name } of storage.indexes) build(draft, filled, `${schema}.${name}`);
	because(draft, "reads of the view wait until it is filled");
}
