import { keyOf } from "../../../catalog/catalog.ts";
import type { Table } from "../../../catalog/model.ts";
import type { Expression } from "../../../core/expression.ts";
import type { OperationOf } from "../../../core/operation.ts";
import { changed, constraintsWithParents, readCtes, readingIn } from "./changed-relation.ts";
import { because, lock, refuse, scan, type Draft } from "./draft.ts";
import { refuseNewEnumValues } from "./enum-value.ts";
import { foreignKeysTo, referencedColumns } from "./foreign-key.ts";
import type { LockMode } from "./locks.ts";
import { findsByIndex, leadingColumn } from "./lookup.ts";
import { refuseMissing } from "./missing-column.ts";
import {
	lockedTables,
	reachedTables,
	readExpression,
	readFromItems,
	type Reading,
} from "./query.ts";
import { storageOf, tableStorage, targetOf, type Scene, type Target } from "./scene.ts";
import { refuseBefore } from "./versions.ts";

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

export function merge(operation: OperationOf<"merge">, scene: Scene, draft: Draft): void {
	draft.phase = "migrate";
	draft.reversible = "none";
	refuseBefore("merge", "MERGE", scene, draft);
	const target = changed(operation.table, "merge", scene, draft);
	readCtes(operation.ctes, scene, draft);
	const reading = readingIn(scene);
	readFromItems([operation.using], scene, draft, reading);
	reachRows(target, operation.on, true, scene, draft, reading);
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
	for (const { table: other, constraint } of foreignKeysTo(table, scene)) {
		if (!constraint.enforced) continue;
		if (set && !referencedColumns(constraint, table).some((column) => set.includes(column)))
			continue;
		const action = constraint[event];
		const looks = action === "noAction" || action === "restrict";
		if (action === "noAction" && constraint.initiallyDeferred) continue;
		const mode: LockMode = looks ? "RowShareLock" : "RowExclusiveLock";
		for (const one of [other, ...scene.catalog.partitionsOf(keyOf(other), true)]) {
			lock(draft, keyOf(one), mode);
			const indexed = one.indexes.some((index) => leadingColumn(index) === constraint.columns[0]);
			if (indexed) continue;
			scan(draft, tableStorage(one));
			because(draft, `${keyOf(one)} has no index over its foreign key: it is read for every row`);
		}
		if (event === "onDelete" && action === "cascade") {
			checkReferrers(other, event, undefined, scene, draft, new Set([...seen, key]));
		}
	}
}
