import type { DataChange } from "../catalog/bounds.ts";
import { columnsIn } from "../catalog/expression.ts";
import type { Expression } from "../core/expression.ts";
import type { OperationOf } from "../core/operation.ts";
import { quoteExpression } from "../dialect/postgres/quote-expression.ts";
import { quoteIdentifier, quoteName } from "../dialect/postgres/quote.ts";

/** A verification query as the directive and its comment spell it. */
export interface VerificationText {
	readonly name: string;
	readonly sql: string;
}

/** Returns a query that is true when the change has reached all of its rows, as far as it can be told. */
export function verificationFor(change: DataChange): VerificationText {
	const { name } = change.table;
	switch (change.kind) {
		case "update":
			return verificationOfUpdate(change);
		case "delete": {
			const where = change.using.length === 0 ? conditionOf(change.where) : undefined;
			return {
				name: `${name}_rows_gone`,
				sql: noRowIn(change.table, where ?? "<the rows that must be gone>"),
			};
		}
		case "insert":
		case "merge":
			return {
				name: `${name}_rows_there`,
				sql: `SELECT NOT EXISTS (SELECT FROM <source> WHERE NOT EXISTS (SELECT FROM ${quoteName(change.table)} WHERE <same key>));`,
			};
	}
}

function verificationOfUpdate(change: OperationOf<"update">): VerificationText {
	const { table, set, where, from } = change;
	const [first] = set;
	const column = first?.column ?? "";
	const name = `${table.name}_${column}_filled`;
	// A condition on what is set finds the rows that are left.
	const names = where && columnsIn(where);
	if (where && from.length === 0 && set.some((assignment) => names?.has(assignment.column))) {
		const left = conditionOf(where);
		if (left !== undefined) return { name, sql: noRowIn(table, left) };
	}
	const value = first && from.length === 0 ? constantText(first.value) : undefined;
	const changed =
		value === undefined || value === "NULL"
			? `${quoteIdentifier(column)} IS ${value === undefined ? "" : "NOT "}NULL`
			: `${quoteIdentifier(column)} IS DISTINCT FROM ${value}`;
	const filter = where && from.length === 0 ? quoteExpression(where) : undefined;
	return {
		name,
		sql: noRowIn(table, filter === undefined ? changed : `(${filter}) AND ${changed}`),
	};
}

function noRowIn(table: DataChange["table"], condition: string | undefined): string {
	const where = condition === "" || condition === undefined ? "" : ` WHERE ${condition}`;
	return `SELECT count(*) = 0 FROM ${quoteName(table)}${where};`;
}

/** The condition as SQL, empty where there is none, undefined where it cannot be written. */
function conditionOf(where: Expression | undefined): string | undefined {
	return where ? quoteExpression(where) : "";
}

/** A value that is the same whenever it is computed. */
function constantText(value: Expression): string | undefined {
	if (value.kind === "cast") return constantText(value.operand) && quoteExpression(value);
	return value.kind === "literal" ? quoteExpression(value) : undefined;
}
