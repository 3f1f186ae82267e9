import type { Operation } from "../core/operation.ts";
import type { QualifiedName } from "../core/expression.ts";
import type { Statement, StatementPart } from "../core/statement.ts";
import type { Key } from "./model.ts";
import {
	extentOf,
	extentOfQuery,
	type ChangeScope,
	type DataChange,
	type Extent,
} from "./bounds.ts";
import type { Catalog } from "./catalog.ts";
import { hasFewRows, type TableQuestions } from "./exposure.ts";

/** Narrows to the operations that change rows. */
export function isDataChange(operation: Operation): operation is DataChange {
	const { kind } = operation;
	return kind === "insert" || kind === "update" || kind === "delete" || kind === "merge";
}

/**
 * True for what the body of a trigger does for rows that the statement changes: running code has it done
 * with each of its own changes.
 */
export function isFired(part: StatementPart, { parts }: Statement): boolean {
	return part.reached?.via === "function" && (parts[0]?.operations.every(isDataChange) ?? false);
}

/** Returns where a change of this part stands; `earlier` gives what the release did before: few changes ask. */
export function changeScope(
	questions: TableQuestions,
	part: StatementPart,
	earlier: () => readonly Operation[],
): ChangeScope {
	const { catalog } = questions;
	const scope: ChangeScope = {
		catalog,
		commonTables: part.operations.flatMap((operation) => {
			if (operation.kind === "select") return operation.query.ctes;
			return isDataChange(operation) ? operation.ctes : [];
		}),
		inBody: part.reached !== undefined,
		isSmall: (name) =>
			questions.isNew(name)
				? !earlier().some((operation) => fills(operation, name, scope))
				: hasFewRows(questions, name),
		isUnfilled(table, name) {
			const key = catalog.resolve(table);
			const column = catalog.tableByKey(key)?.columns.find((candidate) => candidate.name === name);
			if (!column || (column.default ?? column.generated ?? column.identity)) return false;
			const isAdded = (operation: Operation): boolean =>
				operation.kind === "addColumn" &&
				operation.column.name === name &&
				catalog.resolve(operation.table) === key;
			const before = earlier();
			const added = before.findLastIndex(isAdded);
			return (
				added >= 0 &&
				!before.slice(added).some((operation) => setsColumn(operation, key, name, catalog))
			);
		},
	};
	return scope;
}

/** True when the operation may have given rows of the table a value, or a value of its own for new ones. */
function setsColumn(operation: Operation, table: Key, column: string, catalog: Catalog): boolean {
	switch (operation.kind) {
		case "insert":
		case "merge":
			return catalog.resolve(operation.table) === table;
		case "update":
			return (
				catalog.resolve(operation.table) === table &&
				operation.set.some((assignment) => assignment.column === column)
			);
		default:
			return false;
	}
}

/** True when the operation puts rows in the new table that nobody has counted. */
function fills(operation: Operation, name: QualifiedName, scope: ChangeScope): boolean {
	if (operation.kind !== "createTableAs" && operation.kind !== "insert") return false;
	const { catalog } = scope;
	if (catalog.resolve(operation.table) !== catalog.resolve(name)) return false;
	// A table that is filled from itself would ask for its own size.
	const others = {
		...scope,
		isSmall: (other: QualifiedName) => catalog.table(other)?.empty === true,
	};
	if (operation.kind === "insert") return extentOf(operation, others) !== "bounded";
	const { query, withData } = operation;
	return withData && (!query || extentOfQuery(query, others) !== "bounded");
}

/** Like an extent; `looped`: in a loop that never commits, so that many small changes become a large one. */
export type Reach = Extent | "looped";

/** Returns how many rows the change can touch before it commits. */
export function reachOf(change: DataChange, part: StatementPart, scope: ChangeScope): Reach {
	const extent = extentOf(change, scope);
	const loop = part.reached?.loop;
	if (!loop || extent === "whole") return extent;
	if (loop.commits) return "bounded";
	return change.kind === "insert" && change.source.kind !== "query" ? "bounded" : "looped";
}
