import { keyOf } from "../../../catalog/catalog.ts";
import { columnsIn } from "../../../catalog/expression.ts";
import type { Column, Index, Table } from "../../../catalog/model.ts";
import type { Expression } from "../../../core/expression.ts";
import type { OperationOf } from "../../../core/operation.ts";
import { changeOf, indexServesBoth, typeLabel, type TypeChange } from "../type-change.ts";
import { because, lock, rebuildIndexes, refuse, rewrite, scan, type Draft } from "./draft.ts";
import { changeForeignKey, changeReferences } from "./retyped-foreign-key.ts";
import {
	columnOf,
	descendantsOf,
	isNullConstant,
	storageOf,
	tableStorage,
	treeOf,
	type Scene,
	type Target,
} from "./scene.ts";
import { lockOwnedSequences } from "./sequence.ts";

export type AlterType = OperationOf<"alterColumnType">;

/**
 * ALTER COLUMN ... TYPE: ACCESS EXCLUSIVE on the table, on what inherits from it and on the other side of
 * every foreign key over the column. Source: ATPrepAlterColumnType, ATExecAlterColumnType and
 * ATPostAlterTypeParse in src/backend/commands/tablecmds.c; measured 10 to 18.
 */
export function alterColumnType(
	operation: AlterType,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	const { column: name, only } = operation;
	const tree = treeOf(scene, target, only);
	for (const { key } of tree) lock(draft, key, "AccessExclusiveLock");
	refuseOnTree(operation, target, scene, draft);
	const column = columnOf(target.table, name);
	const change = changeFor(operation, column, operation.using, scene);
	describe(operation, column, change, draft);
	if (change.needsUsing) {
		refuse(draft, "42804", `column ${name} cannot be cast automatically: USING must say how`);
	}
	if (target.table && column) refuseDefault(operation, target.table, column, scene, draft);
	if (change.rewrite !== undefined) for (const storage of tree) rewrite(draft, storage);
	if (!target.table || !column) {
		if (change.rewrite === undefined) scan(draft, storageOf(target));
		return;
	}
	for (const table of [target.table, ...(only ? [] : descendantsOf(scene, target.key))]) {
		changeInTable(operation, table, column, change, scene, draft);
	}
}

function changeFor(
	operation: AlterType,
	column: Column | undefined,
	using: Expression | undefined,
	scene: Scene,
): TypeChange {
	if (!column?.type) {
		const rewrite = "the type that the column has now is not known: a rewrite is assumed";
		return { rewrite, needsUsing: false, narrows: true, assumed: true };
	}
	return changeOf(operation.column, column.type, operation.type, using, {
		catalog: scene.catalog,
		version: scene.version,
		timeZone: scene.settings.get("timezone"),
	});
}

/** The default must go to the new type by itself; columns of other tables fix the row type. */
function refuseDefault(
	operation: AlterType,
	table: Table,
	column: Column,
	scene: Scene,
	draft: Draft,
): void {
	const dropped = scene.command.some(
		(other) => other.kind === "dropDefault" && other.column === column.name,
	);
	if (column.default && !isNullConstant(column.default) && !dropped) {
		if (changeFor(operation, column, undefined, scene).needsUsing) {
			refuse(draft, "42804", `the default of ${column.name} cannot be cast automatically`);
		}
	}
	refuseRowTypeUse(table, scene, draft);
}

/** A table whose row type is the type of a column elsewhere cannot change what rows look like. */
export function refuseRowTypeUse(table: Table, scene: Scene, draft: Draft): void {
	const [use] = scene.catalog.tablesUsingType(keyOf(table));
	if (use) refuse(draft, "0A000", `column ${use.column} of ${keyOf(use.table)} uses its row type`);
}

function describe(
	operation: AlterType,
	column: Column | undefined,
	change: TypeChange,
	draft: Draft,
): void {
	if (change.assumed) draft.assumed = true;
	if (change.narrows) {
		draft.phase = "contract";
		draft.reversible = "lossy";
	}
	if (change.rewrite !== undefined) {
		because(draft, change.rewrite);
		if (change.rewrite.includes("TimeZone is UTC")) {
			draft.better = { version: 12, how: "SET TimeZone = 'UTC' in the session spares the rewrite" };
		}
		return;
	}
	const from = column?.type ? typeLabel(column.type) : "the old type";
	because(draft, `${from} and ${typeLabel(operation.type)} are stored alike: no row is written`);
}

