import { operandsOf } from "../../../catalog/expression.ts";
import type { Expression, FromItem, QualifiedName, Query } from "../../../core/expression.ts";
import type { DataOperation } from "../../../core/operation.ts";
import { findsByIndex } from "../../postgres/effects/lookup.ts";
import { isWhole } from "./alter-table.ts";
import { because, lock, refuse, type Draft } from "./draft.ts";
import { columnNamed, nameOf, targetOf, type Scene, type Target } from "./facts.ts";

/**
 * Statements that read or change rows.
 *
 * MySQL Reference Manual 8.4, 17.7.3 Locks Set by Different SQL Statements in InnoDB: a change locks every
 * index entry that it reads, so without a fitting index every row of the table.
 */
export function data(operation: DataOperation, scene: Scene, draft: Draft): void {
	draft.phase = "migrate";
	switch (operation.kind) {
		case "insert": {
			draft.reversible = "lossy";
			const target = change(operation.table, scene, draft);
			refuseMissing(operation.columns ?? [], target, draft);
			if (operation.source.kind === "query") readQuery(operation.source.query, scene, draft, true);
			return;
		}
		case "update": {
			draft.reversible = "none";
			const target = change(operation.table, scene, draft);
			for (const item of operation.from) readItem(item, scene, draft, false);
			const isJoined = operation.from.length > 0;
			if (!isJoined)
				refuseMissing(
					operation.set.map(({ column }) => column),
					target,
					draft,
				);
			for (const { value } of operation.set) readInside(value, scene, draft);
			reachRows(target, operation.where, isJoined, scene, draft);
			return;
		}
		case "delete": {
			draft.reversible = "none";
			const target = change(operation.table, scene, draft);
			for (const item of operation.using) readItem(item, scene, draft, false);
			reachRows(target, operation.where, operation.using.length > 0, scene, draft);
			return;
		}
		case "select":
			draft.replicated = false;
			readQuery(operation.query, scene, draft, operation.query.locking !== undefined);
			return;
		case "copy":
			if (operation.table) change(operation.table, scene, draft);
			return;
		default:
	}
}

function change(name: QualifiedName, scene: Scene, draft: Draft): Target {
	const target = targetOf(scene, name);
	use(target, scene, draft);
	if (target.table?.persistence !== "temporary") lock(draft, target.key, "SHARED_WRITE");
	return target;
}

function use({ key, table }: Target, scene: Scene, draft: Draft): void {
	if (table || scene.catalog.viewByKey(key)) return;
	draft.assumed = true;
	if (isWhole(scene)) refuse(draft, 1146, `there is no table ${nameOf(key, scene)}`);
}

function refuseMissing(columns: readonly string[], target: Target, draft: Draft): void {
	if (target.table?.complete !== true) return;
	const missing = columns.find((column) => !columnNamed(target, column));
	if (missing !== undefined) refuse(draft, 1054, `${target.name} has no column ${missing}`);
}

function reachRows(
	target: Target,
	where: Expression | undefined,
	isJoined: boolean,
	scene: Scene,
	draft: Draft,
): void {
	const { key, table } = target;
	if (where) readInside(where, scene, draft);
	if (table?.empty === true || table?.persistence === "temporary") return;
	if (where && findsByIndex(where, table)) return;
	draft.scans.add(key);
	if (where && isJoined) return;
	draft.rowLocks.add(key);
	because(
		draft,
		where
			? `no index finds the rows of ${target.name}: all are read and locked until the transaction ends`
			: `every row of ${target.name} is changed in one transaction and locked until it ends`,
	);
}

/** A query; with `locks` its rows stay locked against changes, as in INSERT ... SELECT. */
export function readQuery(query: Query, scene: Scene, draft: Draft, locks: boolean): void {
	for (const { query: part } of query.ctes) if (part) readQuery(part, scene, draft, locks);
	for (const part of query.combined) readQuery(part, scene, draft, locks);
	const named = new Set(query.ctes.map(({ name }) => name.toLowerCase()));
	const [only] = query.from;
	const isSingle = query.from.length === 1 && only?.kind === "table";
	for (const item of query.from) {
		if (
			item.kind === "table" &&
			item.name.schema === undefined &&
			named.has(item.name.name.toLowerCase())
		)
			continue;
		readItem(item, scene, draft, locks, isSingle ? query : undefined);
	}
	for (const { expression } of query.targets) readInside(expression, scene, draft);
	if (query.where) readInside(query.where, scene, draft);
	if (query.having) readInside(query.having, scene, draft);
}

function readItem(item: FromItem, scene: Scene, draft: Draft, locks: boolean, alone?: Query): void {
	switch (item.kind) {
		case "table":
			readTable(item.name, scene, draft, locks, alone);
			return;
		case "query":
			readQuery(item.query, scene, draft, locks);
			return;
		case "join":
			readItem(item.left, scene, draft, locks);
			readItem(item.right, scene, draft, locks);
			return;
		default:
	}
}

function readTable(
	name: QualifiedName,
	scene: Scene,
	draft: Draft,
	locks: boolean,
	alone: Query | undefined,
): void {
	if (name.name.toLowerCase() === "dual") return;
	const target = targetOf(scene, name);
	const { key, table } = target;
	if (scene.catalog.viewByKey(key)) return;
	if (/^(?:information_schema|performance_schema|mysql|sys)\b/i.test(key)) return;
	if (!table) draft.assumed = true;
	if (table?.persistence === "temporary") return;
	lock(draft, key, "SHARED_READ");
	if (table?.empty === true) return;
	if (alone?.where && findsByIndex(alone.where, table)) return;
	if (alone?.limit && !alone.where && !alone.grouped) return;
	draft.scans.add(key);
	if (!locks) return;
	draft.rowLocks.add(key);
	because(
		draft,
		`the rows that it reads of ${target.name} are locked until the transaction ends: changes of them wait`,
	);
}

function readInside(expression: Expression, scene: Scene, draft: Draft): void {
	const open: Expression[] = [expression];
	for (let next = open.pop(); next; next = open.pop()) {
		open.push(...operandsOf(next));
		if (next.kind === "subquery") readQuery(next.query, scene, draft, false);
	}
}
