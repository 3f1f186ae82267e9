import { keyOf } from "../../../catalog/catalog.ts";
import { columnsIn, sameMeaning } from "../../../catalog/expression.ts";
import type { Index, Table } from "../../../catalog/model.ts";
import type { OperationOf } from "../../../core/operation.ts";
import { volatilityOf } from "../volatility.ts";
import { coversPartitionKey, hasNoOrder } from "./constraint.ts";
import {
	because,
	build,
	lock,
	lockIndex,
	rebuildIndexes,
	refuse,
	type Draft,
	type Storage,
} from "./draft.ts";
import { indexName } from "./index-name.ts";
import {
	columnOf,
	isMissing,
	lockPartitions,
	storageOf,
	tableStorage,
	targetOf,
	type Scene,
	type Target,
} from "./scene.ts";
import { has, since } from "./versions.ts";

type CreateIndex = OperationOf<"createIndex">;

/**
 * CREATE INDEX: SHARE blocks writes until it is built; CONCURRENTLY lets them go on.
 * Source: DefineIndex in src/backend/commands/indexcmds.c; measured 10 to 18.
 */
export function createIndex(operation: CreateIndex, scene: Scene, draft: Draft): void {
	const { concurrently, ifNotExists, index } = operation;
	const target = targetOf(scene, operation.table);
	if (target.kind === "assumed") draft.assumed = true;
	const mode = concurrently ? "ShareUpdateExclusiveLock" : "ShareLock";
	if (concurrently) refuseInTransaction(draft, "CREATE INDEX CONCURRENTLY");
	lock(draft, target.key, mode);
	if (index && isThere(index, target, scene)) {
		if (ifNotExists) because(draft, `index ${index.name} is there already: only the lock is taken`);
		else refuse(draft, "42P07", `relation ${index.name} exists already`);
		if (!operation.only) lockPartitions(draft, scene, target.key, mode);
		return;
	}
	refuseIndex(operation, target, scene, draft);
	draft.waits = concurrently;
	for (const storage of indexedBy(operation, target, scene)) {
		lock(draft, storage.key, mode);
		build(draft, storage, nameFor(operation, storage, target, scene));
	}
	if (concurrently) because(draft, "writes go on while the index is built");
	else because(draft, "writes wait until the index is built, reads go on");
}

function refuseInTransaction(draft: Draft, words: string): void {
	draft.transaction = "refused";
	because(draft, `${words} cannot run inside a transaction block`);
}

/** An index is named in the schema of its table. */
function isThere(index: { readonly name: string }, target: Target, scene: Scene): boolean {
	const schema = target.key.slice(0, target.key.indexOf("."));
	const place = { schema, name: index.name };
	return scene.catalog.index(place) !== undefined || scene.catalog.table(place) !== undefined;
}

function refuseIndex(operation: CreateIndex, target: Target, scene: Scene, draft: Draft): void {
	const { version } = scene;
	const wants = (feature: keyof typeof since, words: string): void => {
		if (has(version, feature)) return;
		refuse(draft, "42601", `PostgreSQL ${version} does not know ${words}`);
	};
	if (operation.only) wants("partitionedIndexes", "ON ONLY");
	if (operation.include.length > 0) wants("indexInclude", "INCLUDE");
	if (operation.nullsNotDistinct) wants("nullsNotDistinct", "NULLS NOT DISTINCT");
	refuseMethod(operation, draft);
	refuseExpressions(operation, target, scene, draft);
	refuseUnordered(operation, target, draft);
	if (target.kind === "foreign") refuse(draft, "42809", "a foreign table has no indexes");
	if (target.kind === "view") refuse(draft, "42809", "a view has no indexes");
	if (target.kind !== "partitioned") return;
	if (!has(version, "partitionedIndexes")) {
		refuse(draft, "42809", "partitioned tables have no indexes before PostgreSQL 11");
	}
	if (operation.concurrently) {
		refuse(draft, "0A000", "CONCURRENTLY is not possible on a partitioned table");
	}
	const columns = operation.elements.flatMap(({ expression }) =>
		expression.kind === "column" ? [expression.path.at(-1) ?? ""] : [],
	);
	if (operation.unique && !coversPartitionKey(target.table, columns)) {
		refuse(draft, "0A000", "a unique index of a partitioned table must hold the partition key");
	}
}

/** What access methods cannot do. Source: their handler functions (amcanmulticol, amcanunique). */
function refuseMethod({ method, elements, unique }: CreateIndex, draft: Draft): void {
	if (elements.length > 1 && (method === "hash" || method === "spgist")) {
		refuse(draft, "0A000", `a ${method} index has one column only`);
	}
	if (unique && ["brin", "gin", "gist", "hash", "spgist"].includes(method)) {
		refuse(draft, "0A000", `a ${method} index cannot be unique`);
	}
}

function refuseUnordered(operation: CreateIndex, { table }: Target, draft: Draft): void {
	if (operation.method !== "btree") return;
	for (const { expression, operatorClass } of operation.elements) {
		if (expression.kind !== "column" || operatorClass !== undefined) continue;
		const column = columnOf(table, expression.path.at(-1) ?? "");
		if (column && hasNoOrder(column)) {
			refuse(draft, "42704", `the type of ${column.name} has no order for a btree index`);
		}
	}
}