function refuseOnTree(operation: AlterType, target: Target, scene: Scene, draft: Draft): void {
	const { table } = target;
	const { column, only } = operation;
	if (!table) return;
	if (table.complete && !columnOf(table, column) && !isAdded(column, scene)) {
		refuse(draft, "42703", `column ${column} does not exist`);
	}
	if (operation.type.name.endsWith("serial")) {
		refuse(draft, "42704", `${operation.type.name} is no type, only a shorthand in new columns`);
	}
	const [once] = scene.command.filter(
		(other) => other.kind === "alterColumnType" && other.column === column,
	);
	if (once !== undefined && once !== operation) {
		refuse(draft, "0A000", `the type of ${column} is changed twice`);
	}
	if (only && descendantsOf(scene, target.key).length > 0) {
		refuse(draft, "42P16", "the type must be changed in the child tables too");
	}
	if (table.partitionBy?.keys.some((key) => columnsIn(key).has(column))) {
		refuse(draft, "42P16", `column ${column} is part of the partition key`);
	}
	const parents = [...table.inherits, ...(table.partitionOf ? [table.partitionOf.parent] : [])];
	if (parents.some((key) => columnOf(scene.catalog.tableByKey(key), column))) {
		refuse(draft, "42P16", `column ${column} is inherited: change it in the parent table`);
	}
	refuseDependents(operation, table, scene, draft);
}

function isAdded(column: string, scene: Scene): boolean {
	return scene.command.some(
		(operation) => operation.kind === "addColumn" && operation.column.name === column,
	);
}

/** Objects that fix the type of a column: the server refuses to change it under them. */
function refuseDependents(operation: AlterType, table: Table, scene: Scene, draft: Draft): void {
	const { column } = operation;
	const key = keyOf(table);
	for (const view of scene.catalog.viewsOn(key)) {
		if (view.dependsOnColumns.includes(`${key}.${column}`)) {
			refuse(draft, "0A000", `view ${keyOf(view)} uses column ${column}`);
		}
	}
	for (const policy of table.policies) {
		const names = [policy.using, policy.withCheck].flatMap((expression) =>
			expression ? [...columnsIn(expression)] : [],
		);
		if (names.includes(column))
			refuse(draft, "0A000", `policy ${policy.name} uses column ${column}`);
	}
	for (const trigger of table.triggers) {
		if (trigger.columns.includes(column) || trigger.whenColumns.includes(column)) {
			refuse(draft, "0A000", `trigger ${trigger.name} names column ${column}`);
		}
	}
	for (const rule of table.rules) {
		if (rule.columns.includes(column)) refuse(draft, "0A000", `rule ${rule.name} uses ${column}`);
	}
	for (const other of table.columns) {
		if (other.generated && columnsIn(other.generated.expression).has(column)) {
			const code = scene.version >= 15 ? "0A000" : "42601";
			refuse(draft, code, `generated column ${other.name} is computed from ${column}`);
		}
	}
}

function changeInTable(
	operation: AlterType,
	table: Table,
	column: Column,
	change: TypeChange,
	scene: Scene,
	draft: Draft,
): void {
	const storage = tableStorage(table);
	if (change.rewrite === undefined) {
		const rebuilt = table.indexes.filter((index) => isRebuilt(index, operation, column, scene));
		rebuildIndexes(draft, storage, rebuilt);
		if (rebuilt.length > 0) {
			const names = rebuilt.map(({ name }) => name).join(", ");
			because(draft, `the index ${names} must be built anew, with reads and writes waiting`);
		}
		if (hasCheckOn(table, column.name)) {
			scan(draft, storage);
			because(draft, "a CHECK mentions the column: every row is tested again");
		}
	}
	for (const foreignKey of table.constraints) {
		if (foreignKey.type !== "foreignKey" || !foreignKey.columns.includes(column.name)) continue;
		changeForeignKey(foreignKey, table, operation, column, change, scene, draft);
	}
	changeReferences(table, operation, column, change, scene, draft);
	// The sequence of an identity column takes the new type.
	if (column.identity) {
		lockOwnedSequences(keyOf(table), column.name, "ShareRowExclusiveLock", scene, draft);
	}
}

function hasCheckOn(table: Table, column: string): boolean {
	return table.constraints.some(
		(constraint) =>
			constraint.type === "check" &&
			constraint.validated &&
			columnsIn(constraint.expression).has(column),
	);
}

/** Indexes over expressions or with a WHERE are never kept; the others if one operator class serves. */
function isRebuilt(index: Index, operation: AlterType, column: Column, scene: Scene): boolean {
	const inKey = index.elements.some(({ expression }) => columnsIn(expression).has(column.name));
	const inWhere = index.where !== undefined && columnsIn(index.where).has(column.name);
	if (!inKey && !inWhere) return false;
	const plain =
		index.where === undefined &&
		index.elements.every(({ expression }) => expression.kind === "column");
	if (!plain || !column.type) return true;
	return (
		!indexServesBoth(column.type, operation.type, scene.catalog) ||
		operation.collation?.name !== column.collation?.name
	);
}
