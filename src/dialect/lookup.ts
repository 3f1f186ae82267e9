import type { Expression } from "../core/expression.ts";

/** What a condition must do to find rows through an index: compare this column, by one of these operators. */
export interface Lookup {
	readonly isColumn: (expression: Expression) => boolean;
	readonly operators: RegExp;
}

/** True when the condition compares the column with values that do not come from the row. */
export function isComparedBy(part: Expression, { isColumn, operators }: Lookup): boolean {
	switch (part.kind) {
		case "operator": {
			const [left, right] = part.operands;
			if (!operators.test(part.operator) || !left || !right) return false;
			return (isColumn(left) && isFixed(right)) || (isColumn(right) && isFixed(left));
		}
		case "in":
			return !part.negated && isColumn(part.operand) && part.list.every(isFixed);
		case "between":
			return !part.negated && isColumn(part.operand) && isFixed(part.low);
		case "subquery":
			return (
				part.form === "any" &&
				part.operator === "=" &&
				part.operand !== undefined &&
				isColumn(part.operand)
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
