import { keyOf } from "../../../catalog/catalog.ts";
import type { Column, Table } from "../../../catalog/model.ts";
import type { ConstraintDefinition } from "../../../core/operation.ts";
import {
	because,
	build,
	lock,
	lockIndex,
	refuse,
	scan,
	type Draft,
	type Storage,
} from "./draft.ts";
import { constraintIndexName } from "./index-name.ts";
import { refuseColumns } from "./missing-column.ts";
import { isKnownNotNull, pendingNotNull, requireNotNull } from "./not-null.ts";
import {
	columnOf,
	lockPartitions,
	partitionTree,
	tableStorage,
	type Scene,
	type Target,
} from "./scene.ts";
import { has, refuseBefore } from "./versions.ts";

export type Uniqueness = Extract<ConstraintDefinition, { readonly type: "unique" | "primaryKey" }>;

/** Only a primary key, and since 18 every key, stops reads of the partitions too. */
export function lockForIndex(
	constraint: ConstraintDefinition,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	const exclusive = constraint.type === "primaryKey" || has(scene.version, "keyLocksPartitions");
	lockPartitions(draft, scene, target.key, exclusive ? "AccessExclusiveLock" : "ShareLock");
	lock(draft, target.key, "AccessExclusiveLock");
	reachChildren(constraint, target, scene, draft);
}

/** Inheritance children get no key of the parent, but the NOT NULL of a primary key. */
function reachChildren(
	constraint: ConstraintDefinition,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	const primary = constraint.type === "primaryKey";
	for (const child of scene.catalog.childrenOf(target.key)) {
		if (primary || has(scene.version, "keyLocksPartitions")) {
			lock(draft, keyOf(child), "AccessExclusiveLock");
		}
		if (!primary || constraint.columns.every((name) => isKnownNotNull(child, name, scene)))
			continue;
		scan(draft, tableStorage(child));
	}
}

/** UNIQUE and PRIMARY KEY: an index is built, or (USING INDEX) taken over. The caller has locked. */
export function addUniqueness(
	constraint: Uniqueness,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	if (constraint.nullsNotDistinct)
		refuseBefore("nullsNotDistinct", "NULLS NOT DISTINCT", scene, draft);
	if (constraint.withoutOverlaps) refuseBefore("withoutOverlaps", "WITHOUT OVERLAPS", scene, draft);
	if (constraint.include.length > 0) refuseBefore("indexInclude", "INCLUDE", scene, draft);
	refuseColumns(constraint.columns, target, scene, draft);
	const unsorted = constraint.columns.find((name) => hasNoOrder(columnOf(target.table, name)));
	if (unsorted !== undefined) refuse(draft, "42704", `the type of ${unsorted} has no order`);
	refusePartitionedKey(constraint, target, scene, draft);
	if (constraint.type === "primaryKey") refusePrimaryKey(constraint, target, scene, draft);
	if (constraint.usingIndex !== undefined) {
		takeIndex(constraint, constraint.usingIndex, target, scene, draft);
		return;
	}
	for (const storage of partitionTree(scene, target)) {
		build(draft, storage, indexNameOn(storage, constraint, target, scene));
	}
	because(draft, "the index is built while reads and writes wait");
	draft.better ??= {
		version: 10,
		how: "CREATE UNIQUE INDEX CONCURRENTLY first, then ADD CONSTRAINT ... USING INDEX",
	};
}

/** Partitions get index names of their own. */
function indexNameOn(
	storage: Storage,
	constraint: ConstraintDefinition,
	target: Target,
	scene: Scene,
): string {
	const name = storage.key === target.key ? constraint.name : undefined;
	return constraintIndexName(constraint, name, storage.key, scene);
}

function refusePartitionedKey(
	constraint: Uniqueness,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	if (target.kind !== "partitioned") return;
	if (!has(scene.version, "partitionedIndexes")) {
		refuse(draft, "0A000", "partitioned tables have no unique keys before PostgreSQL 11");
	}
	if (constraint.usingIndex !== undefined) {
		refuse(draft, "0A000", "USING INDEX is not possible on a partitioned table");
	}
	if (!coversPartitionKey(target.table, constraint.columns)) {
		refuse(draft, "0A000", "a unique key of a partitioned table must hold the partition key");
	}
}

