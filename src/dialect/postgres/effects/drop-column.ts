import { keyOf } from "../../../catalog/catalog.ts";
import { columnsIn } from "../../../catalog/expression.ts";
import type { Table } from "../../../catalog/model.ts";
import type { OperationOf } from "../../../core/operation.ts";
import { because, lock, lockIndex, refuse, type Draft } from "./draft.ts";
import { dropReferences, lockReferenced } from "./drop-foreign-key.ts";
import { dropViews } from "./drop-view.ts";
import { columnOf, descendantsOf, treeOf, type Scene, type Target } from "./scene.ts";
import { lockOwnedSequences } from "./sequence.ts";
import { has } from "./versions.ts";

/** DROP COLUMN: no row is touched; what uses the column goes with it or stops it. */
export function dropColumn(
	operation: OperationOf<"dropColumn">,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	draft.phase = "contract";
	draft.reversible = "lossy";
	const { column, cascade, ifExists, only } = operation;
	// Even ONLY locks the children: the column becomes theirs.
	for (const { key } of treeOf(scene, target)) lock(draft, key, "AccessExclusiveLock");
	const { table } = target;
	if (!table) return;
	if (!columnOf(table, column)) {
		if (table.complete && !ifExists) refuse(draft, "42703", `column ${column} does not exist`);
		return;
	}
	if (table.partitionBy?.keys.some((key) => columnsIn(key).has(column))) {
		refuse(draft, "42P16", `column ${column} is part of the partition key`);
	}
	if (only && target.kind === "partitioned" && descendantsOf(scene, target.key).length > 0) {
		refuse(draft, "42P16", "the column must be dropped from the partitions too");
	}
	const parents = [...table.inherits, ...(table.partitionOf ? [table.partitionOf.parent] : [])];
	if (parents.some((key) => columnOf(scene.catalog.tableByKey(key), column))) {
		refuse(draft, "42P16", `column ${column} is inherited`);
	}
	for (const one of [table, ...(only ? [] : descendantsOf(scene, target.key))]) {
		dropColumnOf(one, column, cascade, scene, draft);
	}
}

function dropColumnOf(
	table: Table,
	column: string,
	cascade: boolean,
	scene: Scene,
	draft: Draft,
): void {
	const key = keyOf(table);
	for (const index of table.indexes) {
		const named = [...index.elements.map(({ expression }) => expression), index.where].flatMap(
			(expression) => (expression ? [...columnsIn(expression)] : []),
		);
		if (named.includes(column) || index.include.includes(column)) {
			lockIndex(draft, keyOf(index), "AccessExclusiveLock");
			because(draft, `the index ${index.name} goes with the column`);
		}
	}
	for (const constraint of table.constraints) {
		if (constraint.type === "foreignKey" && constraint.columns.includes(column)) {
			lockReferenced(constraint, scene, draft, key);
		}
		const keyed = constraint.type === "primaryKey" || constraint.type === "unique";
		if (keyed && constraint.columns.includes(column)) {
			dropReferences(table, constraint.columns, cascade, new Set(), scene, draft);
		}
	}
	dropReferences(table, [column], cascade, new Set(), scene, draft);
	lockOwnedSequences(key, column, "AccessExclusiveLock", scene, draft);
	dropViews(key, column, cascade, scene, draft);
	refuseColumnUses(table, column, cascade, scene, draft);
}

function refuseColumnUses(
	table: Table,
	column: string,
	cascade: boolean,
	scene: Scene,
	draft: Draft,
): void {
	if (cascade) return;
	for (const { name, using, withCheck } of table.policies) {
		const used = [using, withCheck].some((part) => part && columnsIn(part).has(column));
		if (used) refuse(draft, "2BP01", `policy ${name} uses column ${column}`);
	}
	for (const trigger of table.triggers) {
		if (trigger.columns.includes(column) || trigger.whenColumns.includes(column)) {
			refuse(draft, "2BP01", `trigger ${trigger.name} names column ${column}`);
		}
	}
	for (const rule of table.rules) {
		if (rule.columns.includes(column)) refuse(draft, "2BP01", `rule ${rule.name} uses ${column}`);
	}
	for (const other of table.columns) {
		if (!other.generated || !columnsIn(other.generated.expression).has(column)) continue;
		if (has(scene.version, "generatedColumnsProtect")) {
			refuse(draft, "2BP01", `generated column ${other.name} is computed from ${column}`);
		} else {
			because(draft, `before PostgreSQL 15 the generated column ${other.name} is dropped silently`);
		}
	}
}
