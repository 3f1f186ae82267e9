import { keyOf } from "../../../catalog/catalog.ts";
import type { Key, Table } from "../../../catalog/model.ts";
import type { OperationOf, PartitionBound } from "../../../core/operation.ts";
import { typeLabel } from "../type-change.ts";
import { isAlike } from "./alike-index.ts";
import { boundIsExcluded, boundIsProved } from "./bound-proof.ts";
import { because, build, lock, refuse, scan, type Draft } from "./draft.ts";
import { checkReferences } from "./foreign-key.ts";
import { constraintIndexName, indexName } from "./index-name.ts";
import {
	columnOf,
	descendantsOf,
	storageOf,
	tableStorage,
	targetOf,
	type Scene,
	type Target,
} from "./scene.ts";
import { has, refuseBefore, since } from "./versions.ts";

/** A bound of another strategy than the parent's, or one that the version does not know. */
export function refuseBound(
	bound: PartitionBound,
	parent: Target,
	scene: Scene,
	draft: Draft,
): void {
	const strategy = parent.table?.partitionBy?.strategy;
	if (strategy && bound.kind !== "default" && bound.kind !== strategy) {
		refuse(
			draft,
			"42P16",
			`${parent.key} is partitioned by ${strategy}, the bound is for ${bound.kind}`,
		);
	}
	if (strategy === "hash" && bound.kind === "default") {
		refuse(draft, "42P16", "a table that is partitioned by hash has no default partition");
	}
	if (bound.kind === "default")
		refuseBefore("defaultPartition", "DEFAULT partitions", scene, draft);
	if (bound.kind === "hash") refuseBefore("hashPartition", "HASH partitions", scene, draft);
}

export function defaultPartitionOf(scene: Scene, parent: Key): Table | undefined {
	return scene.catalog
		.partitionsOf(parent)
		.find((table) => table.partitionOf?.bound.kind === "default");
}

/** A new partition takes rows away from the default one: it is locked, and read unless proved. */
export function lockDefaultPartition(
	parent: Target,
	bound: PartitionBound,
	scene: Scene,
	draft: Draft,
): void {
	const rest = defaultPartitionOf(scene, parent.key);
	if (!rest || bound.kind === "default") return;
	for (const table of [rest, ...descendantsOf(scene, keyOf(rest))]) {
		lock(draft, keyOf(table), "AccessExclusiveLock");
		if (boundIsExcluded(table, parent.table, bound)) {
			because(draft, `a CHECK proves that ${keyOf(table)} has no row of the new partition`);
			continue;
		}
		scan(draft, tableStorage(table));
		because(
			draft,
			`the default partition ${keyOf(table)} is read: it may hold rows of the new one`,
		);
	}
}

/**
 * ATTACH PARTITION. Source: ATExecAttachPartition in src/backend/commands/tablecmds.c; measured 10 to 18.
 */
/** A table that becomes a part of another has its columns, of the same types. */
export function refuseShape(
	part: Table | undefined,
	whole: Table | undefined,
	draft: Draft,
	exactly = true,
): void {
	if (!part?.complete || !whole?.complete) return;
	for (const column of whole.columns) {
		const own = columnOf(part, column.name);
		const alike =
			own &&
			(!own.type || !column.type || typeLabel(own.type) === typeLabel(column.type)) &&
			(own.notNull || !column.notNull || exactly);
		if (!alike) refuse(draft, "42804", `column ${column.name} is not the same in both tables`);
	}
	for (const check of whole.constraints) {
		if (check.type !== "check" || check.noInherit) continue;
		if (part.constraints.some(({ type, name }) => type === "check" && name === check.name))
			continue;
		refuse(draft, "42804", `the table has no constraint ${check.name}`);
	}
	if (!exactly) return;
	const extra = part.columns.find(({ name }) => !columnOf(whole, name));
	if (extra) refuse(draft, "42804", `column ${extra.name} is not in the partitioned table`);
}

