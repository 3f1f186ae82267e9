import type { Table } from "../../../catalog/model.ts";
import type { Expression } from "../../../core/expression.ts";
import { leadingColumns } from "../../../catalog/index-match.ts";
import { isSameName } from "./scene.ts";

/**
 * True when a condition finds its rows through an index or the rowid: the first column of one is compared
 * with values that do not come from the row.
 */
export function findsByIndex(where: Expression, table: Table | undefined): boolean {
	if (where.kind === "and") return where.operands.some((part) => findsByIndex(part, table));
	if (where.kind === "or") return where.operands.every((part) => findsByIndex(part, table));
	return searchedColumns(table).some((column) => isComparedWith(where, column));
}

function searchedColumns(table: Table | undefined): readonly string[] {
	const first = (table?.indexes ?? []).flatMap((index) =>
		index.where === undefined ? leadingColumns(index).slice(0, 1) : [],
	);
	const keys = (table?.constraints ?? []).flatMap((constraint) =>
		constraint.type === "primaryKey" || constraint.type === "unique"
			? constraint.columns.slice(0, 1)
			: [],
	);
	return ["rowid", "_rowid_", "oid", ...first, ...keys];
}

function isColumn(expression: Expression, column: string): boolean {
	return expression.kind === "column" && isSameName(expression.path.at(-1) ?? "", column);
}

function isComparedWith(part: Expression, column: string): boolean {
	switch (part.kind) {
		case "operator": {
			const [left, right] = part.operands;
			if (!/^(==?|is|[<>]=?)$/i.test(part.operator) || !left || !right) return false;
			return (
				(isColumn(left, column) && isFixed(right)) || (isColumn(right, column) && isFixed(left))
			);
		}
		case "in":
			return !part.negated && isColumn(part.operand, column) && part.list.every(isFixed);
		case "between":
			return !part.negated && isColumn(part.operand, column) && isFixed(part.low);
		case "subquery":
			return (
				part.form === "any" &&
				part.operator === "=" &&
				part.operand !== undefined &&
				isColumn(part.operand, column)
			);
		default:
			return false;
	}
}

/** A value that is the same for every row: no column of the row in it. */
function isFixed(value: Expression): boolean {
	switch (value.kind) {
		case "column":
			return false;
		case "cast":
		case "collate":
			return isFixed(value.operand);
		case "call":
			return value.arguments.every(isFixed);
		case "operator":
		case "other":
			return value.operands.every(isFixed);
		default:
			return true;
	}
}