/** What an index is made of must be there, and must never change for the same row. */
function refuseExpressions(
	operation: CreateIndex,
	{ table }: Target,
	scene: Scene,
	draft: Draft,
): void {
	const expressions = operation.elements.map(({ expression }) => expression);
	const all = operation.where ? [...expressions, operation.where] : expressions;
	for (const expression of all) {
		const volatility = volatilityOf(
			expression,
			scene.catalog,
			(name) => columnOf(table, name)?.type,
		);
		if (volatility === "stable" || volatility === "volatile") {
			refuse(draft, "42P17", "functions in an index must be IMMUTABLE");
		}
		if (!table?.complete) continue;
		const missing = [...columnsIn(expression)].find((name) => !columnOf(table, name));
		if (missing !== undefined && expression.kind === "column") {
			refuse(draft, "42703", `column ${missing} does not exist`);
		}
	}
}

/** The tables that get the index: a partition that has one like it keeps its own. */
function indexedBy(operation: CreateIndex, target: Target, scene: Scene): readonly Storage[] {
	const own = storageOf(target);
	if (operation.only) return target.kind === "partitioned" ? [] : [own];
	const partitions = scene.catalog.partitionsOf(target.key, true);
	return [own, ...partitions.map((table) => withoutLike(table, operation))];
}

/** A partition whose index fits is locked but nothing is built: it stands as if it had no file. */
function withoutLike(table: Table, operation: CreateIndex): Storage {
	const storage = tableStorage(table);
	return table.indexes.some((index) => isAlike(index, operation))
		? { ...storage, kind: "foreign" }
		: storage;
}

type Definition = Pick<Index, "unique" | "method" | "elements" | "where">;

/** True when two indexes could be parts of one partitioned index (CompareIndexInfo). */
export function isAlike(index: Definition, other: Definition): boolean {
	return (
		index.unique === other.unique &&
		index.method === other.method &&
		index.elements.length === other.elements.length &&
		index.elements.every((element, at) =>
			sameMeaning(element.expression, other.elements[at]?.expression),
		) &&
		sameMeaning(index.where, other.where)
	);
}

function nameFor(
	{ index, elements, include }: CreateIndex,
	storage: Storage,
	target: Target,
	scene: Scene,
): string {
	if (index && storage.key === target.key) {
		return `${target.key.slice(0, target.key.indexOf("."))}.${index.name}`;
	}
	return indexName(elements, include, storage.key, scene);
}

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
	for (const reference of scene.catalog.referencesTo(keyOf(table))) {
		const constraint = reference.table.constraints.find(
			({ name }) => name === reference.constraint,
		);
		if (constraint?.type !== "foreignKey") continue;
		if ([...constraint.referencedColumns].sort().join() !== columnsOf(index)) continue;
		const key = keyOf(reference.table);
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

/** ALTER INDEX ... RENAME: other sessions go on since 12; ALTER TABLE ... RENAME still stops them. */
export function renameIndex(
	operation: OperationOf<"renameIndex">,
	scene: Scene,
	draft: Draft,
): void {
	draft.phase = "contract";
	const target = targetOf(scene, operation.index);
	if (target.kind !== "index" && target.kind !== "assumed") {
		lock(draft, target.key, "AccessExclusiveLock");
		return;
	}
	const shared = has(scene.version, "indexRenameSharesIndex");
	const mode = shared ? "ShareUpdateExclusiveLock" : "AccessExclusiveLock";
	lockIndex(draft, scene.catalog.resolve(operation.index), mode);
}

/** ALTER INDEX ... ATTACH PARTITION: both tables stay readable and writable. */
export function attachIndex(
	operation: OperationOf<"attachIndex">,
	scene: Scene,
	draft: Draft,
): void {
	const { catalog, version } = scene;
	if (!has(version, "partitionedIndexes")) {
		refuse(draft, "42601", `PostgreSQL ${version} does not know ATTACH PARTITION of an index`);
	}
	const parent = catalog.index(operation.index);
	const part = catalog.index(operation.partitionIndex);
	for (const found of [parent, part]) {
		if (found) lock(draft, keyOf(found.relation), "AccessShareLock");
	}
	if (parent && part && !isAlike(parent.index, part.index)) {
		refuse(draft, "42P17", "the two indexes have different definitions");
	}
	if (parent) lockIndex(draft, keyOf(parent.index), "ShareUpdateExclusiveLock");
	if (part) lockIndex(draft, keyOf(part.index), "AccessExclusiveLock");
}

/** Options of an index that need ACCESS EXCLUSIVE; the others let work go on (reloptions.c). */
const exclusiveIndexOptions: ReadonlySet<string> = new Set([
	"autosummarize",
	"buffering",
	"fastupdate",
	"gin_pending_list_limit",
	"pages_per_range",
]);

export function setIndexParameters(
	operation: OperationOf<"setIndexParameters">,
	scene: Scene,
	draft: Draft,
): void {
	const found = scene.catalog.index(operation.index);
	if (found && targetOf(scene, found.relation).kind === "partitioned") {
		refuse(draft, "42809", "an index of a partitioned table has no storage parameters");
	}
	const exclusive = operation.parameters.some(({ name }) => exclusiveIndexOptions.has(name));
	const mode = exclusive ? "AccessExclusiveLock" : "ShareUpdateExclusiveLock";
	lockIndex(draft, scene.catalog.resolve(operation.index), mode);
}

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