export function attachPartition(
	operation: OperationOf<"attachPartition">,
	parent: Target,
	scene: Scene,
	draft: Draft,
): void {
	const { bound } = operation;
	const partition = targetOf(scene, operation.partition);
	refuseBound(bound, parent, scene, draft);
	refuseAttach(partition, parent, draft);
	refuseShape(partition.table, parent.table, draft);
	if (partition.kind === "assumed") draft.assumed = true;
	const shared = has(scene.version, "attachSharesParent");
	lock(draft, parent.key, shared ? "ShareUpdateExclusiveLock" : "AccessExclusiveLock");
	if (!shared) {
		const how = "ATTACH PARTITION lets reads and writes of the parent go on";
		draft.better = { version: since.attachSharesParent, how };
	}
	lock(draft, partition.key, "AccessExclusiveLock");
	const below = descendantsOf(scene, partition.key);
	for (const table of below) lock(draft, keyOf(table), "AccessExclusiveLock");
	verifyRows(partition, parent, bound, scene, draft);
	lockDefaultPartition(parent, bound, scene, draft);
	for (const table of [partition.table, ...below]) buildMissing(table, parent, scene, draft);
	copyForeignKeys(partition, parent, scene, draft);
	lockReferrers(parent.key, scene, draft);
}

function refuseAttach(partition: Target, parent: Target, draft: Draft): void {
	const { table } = partition;
	if (!table || !parent.table) return;
	if (table.partitionOf) refuse(draft, "42809", `${partition.key} is a partition already`);
	if (!table.complete) return;
	for (const { name, notNull } of parent.table.columns) {
		const own = columnOf(table, name);
		if (!own) refuse(draft, "42804", `${partition.key} has no column ${name}`);
		if (own && notNull && !own.notNull) {
			refuse(draft, "42804", `column ${name} of ${partition.key} must be NOT NULL`);
		}
	}
}

function verifyRows(
	partition: Target,
	parent: Target,
	bound: PartitionBound,
	scene: Scene,
	draft: Draft,
): void {
	if (bound.kind === "default" && scene.catalog.partitionsOf(parent.key).length === 0) return;
	const { table } = partition;
	if (table && boundIsProved(table, parent.table, bound)) {
		because(
			draft,
			`a CHECK proves that the rows of ${partition.key} belong there: they are not read`,
		);
		return;
	}
	const leaves = table?.kind === "partitioned" ? descendantsOf(scene, partition.key) : [];
	scan(draft, storageOf(partition));
	for (const leaf of leaves) {
		if (!boundIsProved(leaf, parent.table, bound)) scan(draft, tableStorage(leaf));
	}
	because(draft, `the rows of ${partition.key} are read to see that they belong there`);
}

/** Indexes of the parent that the partition lacks are built, with the partition locked. */
function buildMissing(table: Table | undefined, parent: Target, scene: Scene, draft: Draft): void {
	if (!table || !parent.table) return;
	for (const index of parent.table.indexes) {
		if (table.indexes.some((own) => isAlike(own, index))) continue;
		build(draft, tableStorage(table), partitionIndexName(index, parent.table, table, scene));
		because(draft, `the partition lacks an index like ${index.name}: it is built now`);
	}
}

/** The name that the server chooses for a partition's part of an index. */
export function partitionIndexName(
	index: Table["indexes"][number],
	parent: Table,
	partition: Pick<Table, "schema" | "name">,
	scene: Scene,
): Key {
	const constraint = parent.constraints.find(({ name }) => name === index.constraint);
	if (constraint) return constraintIndexName(constraint, undefined, keyOf(partition), scene);
	return indexName(index.elements, index.include, keyOf(partition), scene);
}

