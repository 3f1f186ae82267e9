import { keyOf } from "../../../catalog/catalog.ts";
import type { Table } from "../../../catalog/model.ts";
import type { Expression } from "../../../core/expression.ts";
import type { OperationOf } from "../../../core/operation.ts";
import { changed, constraintsWithParents, readCtes, readingIn } from "./changed-relation.ts";
import { lock, scan, type Draft } from "./draft.ts";
import { refuseNewEnumValues } from "./enum-value.ts";
import { refuseMissing } from "./missing-column.ts";
import { routedPartitions } from "./pruning.ts";
import { executed, readExpression, readQuery, runQuery } from "./query.ts";
import {
	columnOf,
	isNullConstant,
	lockPartitions,
	storageOf,
	targetOf,
	type Scene,
} from "./scene.ts";
import { lockOwnedSequences, lockSequencesOf } from "./sequence.ts";

/** INSERT: ROW EXCLUSIVE blocks no reader or writer; a foreign key row-locks the referenced table. */
export function insert(operation: OperationOf<"insert">, scene: Scene, draft: Draft): void {
	draft.phase = "migrate";
	draft.reversible = "lossy";
	const target = changed(operation.table, "insert", scene, draft);
	readCtes(operation.ctes, scene, draft);
	const { source } = operation;
	if (source.kind === "query") {
		readQuery(source.query, scene, draft, readingIn(scene));
	}
	if (source.kind === "values") {
		for (const row of source.rows)
			for (const value of row) readExpression(value, scene, draft, executed);
	}
	const { table } = target;
	if (!table) return;
	refuseMissing(operation.columns ?? [], table, draft);
	if (table.partitionOf) lock(draft, table.partitionOf.parent, "AccessShareLock");
	lockRouted(operation, table, scene, draft);
	drawDefaults(operation, table, scene, draft);
	for (const constraint of constraintsWithParents(table, scene)) {
		if (constraint.type !== "foreignKey" || constraint.initiallyDeferred) continue;
		if (
			!constraint.enforced ||
			!constraint.columns.every((name) => isGiven(operation, table, name))
		)
			continue;
		lockPartitions(draft, scene, targetOf(scene, constraint.references).key, "RowShareLock");
	}
	refuseNewEnumValues(table, (column) => valuesFor(operation, table, column) ?? [], scene, draft);
}

type Insert = OperationOf<"insert">;

/** The names of the columns that the statement gives, in order. */
function givenColumns(operation: Insert, table: Table): readonly string[] {
	if (operation.columns) return operation.columns;
	if (operation.source.kind === "defaults") return [];
	const names = table.columns.map(({ name }) => name);
	return operation.source.kind === "values"
		? names.slice(0, operation.source.rows[0]?.length ?? 0)
		: names;
}

/** The values given to a column, one a row; undefined where they come from a query. */
function valuesFor(
	operation: Insert,
	table: Table,
	column: string,
): readonly Expression[] | undefined {
	if (operation.source.kind !== "values") return undefined;
	const at = givenColumns(operation, table).indexOf(column);
	if (at < 0) return [];
	return operation.source.rows.flatMap((row) => row[at] ?? []);
}

function isDefault(value: Expression): boolean {
	return value.kind === "other" && value.what === "default";
}

function isGiven(operation: Insert, table: Table, column: string): boolean {
	if (!givenColumns(operation, table).includes(column)) {
		const value = columnOf(table, column)?.default;
		return value !== undefined && !isNullConstant(value);
	}
	const values = valuesFor(operation, table, column);
	return values === undefined || values.some((value) => !isNullConstant(value));
}

/** Columns that the statement leaves out draw from their sequences. */
function drawDefaults(operation: Insert, table: Table, scene: Scene, draft: Draft): void {
	const given = givenColumns(operation, table);
	for (const column of table.columns) {
		const values = valuesFor(operation, table, column.name);
		if (given.includes(column.name) && !values?.some(isDefault)) continue;
		if (column.default) lockSequencesOf(column.default, scene, draft);
		if (column.identity) {
			lockOwnedSequences(keyOf(table), column.name, "RowExclusiveLock", scene, draft);
		}
	}
}

/** Rows of a partitioned table go to partitions, which are locked as rows arrive. */
function lockRouted(operation: Insert, table: Table, scene: Scene, draft: Draft): void {
	if (table.kind !== "partitioned") return;
	const rows = operation.source.kind === "values" ? operation.source.rows : [undefined];
	const names = givenColumns(operation, table);
	for (const row of rows) {
		const routed = routedPartitions(table, (column) => row?.[names.indexOf(column)], scene);
		for (const partition of routed) lock(draft, keyOf(partition), "RowExclusiveLock");
	}
}

export function copy(operation: OperationOf<"copy">, scene: Scene, draft: Draft): void {
	draft.phase = "migrate";
	if (operation.query) runQuery(operation.query, scene, draft);
	if (!operation.table) return;
	const target = targetOf(scene, operation.table);
	if (target.kind === "assumed") draft.assumed = true;
	if (operation.direction === "to") {
		lock(draft, target.key, "AccessShareLock");
		scan(draft, storageOf(target));
		return;
	}
	draft.reversible = "lossy";
	lock(draft, target.key, "RowExclusiveLock");
	if (target.table?.kind !== "partitioned") return;
	for (const partition of scene.catalog.partitionsOf(target.key, true)) {
		lock(draft, keyOf(partition), "RowExclusiveLock");
	}
}
