import type { Operation, OperationOf } from "../core/operation.ts";
import { keyOf } from "./catalog.ts";
import type { DropTarget } from "./dependencies.ts";
import type { MutableCatalog } from "./mutable.ts";
import { routineTarget } from "./replay/routine.ts";

/** Returns what a command drops besides: objects that go together do not hold each other back. */
export function droppedBy(
	catalog: MutableCatalog,
	command: readonly Operation[],
): readonly DropTarget[] {
	return command.flatMap((operation): readonly DropTarget[] => {
		switch (operation.kind) {
			case "dropTable":
				return [{ kind: "table", key: catalog.resolve(operation.table) }];
			case "dropView":
				return [{ kind: "view", key: catalog.resolve(operation.view) }];
			case "dropSequence":
				return [{ kind: "sequence", key: catalog.resolve(operation.sequence) }];
			case "dropType": {
				const dropped = catalog.type(operation.type);
				return dropped ? [{ kind: "type", key: keyOf(dropped) }] : [];
			}
			case "dropFunction": {
				const target = routineTarget(catalog, operation.function);
				return target ? [target] : [];
			}
			default:
				return [];
		}
	});
}

/**
 * Returns what to do when an operation of a command comes up. ALTER TABLE drops before it adds, and
 * adds columns before constraints, whatever the order of its actions (the passes of ATPrepCmd,
 * src/backend/commands/tablecmds.c): a column that a later action drops goes before one of its name is
 * added, and a constraint that had to wait for its column comes with it.
 */
export function stepsOf(
	catalog: MutableCatalog,
	operation: Operation,
	command: readonly Operation[],
): readonly Operation[] {
	const at = command.indexOf(operation);
	const before = command.slice(0, at);
	const after = command.slice(at + 1);
	if (operation.kind === "dropColumn") {
		const isDone = before.some(
			(other) =>
				other.kind === "addColumn" &&
				other.column.name === operation.column &&
				!other.ifNotExists &&
				isOfTable(catalog, other, operation),
		);
		return isDone ? [] : [operation];
	}
	if (operation.kind !== "addColumn") return [operation];
	const { name } = operation.column;
	const drop = after.filter(
		(other) =>
			other.kind === "dropColumn" &&
			other.column === name &&
			isOfTable(catalog, other, operation) &&
			catalog.table(operation.table)?.columns.some((column) => column.name === name),
	);
	const waiting = before.filter(
		(other) =>
			other.kind === "addConstraint" &&
			isOfTable(catalog, other, operation) &&
			columnsOf(other.constraint).includes(name),
	);
	return [...drop, operation, ...waiting];
}

function isOfTable(
	catalog: MutableCatalog,
	left: OperationOf<"addColumn" | "dropColumn" | "addConstraint">,
	right: OperationOf<"addColumn" | "dropColumn">,
): boolean {
	return catalog.resolve(left.table) === catalog.resolve(right.table);
}

function columnsOf(constraint: OperationOf<"addConstraint">["constraint"]): readonly string[] {
	switch (constraint.type) {
		case "unique":
		case "primaryKey":
		case "foreignKey":
			return constraint.columns;
		case "notNull":
		case "check":
		case "exclude":
			return [];
	}
}
