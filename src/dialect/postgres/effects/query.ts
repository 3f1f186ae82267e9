import { keyOf } from "../../../catalog/catalog.ts";
import { operandsOf, readName } from "../../../catalog/expression.ts";
import type { Table } from "../../../catalog/model.ts";
import type { Expression, FromItem, QualifiedName, Query } from "../../../core/expression.ts";
import type { OperationOf } from "../../../core/operation.ts";
import { lock, scan, type Draft } from "./draft.ts";
import type { LockMode } from "./locks.ts";
import { findsByIndex, readsByIndexAlone } from "./lookup.ts";
import { lockedPartitions, prunedPartitions } from "./pruning.ts";
import { descendantsOf, storageOf, tableStorage, targetOf, type Scene } from "./scene.ts";
import { lockOwnedSequences, lockSequencesOf } from "./sequence.ts";

/** How a query is met: only parsed (a view's definition), or run. */
export interface Reading {
	readonly runs: boolean;
	/** Names that WITH entries give, in lower layers too. */
	readonly named: ReadonlySet<string>;
	readonly depth: number;
}

const parsed: Reading = { runs: false, named: new Set(), depth: 0 };
export const executed: Reading = { runs: true, named: new Set(), depth: 0 };

/** Deeper queries are left out: no server plans them. */
const deepest = 60;

/** Read-locks the tables of the queries inside an expression, which the statement only stores. */
export function lockQueriesIn(expression: Expression, scene: Scene, draft: Draft): void {
	readExpression(expression, scene, draft, parsed);
}

/** Locks what a stored query names, without running it. */
export function lockQuery(query: Query, scene: Scene, draft: Draft): void {
	readQuery(query, scene, draft, parsed);
}

/** Locks what a query reads, and notes what it reads whole. */
export function runQuery(query: Query, scene: Scene, draft: Draft): void {
	readQuery(query, scene, draft, executed);
}

/** SELECT as a statement of its own. */
export function select(operation: OperationOf<"select">, scene: Scene, draft: Draft): void {
	draft.phase = "migrate";
	runQuery(operation.query, scene, draft);
}

export function readQuery(query: Query, scene: Scene, draft: Draft, reading: Reading): void {
	if (reading.depth > deepest) return;
	const named = new Set([...reading.named, ...query.ctes.map(({ name }) => name)]);
	const inner: Reading = { ...reading, named, depth: reading.depth + 1 };
	for (const { query: part } of query.ctes) if (part) readQuery(part, scene, draft, inner);
	for (const part of query.combined) readQuery(part, scene, draft, inner);
	const single = query.from.length === 1 && query.from[0]?.kind === "table";
	for (const item of query.from) readFrom(item, query, single, scene, draft, inner);
	for (const { expression } of query.targets) readExpression(expression, scene, draft, inner);
	if (query.where) readExpression(query.where, scene, draft, inner);
	if (query.having) readExpression(query.having, scene, draft, inner);
	for (const row of query.values ?? []) {
		for (const value of row) readExpression(value, scene, draft, inner);
	}
}

/** Reads the items of a FROM or USING beside a changed table: they are joined, so read whole. */
export function readFromItems(
	items: readonly FromItem[],
	scene: Scene,
	draft: Draft,
	reading: Reading,
): void {
	for (const item of items) readFrom(item, undefined, false, scene, draft, reading);
}

function readFrom(
	item: FromItem,
	query: Query | undefined,
	single: boolean,
	scene: Scene,
	draft: Draft,
	reading: Reading,
): void {
	switch (item.kind) {
		case "table":
			readTable(item.name, query, single, scene, draft, reading);
			return;
		case "query":
			readQuery(item.query, scene, draft, reading);
			return;
		case "function":
			readExpression(item.call, scene, draft, reading);
			return;
		case "join":
			readFrom(item.left, query, false, scene, draft, reading);
			readFrom(item.right, query, false, scene, draft, reading);
			if (item.on) readExpression(item.on, scene, draft, reading);
	}
}

