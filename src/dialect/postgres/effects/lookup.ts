import type { Index, Table } from "../../../catalog/model.ts";
import type { Expression, Query } from "../../../core/expression.ts";
import { isComparedBy } from "../../lookup.ts";
import { isColumn } from "./not-null.ts";

/**
 * True when a condition finds its rows through an index: the first column of one is compared with
 * values that do not come from the row. The planner may still read a small table whole.
 */
export function findsByIndex(where: Expression, table: Table | undefined): boolean {
	if (where.kind === "and") {
		return where.operands.some((part) => findsByIndex(part, table)) || isTwoSided(where, table);
	}
	if (where.kind === "or") return where.operands.every((part) => findsByIndex(part, table));
	if (isComparedWith(where, "ctid")) return true;
	return leadingColumns(table).some((column) => isComparedWith(where, column));
}

function leadingColumns(table: Table | undefined): readonly string[] {
	return (table?.indexes ?? []).flatMap((index) => leadingColumn(index) ?? []);
}

export function leadingColumn(index: Index): string | undefined {
	const first = index.elements[0]?.expression;
	if (!index.valid || index.where !== undefined || first?.kind !== "column") return undefined;
	return first.path.at(-1);
}

function isComparedWith(part: Expression, column: string): boolean {
	if (part.kind === "other") return isFixedAny(part, column);
	return isComparedBy(part, { isColumn: (one) => isColumn(one, column), operators: /^=$/ });
}

/** `= ANY (array)`, whatever the reader calls it. */
function isFixedAny(
	part: Extract<Expression, { readonly kind: "other" }>,
	column: string,
): boolean {
	const [left] = part.operands;
	return /any/i.test(part.what) && left !== undefined && isColumn(left, column);
}

function isTwoSided(
	where: Extract<Expression, { readonly kind: "and" | "or" }>,
	table: Table | undefined,
): boolean {
	return leadingColumns(table).some((column) => {
		const operators = where.operands.flatMap((part) =>
			part.kind === "operator" && part.operands[0] && isColumn(part.operands[0], column)
				? [part.operator]
				: [],
		);
		return (
			operators.some((one) => one.startsWith(">")) && operators.some((one) => one.startsWith("<"))
		);
	});
}

/** min and max of an index's first column read one entry. */
export function readsByIndexAlone(query: Query, table: Table | undefined): boolean {
	const columns = leadingColumns(table);
	return (
		!query.grouped &&
		query.targets.length > 0 &&
		query.targets.every(({ expression }) => isExtreme(expression, columns))
	);
}

function isExtreme(expression: Expression, columns: readonly string[]): boolean {
	if (expression.kind !== "call" || !/^(min|max)$/.test(expression.function.name)) return false;
	const [argument] = expression.arguments;
	return argument !== undefined && columns.some((column) => isColumn(argument, column));
}