/** Foreign keys of the parent hold for the partition too: both sides are locked and compared. */
function copyForeignKeys(partition: Target, parent: Target, scene: Scene, draft: Draft): void {
	const shared = has(scene.version, "attachSharesParent");
	for (const constraint of parent.table?.constraints ?? []) {
		if (constraint.type !== "foreignKey") continue;
		const own = partition.table?.constraints.some(
			(candidate) =>
				candidate.type === "foreignKey" &&
				candidate.columns.join() === constraint.columns.join() &&
				candidate.references.name === constraint.references.name,
		);
		const referenced = targetOf(scene, constraint.references);
		lock(draft, referenced.key, shared ? "ShareRowExclusiveLock" : "RowShareLock");
		because(draft, `the foreign key to ${referenced.key} is made for the partition too`);
		if (!own) checkReferences(partition, referenced, scene, draft);
	}
}

/**
 * A detached partition keeps the foreign keys as its own, so the tables that they point at are locked; and
 * tables that point at the parent are read: none of their rows may lose its partner.
 */
function releaseForeignKeys(parent: Target, partition: Target, scene: Scene, draft: Draft): void {
	for (const constraint of parent.table?.constraints ?? []) {
		if (constraint.type !== "foreignKey") continue;
		lock(draft, targetOf(scene, constraint.references).key, "ShareRowExclusiveLock");
	}
	for (const { table } of scene.catalog.referencesTo(parent.key)) {
		if (keyOf(table) === partition.key) continue;
		lock(draft, partition.key, "AccessExclusiveLock");
		lock(draft, keyOf(table), "AccessExclusiveLock");
		scan(draft, tableStorage(table));
		because(draft, `${keyOf(table)} references the parent: it is read, and its reads wait`);
	}
}

/** A new partition of a referenced table: the tables that reference it get their triggers. */
export function lockReferrers(parent: Key, scene: Scene, draft: Draft): void {
	if (!has(scene.version, "referencesToPartitioned")) return;
	const strong = has(scene.version, "partitionLocksReferrers");
	for (const { table } of scene.catalog.referencesTo(parent)) {
		lock(draft, keyOf(table), strong ? "ShareRowExclusiveLock" : "AccessShareLock");
	}
}

/** DETACH PARTITION; CONCURRENTLY is a transaction of its own that lets reads and writes go on. */
export function detachPartition(
	operation: OperationOf<"detachPartition">,
	parent: Target,
	scene: Scene,
	draft: Draft,
): void {
	draft.phase = "contract";
	const { concurrently, finalize } = operation;
	const partition = targetOf(scene, operation.partition);
	const rest = defaultPartitionOf(scene, parent.key);
	if (concurrently || finalize) {
		if (!has(scene.version, "detachConcurrently")) {
			const words = concurrently ? "DETACH PARTITION CONCURRENTLY" : "DETACH PARTITION FINALIZE";
			refuse(draft, "42601", `PostgreSQL ${scene.version} does not know ${words}`);
			return;
		}
	}
	if (concurrently) {
		draft.transaction = "refused";
		draft.waits = true;
		if (rest)
			refuse(draft, "55000", "CONCURRENTLY is not possible while a default partition exists");
	}
	releaseForeignKeys(parent, partition, scene, draft);
	const gentle = concurrently || finalize;
	lock(draft, parent.key, gentle ? "ShareUpdateExclusiveLock" : "AccessExclusiveLock");
	const exclusive = gentle || has(scene.version, "detachLocksPartition");
	lock(draft, partition.key, exclusive ? "AccessExclusiveLock" : "ShareUpdateExclusiveLock");
	for (const table of descendantsOf(scene, partition.key)) {
		lock(draft, keyOf(table), "AccessExclusiveLock");
	}
	if (rest) lock(draft, keyOf(rest), "AccessExclusiveLock");
	if (!gentle) {
		because(draft, `reads and writes of ${parent.key} wait, if only for a moment`);
		draft.better = {
			version: since.detachConcurrently,
			how: "DETACH PARTITION ... CONCURRENTLY, where there is no default partition",
		};
	}
}
