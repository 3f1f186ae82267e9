import { keyOf } from "../../../catalog/catalog.ts";
import type { Constraint, Table } from "../../../catalog/model.ts";
import type { Expression, QualifiedName } from "../../../core/expression.ts";
import type { OperationOf } from "../../../core/operation.ts";
import { because, lock, refuse, scan, type Draft } from "./draft.ts";
import type { LockMode } from "./locks.ts";
import { earlierIn } from "./earlier.ts";
import { findsByIndex, leadingColumn } from "./lookup.ts";
import { routedPartitions } from "./pruning.ts";
import {
	executed,
	lockedTables,
	reachedTables,
	readExpression,
	readFromItems,
	readQuery,
	runQuery,
	type Reading,
} from "./query.ts";
import { referencedColumns } from "./alter-type.ts";
import {
	columnOf,
	isNullConstant,
	lockPartitions,
	storageOf,
	tableStorage,
	targetOf,
	type Scene,
	type Target,
} from "./scene.ts";
import { lockOwnedSequences, lockSequencesOf } from "./sequence.ts";
import { has } from "./versions.ts";

/** The names that WITH gives are known to the whole statement: what WITH changes is an operation too. */
function readingIn(scene: Scene): Reading {
	const ctes = scene.command.flatMap((operation) => {
		if (operation.kind === "select") return operation.query.ctes;
		return "ctes" in operation ? operation.ctes : [];
	});
	return { ...executed, named: new Set(ctes.map(({ name }) => name)) };
}

function readCtes(ctes: OperationOf<"update">["ctes"], scene: Scene, draft: Draft): void {
	for (const { query } of ctes) if (query) readQuery(query, scene, draft, readingIn(scene));
}

export function select(operation: OperationOf<"select">, scene: Scene, draft: Draft): void {
	draft.phase = "migrate";
	runQuery(operation.query, scene, draft);
}

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

function changed(
	name: QualifiedName,
	event: "insert" | "update" | "delete" | "merge",
	scene: Scene,
	draft: Draft,
): Target {
	const target = targetOf(scene, name);
	if (target.kind === "assumed") draft.assumed = true;
	lock(draft, target.key, "RowExclusiveLock");
	for (const rule of target.table?.rules ?? []) {
		if (rule.event !== event) continue;
		for (const relation of rule.relations) lock(draft, relation, "RowExclusiveLock");
	}
	const sources = target.kind === "view" ? (target.view?.dependsOn ?? []) : [];
	for (const key of sources) lock(draft, key, "RowExclusiveLock");
	return target;
}

function refuseMissing(columns: readonly string[], table: Table, draft: Draft): void {
	if (!table.complete) return;
	const missing = columns.find((name) => !columnOf(table, name));
	if (missing !== undefined) refuse(draft, "42703", `column ${missing} does not exist`);
}

