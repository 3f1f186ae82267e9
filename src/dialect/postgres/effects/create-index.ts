import { columnsIn } from "../../../catalog/expression.ts";
import type { Table } from "../../../catalog/model.ts";
import type { OperationOf } from "../../../core/operation.ts";
import { volatilityOf } from "../volatility.ts";
import { isAlike } from "./alike-index.ts";
import {
	because,
	build,
	lock,
	refuse,
	refuseInTransaction,
	type Draft,
	type Storage,
} from "./draft.ts";
import { coversPartitionKey, hasNoOrder } from "./index-constraint.ts";
import { indexName } from "./index-name.ts";
import {
	columnOf,
	lockPartitions,
	storageOf,
	tableStorage,
	targetOf,
	type Scene,
	type Target,
} from "./scene.ts";
import { has, refuseBefore } from "./versions.ts";

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

/** An index is named in the schema of its table. */
function isThere(index: { readonly name: string }, target: Target, scene: Scene): boolean {
	const schema = target.key.slice(0, target.key.indexOf("."));
	const place = { schema, name: index.name };
	return scene.catalog.index(place) !== undefined || scene.catalog.table(place) !== undefined;
}

function refuseIndex(operation: CreateIndex, target: Target, scene: Scene, draft: Draft): void {
	const { version } = scene;
	if (operation.only) refuseBefore("partitionedIndexes", "ON ONLY", scene, draft);
	if (operation.include.length > 0) refuseBefore("indexInclude", "INCLUDE", scene, draft);
	if (operation.nullsNotDistinct)
		refuseBefore("nullsNotDistinct", "NULLS NOT DISTINCT", scene, draft);
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
