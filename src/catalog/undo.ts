import type { QualifiedName } from "../core/expression.ts";
import type { Operation, TableOperation } from "../core/operation.ts";
import type { Origin } from "./model.ts";
import type { MutableCatalog } from "./mutable.ts";
import { replay } from "./replay.ts";

/**
 * Takes out of a catalog what an operation puts into it, for a dump that was written after the operation.
 * What it dropped does not come back: nothing is known of that.
 */
export function undo(catalog: MutableCatalog, operation: Operation, origin: Origin): void {
	const opposite = oppositeOf(operation);
	if (opposite) replay(catalog, opposite, origin);
}

function oppositeOf(operation: Operation): Operation | undefined {
	const { range } = operation;
	switch (operation.kind) {
		case "createTable":
		case "createTableAs":
			return {
				...{ kind: "dropTable", range, table: operation.table },
				...{ foreign: false, ifExists: true, cascade: true },
			};
		case "createIndex":
			return (
				operation.index && {
					...{ kind: "dropIndex", range, index: operation.index },
					...{ concurrently: false, ifExists: true, cascade: true },
				}
			);
		case "renameIndex":
			return {
				...operation,
				index: renamed(operation.index, operation.to),
				to: operation.index.name,
			};
		case "renameTable":
			return {
				...operation,
				table: renamed(operation.table, operation.to),
				to: operation.table.name,
			};
		default:
			return oppositeAction(operation);
	}
}

function oppositeAction(operation: Operation): TableOperation | undefined {
	switch (operation.kind) {
		case "addColumn": {
			const { column, ...rest } = operation;
			return { ...rest, kind: "dropColumn", column: column.name, ifExists: true, cascade: true };
		}
		case "addConstraint": {
			const { constraint, ...rest } = operation;
			if (constraint.name === undefined) return undefined;
			const names = { constraint: constraint.name, ifExists: true, cascade: true };
			return { ...rest, kind: "dropConstraint", ...names };
		}
		case "renameColumn":
			return { ...operation, column: operation.to, to: operation.column };
		case "renameConstraint":
			return { ...operation, constraint: operation.to, to: operation.constraint };
		case "setNotNull":
			return { ...operation, kind: "dropNotNull" };
		case "dropNotNull":
			return { ...operation, kind: "setNotNull" };
		default:
			return undefined;
	}
}

function renamed(name: QualifiedName, to: string): QualifiedName {
	return { ...name, name: to };
}