const serverSchemas: ReadonlySet<string> = new Set(["pg_catalog", "information_schema"]);

function readTable(
	name: QualifiedName,
	query: Query | undefined,
	single: boolean,
	scene: Scene,
	draft: Draft,
	reading: Reading,
): void {
	if (name.schema === undefined && reading.named.has(name.name)) return;
	const target = targetOf(scene, name);
	if (serverSchemas.has(name.schema ?? "") || isServerTable(name.name, target.kind)) return;
	if (target.kind === "assumed") draft.assumed = true;
	const mode: LockMode = query?.locking ? "RowShareLock" : "AccessShareLock";
	lock(draft, target.key, mode);
	if (!reading.runs) return;
	if (target.kind === "view" && target.view) {
		readQuery(target.view.query, scene, draft, {
			...reading,
			named: new Set(),
			depth: reading.depth + 1,
		});
		return;
	}
	const found = single && query !== undefined && readsFew(query, target.table);
	const where = single ? query?.where : undefined;
	for (const table of lockedTables(target.table, where, scene)) lock(draft, keyOf(table), mode);
	if (found) return;
	scan(draft, storageOf(target));
	for (const table of reachedTables(target.table, where, scene)) scan(draft, tableStorage(table));
}

/** Tables of the server's own catalog, which need no schema. */
function isServerTable(name: string, kind: string): boolean {
	return kind === "assumed" && name.startsWith("pg_");
}

/** Partitions that the condition leaves, and inheritance children. */
export function reachedTables(
	table: Table | undefined,
	where: Expression | undefined,
	scene: Scene,
): readonly Table[] {
	if (!table) return [];
	if (table.kind !== "partitioned") return descendantsOf(scene, keyOf(table));
	return prunedPartitions(table, where, scene);
}

/** The same, with the partitions that are locked although no row of them is wanted. */
export function lockedTables(
	table: Table | undefined,
	where: Expression | undefined,
	scene: Scene,
): readonly Table[] {
	if (table?.kind !== "partitioned") return reachedTables(table, where, scene);
	return lockedPartitions(table, where, scene);
}

function readsFew(query: Query, table: Table | undefined): boolean {
	if (!query.where) return query.limit !== undefined || readsByIndexAlone(query, table);
	return findsByIndex(query.where, table);
}

/** Locks the tables of queries inside an expression and the sequences that it advances. */
export function readExpression(
	expression: Expression,
	scene: Scene,
	draft: Draft,
	reading: Reading,
): void {
	if (reading.runs) lockCalled(expression, scene, draft);
	readInside(expression, scene, draft, reading);
}

function readInside(expression: Expression, scene: Scene, draft: Draft, reading: Reading): void {
	const open: Expression[] = [expression];
	for (let next = open.pop(); next; next = open.pop()) {
		if (next.kind === "subquery") readQuery(next.query, scene, draft, reading);
		open.push(...operandsOf(next));
	}
}

/** nextval and setval lock their sequence, also when pg_get_serial_sequence finds its name. */
function lockCalled(expression: Expression, scene: Scene, draft: Draft): void {
	lockSequencesOf(expression, scene, draft);
	const open: Expression[] = [expression];
	for (let next = open.pop(); next; next = open.pop()) {
		if (next.kind === "call" && next.function.name === "pg_get_serial_sequence") {
			lockSerialSequence(next.arguments, scene, draft);
		}
		open.push(...operandsOf(next));
	}
}

function lockSerialSequence(
	[table, column]: readonly Expression[],
	scene: Scene,
	draft: Draft,
): void {
	if (table?.kind !== "literal" || column?.kind !== "literal") return;
	const name = readName(table.value);
	if (!name) return;
	const { key } = targetOf(scene, name);
	lockOwnedSequences(key, column.value, "RowExclusiveLock", scene, draft);
}