/** Types without a default btree operator class. Source: src/include/catalog/pg_opclass.dat. */
const unordered: ReadonlySet<string> = new Set(
	"json xml point box polygon circle line lseg path".split(" "),
);

export function hasNoOrder(column: Column | undefined): boolean {
	const type = column?.type;
	return type?.schema === undefined && type?.dimensions === 0 && unordered.has(type.name);
}

export function coversPartitionKey(table: Table | undefined, columns: readonly string[]): boolean {
	return (table?.partitionBy?.keys ?? []).every(
		(key) => key.kind === "column" && columns.includes(key.path.at(-1) ?? ""),
	);
}

export function refusePrimaryKey(
	constraint: Uniqueness,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	const { table } = target;
	const present = table?.constraints.find(({ type }) => type === "primaryKey");
	const columns = present?.type === "primaryKey" ? present.columns : [];
	// The key goes with any of its columns; drops run before what the same statement adds.
	const dropped = scene.command.some(
		(operation) =>
			(operation.kind === "dropConstraint" && operation.constraint === present?.name) ||
			(operation.kind === "dropColumn" && columns.includes(operation.column)),
	);
	if (present && !dropped) refuse(draft, "42P16", `${target.key} has a primary key already`);
	const pending = constraint.columns.find((column) => pendingNotNull(table, column));
	if (pending !== undefined) {
		refuse(draft, "55000", `the not-null constraint of ${pending} is NOT VALID: validate it first`);
	}
}

/** USING INDEX: the index changes its owner; a primary key over nullable columns reads the table. */
function takeIndex(
	constraint: Uniqueness,
	name: string,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	const { table } = target;
	const index = table?.indexes.find((candidate) => candidate.name === name);
	if (table && !index && scene.catalog.index({ schema: table.schema, name })) {
		refuse(draft, "55000", `index ${name} belongs to another table`);
	}
	if (table?.complete && !index) refuse(draft, "42704", `index ${name} does not exist`);
	if (index) {
		if (index.where) refuse(draft, "42809", `${name} is a partial index`);
		if (!index.unique) refuse(draft, "42809", `${name} is not a unique index`);
		if (index.elements.some(({ descending }) => descending)) {
			refuse(draft, "42809", `${name} does not have the default order`);
		}
		if (!index.valid) refuse(draft, "55000", `index ${name} is not valid`);
		if (index.elements.some(({ expression }) => expression.kind !== "column")) {
			refuse(draft, "42809", `${name} has an expression`);
		}
		if (index.constraint !== undefined) refuse(draft, "55000", `${name} belongs to a constraint`);
	}
	const shared = has(scene.version, "indexRenameSharesIndex");
	const mode = shared ? "ShareUpdateExclusiveLock" : "AccessExclusiveLock";
	if (index) lockIndex(draft, keyOf(index), mode);
	because(draft, "the index is there already and is only taken over");
	if (constraint.type !== "primaryKey") return;
	const columns = index
		? index.elements.flatMap(({ expression }) =>
				expression.kind === "column" ? [expression.path.at(-1) ?? ""] : [],
			)
		: constraint.columns;
	for (const column of columns) {
		if (!isKnownNotNull(table, column, scene)) requireNotNull(column, target, scene, draft);
	}
}

/** Access methods with amgettuple, which looks for conflicting rows. */
const excludingMethods: ReadonlySet<string> = new Set(["btree", "gist", "hash", "spgist"]);

export function addExclusion(
	constraint: Extract<ConstraintDefinition, { readonly type: "exclude" }>,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	if (target.kind === "partitioned" && !has(scene.version, "partitionedExclude")) {
		refuse(draft, "0A000", "partitioned tables have no exclusion constraints before PostgreSQL 17");
	}
	if (!excludingMethods.has(constraint.method)) {
		refuse(draft, "0A000", `${constraint.method} has no exclusion constraints`);
	}
	lockForIndex(constraint, target, scene, draft);
	for (const storage of partitionTree(scene, target)) {
		build(draft, storage, indexNameOn(storage, constraint, target, scene));
	}
	because(draft, "the index is built while reads and writes wait; there is no concurrent way");
}
