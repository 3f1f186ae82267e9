import type { Expression, FromItem } from "../core/expression.ts";

/** A condition that every row of a join passes. */
export interface Condition {
	readonly expression: Expression;
	/** The names of the relations that it holds for; absent: all. An outer join keeps rows of one side. */
	readonly about?: ReadonlySet<string>;
}

/** Returns the conditions of a WHERE and of the joins before it, taken apart at AND. */
export function conditionsOf(
	where: Expression | undefined,
	from: readonly FromItem[],
): readonly Condition[] {
	return [
		...(where ? conjunctsOf(where).map((expression) => ({ expression })) : []),
		...from.flatMap(joinConditions),
	];
}

function conjunctsOf(expression: Expression): readonly Expression[] {
	return expression.kind === "and" ? expression.operands.flatMap(conjunctsOf) : [expression];
}

function joinConditions(item: FromItem): readonly Condition[] {
	if (item.kind !== "join") return [];
	const { left, right, on, type } = item;
	const inner = [...joinConditions(left), ...joinConditions(right)];
	if (!on || type === "full") return inner;
	const expressions = conjunctsOf(on);
	if (type === "inner" || type === "cross") {
		return [...inner, ...expressions.map((expression) => ({ expression }))];
	}
	const about = new Set(namesIn(type === "left" ? right : left));
	return [...inner, ...expressions.map((expression) => ({ expression, about }))];
}

function namesIn(item: FromItem): readonly string[] {
	switch (item.kind) {
		case "table":
			return [item.alias ?? item.name.name];
		case "join":
			return [...namesIn(item.left), ...namesIn(item.right)];
		default:
			return [item.alias ?? ""];
	}
}

/** True when a condition has this value whatever the rows are: `true`, `1 = 1`, `NOT false`. */
export function isAlways(condition: Expression, value: boolean): boolean {
	switch (condition.kind) {
		case "literal":
			return condition.type === "boolean" && condition.value === String(value);
		case "cast":
			return isAlways(condition.operand, value);
		case "not":
			return isAlways(condition.operand, !value);
		case "and":
		case "or": {
			const decisive = (condition.kind === "and") !== value;
			return decisive
				? condition.operands.some((operand) => isAlways(operand, value))
				: condition.operands.every((operand) => isAlways(operand, value));
		}
		case "operator":
			return comparesLiterals(condition.operator, condition.operands, value);
		default:
			return false;
	}
}

function comparesLiterals(
	operator: string,
	[left, right]: readonly Expression[],
	value: boolean,
): boolean {
	if (left?.kind !== "literal" || right?.kind !== "literal" || left.type !== right.type)
		return false;
	if (left.type === "null") return false;
	if (operator === "=") return (left.value === right.value) === value;
	return operator === "<>" && (left.value !== right.value) === value;
}
