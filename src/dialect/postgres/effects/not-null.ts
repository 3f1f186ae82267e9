import type { Constraint, Table } from "../../../catalog/model.ts";
import type { Expression } from "../../../core/expression.ts";
import type { OperationOf } from "../../../core/operation.ts";
import { because, hasFile, lock, refuse, scan, type Draft } from "./draft.ts";
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
import { has, since } from "./versions.ts";

/** Constraints that another action of the same command drops: they go first and prove nothing. */
export function droppedConstraints(scene: Scene): ReadonlySet<string> {
	return new Set(
		scene.command.flatMap((operation) =>
			operation.kind === "dropConstraint" ? [operation.constraint] : [],
		),
	);
}

/**
 * True when the server needs no scan to know that the column has no NULL: it is NOT NULL, or (12+) a
 * validated CHECK says so. Once a NOT VALID not-null constraint is there (18) the CHECK no longer counts.
 * Source: NotNullImpliedByRelConstraints in src/backend/commands/tablecmds.c; measured 10 to 18.
 */
export function isKnownNotNull(table: Table | undefined, column: string, scene: Scene): boolean {
	if (!table) return false;
	if (pendingNotNull(table, column)) return false;
	if (columnOf(table, column)?.notNull === true) return true;
	if (!has(scene.version, "checkProvesNotNull")) return false;
	const dropped = droppedConstraints(scene);
	return table.constraints.some(
		(constraint) => !dropped.has(constraint.name) && provesNotNull(constraint, column),
	);
}

/** The NOT VALID not-null constraint of a column, which PostgreSQL 18 brought. */
export function pendingNotNull(table: Table | undefined, column: string): Constraint | undefined {
	return table?.constraints.find(
		(constraint) =>
			constraint.type === "notNull" && !constraint.validated && constraint.columns[0] === column,
	);
}

function provesNotNull(constraint: Constraint, column: string): boolean {
	if (constraint.type !== "check" || !constraint.validated || !constraint.enforced) return false;
	return impliesNotNull(constraint.expression, column);
}

/** True when a row that passes the expression must have a value in the column. */
export function impliesNotNull(expression: Expression, column: string): boolean {
	switch (expression.kind) {
		case "isNull":
			return expression.negated && isColumn(expression.operand, column);
		case "distinct": {
			const [left, right] = expression.operands;
			if (expression.negated) return false;
			return (
				(isColumn(left, column) && isNullConstant(right)) ||
				(isColumn(right, column) && isNullConstant(left))
			);
		}
		case "not":
			return (
				expression.operand.kind === "isNull" &&
				!expression.operand.negated &&
				isColumn(expression.operand.operand, column)
			);
		case "and":
			return expression.operands.some((operand) => impliesNotNull(operand, column));
		case "or":
			return expression.operands.every((operand) => impliesNotNull(operand, column));
		default:
			return false;
	}
}

export function isColumn(expression: Expression, column: string): boolean {
	return expression.kind === "column" && expression.path.at(-1) === column;
}

/** SET NOT NULL: ACCESS EXCLUSIVE, and a scan of every table that has no proof. */
export function setNotNull(
	operation: OperationOf<"setNotNull">,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	draft.phase = "contract";
	const { column, only } = operation;
	const tree = treeOf(scene, target, only);
	for (const { key } of tree) lock(draft, key, "AccessExclusiveLock");
	if (only && target.kind === "partitioned" && descendantsOf(scene, target.key).length > 0) {
		refuse(draft, "42P16", "the constraint must be added to the partitions too");
	}
	requireNotNull(column, target, scene, draft, only);
}

/** Scans the tables in which the column is not known to be NOT NULL. */
export function requireNotNull(
	column: string,
	target: Target,
	scene: Scene,
	draft: Draft,
	only = false,
): void {
	if (target.table && isAddedUnfilled(column, scene) && !target.table.empty) {
		refuse(draft, "23502", `the rows that are there have no value for ${column}`);
	}
	const tables = only ? [] : descendantsOf(scene, target.key);
	if (!isKnownNotNull(target.table, column, scene))
		scanFor(draft, storageOf(target), column, scene);
	for (const table of tables) {
		if (!isKnownNotNull(table, column, scene)) scanFor(draft, tableStorage(table), column, scene);
	}
	if (draft.scans.size === 0) {
		because(draft, `${column} is known to have no NULL: the rows are not read`);
	}
}

function scanFor(
	draft: Draft,
	storage: ReturnType<typeof storageOf>,
	column: string,
	scene: Scene,
): void {
	if (!hasFile(storage)) return;
	scan(draft, storage);
	because(draft, `every row of ${storage.key} is read to make sure that ${column} has no NULL`);
	if (!has(scene.version, "checkProvesNotNull")) {
		const how = "skips the scan when a validated CHECK (column IS NOT NULL) proves it";
		draft.better = { version: since.checkProvesNotNull, how };
	}
}

/** The column is added by another action of the command and nothing fills it. */
export function isAddedUnfilled(name: string, scene: Scene): boolean {
	return scene.command.some(
		(operation) =>
			operation.kind === "addColumn" &&
			operation.column.name === name &&
			operation.column.default === undefined &&
			operation.column.identity === undefined &&
			operation.column.generated === undefined &&
			!(operation.column.type?.name ?? "").includes("serial"),
	);
}

function isNullable(table: Table | undefined, name: string): boolean {
	const column = columnOf(table, name);
	return column !== undefined && !column.notNull && !pendingNotNull(table, name);
}

export function dropNotNull(
	operation: OperationOf<"dropNotNull">,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	const { column, only } = operation;
	// Since 18 the children are reached through the constraint: where there is none, nothing is done.
	const nothing = has(scene.version, "namedNotNull") && isNullable(target.table, column);
	for (const { key } of treeOf(scene, target, only || nothing)) {
		lock(draft, key, "AccessExclusiveLock");
	}
	const dropped = droppedConstraints(scene);
	const key = target.table?.constraints.find(
		(constraint) => constraint.type === "primaryKey" && !dropped.has(constraint.name),
	);
	if (key?.type === "primaryKey" && key.columns.includes(column)) {
		refuse(draft, "42P16", `column ${column} is in a primary key`);
	}
	if (columnOf(target.table, column)?.identity) {
		refuse(draft, "42601", `column ${column} is an identity column`);
	}
	const parent = target.table?.partitionOf?.parent;
	const above = parent === undefined ? undefined : scene.catalog.tableByKey(parent);
	if (columnOf(above, column)?.notNull) {
		refuse(draft, "42P16", `column ${column} is NOT NULL in the parent table`);
	}
}