function constraintsWithParents(table: Table, scene: Scene): readonly Constraint[] {
	const parent = table.partitionOf && scene.catalog.tableByKey(table.partitionOf.parent);
	return parent
		? [...table.constraints, ...constraintsWithParents(parent, scene)]
		: table.constraints;
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

/**
 * A value that ALTER TYPE ... ADD VALUE gave an enum may not be used before that transaction commits.
 * Source: https://www.postgresql.org/docs/current/sql-altertype.html, Notes.
 */
export function refuseNewEnumValues(
	table: Table,
	valuesOf: (column: string) => readonly Expression[],
	scene: Scene,
	draft: Draft,
): void {
	const { enumValues } = earlierIn(scene);
	if (enumValues.size === 0) return;
	for (const column of table.columns) {
		const type = column.type && scene.catalog.type(column.type);
		if (type?.kind !== "enum") continue;
		for (const given of valuesOf(column.name)) {
			const value = given.kind === "cast" ? given.operand : given;
			if (value.kind !== "literal" || !enumValues.has(`${keyOf(type)}.${value.value}`)) continue;
			// Before 12 ADD VALUE is refused in a transaction, so the value is not there at all.
			const code = has(scene.version, "enumValueInTransaction") ? "55P04" : "22P02";
			refuse(draft, code, `the enum value ${value.value} is new in this transaction`);
		}
	}
}

export function update(operation: OperationOf<"update">, scene: Scene, draft: Draft): void {
	draft.phase = "migrate";
	draft.reversible = "none";
	const whole = operation.set.filter(({ part }) => !part).map(({ column }) => column);
	const twice = whole.find((column, at) => whole.indexOf(column) !== at);
	if (twice !== undefined) refuse(draft, "42601", `${twice} is set twice`);
	const target = changed(operation.table, "update", scene, draft);
	readCtes(operation.ctes, scene, draft);
	const reading = readingIn(scene);
	readFromItems(operation.from, scene, draft, reading);
	for (const { value } of operation.set) readExpression(value, scene, draft, reading);
	reachRows(target, operation.where, operation.from.length > 0, scene, draft, reading);
	const { table } = target;
	if (!table) return;
	const assigned = (name: string): readonly Expression[] =>
		operation.set.filter(({ column }) => column === name).map(({ value }) => value);
	refuseNewEnumValues(table, assigned, scene, draft);
	const set = operation.set.map(({ column }) => column);
	refuseMissing(set, table, draft);
	for (const constraint of constraintsWithParents(table, scene)) {
		if (constraint.type !== "foreignKey" || constraint.initiallyDeferred) continue;
		if (!constraint.columns.some((column) => set.includes(column))) continue;
		lock(draft, targetOf(scene, constraint.references).key, "RowShareLock");
	}
	checkReferrers(table, "onUpdate", set, scene, draft);
}

export function deleteRows(operation: OperationOf<"delete">, scene: Scene, draft: Draft): void {
	draft.phase = "migrate";
	draft.reversible = "none";
	const target = changed(operation.table, "delete", scene, draft);
	readCtes(operation.ctes, scene, draft);
	const reading = readingIn(scene);
	readFromItems(operation.using, scene, draft, reading);
	reachRows(target, operation.where, operation.using.length > 0, scene, draft, reading);
	if (target.table) checkReferrers(target.table, "onDelete", undefined, scene, draft);
}

/** Locks what the condition leaves of partitions and children; reads them whole without an index. */
function reachRows(
	target: Target,
	where: Expression | undefined,
	joined: boolean,
	scene: Scene,
	draft: Draft,
	reading: Reading,
): void {
	if (where) readExpression(where, scene, draft, reading);
	const table = target.table ?? baseOf(target, scene);
	for (const one of lockedTables(table, where, scene)) lock(draft, keyOf(one), "RowExclusiveLock");
	const below = reachedTables(table, where, scene);
	const own = table ? tableStorage(table) : storageOf(target);
	const leaves = [own, ...below.map(tableStorage)];
	if (where && findsByIndex(where, table)) return;
	for (const storage of leaves) scan(draft, storage);
	if (!where) because(draft, `every row of ${target.key} is changed in one transaction`);
	else if (!joined) because(draft, `no index finds the rows of ${target.key}: all are read`);
}

/** The table behind a view that can be changed through. */
function baseOf({ view }: Target, scene: Scene): Table | undefined {
	const [only, ...more] = view?.dependsOn ?? [];
	return only === undefined || more.length > 0 ? undefined : scene.catalog.tableByKey(only);
}

/**
 * Tables that reference the changed rows: NO ACTION and RESTRICT look for referrers, the other actions
 * change them. Source: src/backend/utils/adt/ri_triggers.c.
 */
function checkReferrers(
	table: Table,
	event: "onDelete" | "onUpdate",
	set: readonly string[] | undefined,
	scene: Scene,
	draft: Draft,
	seen: ReadonlySet<string> = new Set(),
): void {
	const key = keyOf(table);
	if (table.empty || seen.has(key)) return;
	for (const reference of scene.catalog.referencesTo(key)) {
		const constraint = reference.table.constraints.find(
			({ name }) => name === reference.constraint,
		);
		if (constraint?.type !== "foreignKey" || !constraint.enforced) continue;
		if (set && !referencedColumns(constraint, table).some((column) => set.includes(column)))
			continue;
		const action = constraint[event];
		const looks = action === "noAction" || action === "restrict";
		if (action === "noAction" && constraint.initiallyDeferred) continue;
		const mode: LockMode = looks ? "RowShareLock" : "RowExclusiveLock";
		for (const one of [
			reference.table,
			...scene.catalog.partitionsOf(keyOf(reference.table), true),
		]) {
			lock(draft, keyOf(one), mode);
			const indexed = one.indexes.some((index) => leadingColumn(index) === constraint.columns[0]);
			if (indexed) continue;
			scan(draft, tableStorage(one));
			because(draft, `${keyOf(one)} has no index over its foreign key: it is read for every row`);
		}
		if (event === "onDelete" && action === "cascade") {
			checkReferrers(reference.table, event, undefined, scene, draft, new Set([...seen, key]));
		}
	}
}

export function merge(operation: OperationOf<"merge">, scene: Scene, draft: Draft): void {
	draft.phase = "migrate";
	draft.reversible = "none";
	if (!has(scene.version, "merge")) {
		refuse(draft, "42601", `PostgreSQL ${scene.version} does not know MERGE`);
	}
	const target = changed(operation.table, "merge", scene, draft);
	readCtes(operation.ctes, scene, draft);
	const reading = readingIn(scene);
	readFromItems([operation.using], scene, draft, reading);
	reachRows(target, operation.on, true, scene, draft, reading);
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
