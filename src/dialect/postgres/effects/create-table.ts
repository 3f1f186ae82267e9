import { mergeKeys } from "../../../catalog/merged-keys.ts";
import type { Key, Table } from "../../../catalog/model.ts";
import type { ConstraintDefinition, OperationOf } from "../../../core/operation.ts";
import { because, lock, refuse, type Draft } from "./draft.ts";
import type { ForeignKey } from "./foreign-key.ts";
import { constraintIndexName, partsOf } from "./index-name.ts";
import {
	lockDefaultPartition,
	lockReferrers,
	partitionIndexName,
	refuseBound,
} from "./partition.ts";
import { runQuery } from "./query.ts";
import { lockPartitions, targetOf, type Scene } from "./scene.ts";
import { has, refuseBefore, since } from "./versions.ts";

type CreateTable = OperationOf<"createTable">;

/**
 * CREATE TABLE touches others through foreign keys, LIKE, INHERITS and PARTITION OF.
 * Source: DefineRelation in src/backend/commands/tablecmds.c; measured 10 to 18.
 */
export function createTable(operation: CreateTable, scene: Scene, draft: Draft): void {
	draft.reversible = "lossy";
	const key = scene.catalog.resolve(operation.table);
	const present = scene.catalog.table(operation.table);
	if (present && operation.persistence !== "temporary") {
		if (operation.ifNotExists) because(draft, `${key} is there already: nothing is done`);
		else refuse(draft, "42P07", `relation ${key} exists already`);
		return;
	}
	const constraints = [
		...operation.constraints,
		...operation.columns.flatMap((column) => column.constraints),
	];
	refuseByVersion(operation, constraints, scene, draft);
	for (const constraint of constraints) {
		if (constraint.type === "foreignKey") reference(constraint, key, scene, draft);
	}
	const inOrder = [...constraints].sort((left, right) => left.range.start - right.range.start);
	for (const constraint of mergeKeys(inOrder)) {
		addBuild(draft, constraintIndexName(constraint, constraint.name, key, scene), key);
	}
	for (const { source, including } of operation.like) {
		const copied = targetOf(scene, source);
		lock(draft, copied.key, "AccessShareLock");
		if (copied.table && including.includes("indexes")) {
			copyIndexes(copied.table, key, scene, draft);
		}
	}
	for (const parent of operation.inherits) {
		lock(draft, targetOf(scene, parent).key, "ShareUpdateExclusiveLock");
	}
	if (operation.ofType) lock(draft, targetOf(scene, operation.ofType).key, "AccessShareLock");
	if (operation.partitionOf) createPartition(operation.partitionOf, key, scene, draft);
}

function refuseByVersion(
	operation: CreateTable,
	constraints: readonly ConstraintDefinition[],
	scene: Scene,
	draft: Draft,
): void {
	const { version } = scene;
	for (const { generated, compression } of operation.columns) {
		if (generated) refuseBefore("generatedStored", "generated columns", scene, draft);
		if (generated?.kind === "virtual")
			refuseBefore("generatedVirtual", "virtual columns", scene, draft);
		if (compression !== undefined) refuseBefore("compression", "COMPRESSION", scene, draft);
	}
	if (operation.partitionBy?.strategy === "hash")
		refuseBefore("hashPartition", "PARTITION BY HASH", scene, draft);
	for (const constraint of constraints) {
		if (!constraint.enforced) refuseBefore("notEnforced", "NOT ENFORCED", scene, draft);
		const keyed = constraint.type === "unique" || constraint.type === "primaryKey";
		if (keyed && constraint.nullsNotDistinct)
			refuseBefore("nullsNotDistinct", "NULLS NOT DISTINCT", scene, draft);
		if (operation.partitionBy && (keyed || constraint.type === "foreignKey")) {
			if (!has(version, "partitionedIndexes")) {
				refuse(draft, "0A000", "partitioned tables have no keys before PostgreSQL 11");
			}
		}
	}
}

/** The table is new: its own locks and its empty indexes hurt no one, its foreign keys do. */
function reference(constraint: ForeignKey, key: Key, scene: Scene, draft: Draft): void {
	const referenced = targetOf(scene, constraint.references);
	if (scene.catalog.resolve(constraint.references) === key) return;
	if (referenced.kind === "assumed") draft.assumed = true;
	if (referenced.kind === "partitioned" && !has(scene.version, "referencesToPartitioned")) {
		refuse(draft, "42809", "a partitioned table cannot be referenced before PostgreSQL 12");
	}
	lockPartitions(draft, scene, referenced.key, "ShareRowExclusiveLock");
	because(draft, `writes to ${referenced.key} wait, if only for a moment`);
}

function addBuild(draft: Draft, index: Key, table: Key): void {
	draft.builds.set(index, { index, table });
}

function copyIndexes(source: Table, key: Key, scene: Scene, draft: Draft): void {
	for (const index of source.indexes) {
		addBuild(draft, partitionIndexName(index, source, partsOf(key), scene), key);
	}
}

/** PARTITION OF takes ACCESS EXCLUSIVE on the parent on every version; ATTACH does not since 12. */
function createPartition(
	{ parent: name, bound }: NonNullable<CreateTable["partitionOf"]>,
	key: Key,
	scene: Scene,
	draft: Draft,
): void {
	const parent = targetOf(scene, name);
	if (parent.kind === "assumed") draft.assumed = true;
	refuseBound(bound, parent, scene, draft);
	lock(draft, parent.key, "AccessExclusiveLock");
	because(draft, `reads and writes of ${parent.key} wait, if only for a moment`);
	draft.better = {
		version: since.attachSharesParent,
		how: "CREATE TABLE and ATTACH PARTITION let reads and writes of the parent go on",
	};
	lockDefaultPartition(parent, bound, scene, draft);
	lockReferrers(parent.key, scene, draft);
	if (!parent.table) return;
	copyIndexes(parent.table, key, scene, draft);
	for (const constraint of parent.table.constraints) {
		if (constraint.type !== "foreignKey") continue;
		const strong = has(scene.version, "referencesToPartitioned");
		const mode = strong ? "ShareRowExclusiveLock" : "AccessShareLock";
		lock(draft, targetOf(scene, constraint.references).key, mode);
	}
}

export function createTableAs(
	operation: OperationOf<"createTableAs">,
	scene: Scene,
	draft: Draft,
): void {
	draft.phase = "migrate";
	draft.reversible = "lossy";
	if (scene.catalog.table(operation.table)) {
		const key = scene.catalog.resolve(operation.table);
		if (!operation.ifNotExists) refuse(draft, "42P07", `relation ${key} exists already`);
		return;
	}
	if (!operation.query) return;
	runQuery(operation.query, scene, draft);
	if (!operation.withData) draft.scans.clear();
}
