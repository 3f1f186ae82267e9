import { expressionsOfQuery, walkExpressions } from "../core/engine/expressions.ts";
import type { Expression, FromItem, QualifiedName, Query } from "../core/expression.ts";
import { isAlways } from "./conditions.ts";

/**
 * Why a verification query proves nothing. `constant`: it gives the same answer whatever the rows are.
 * `number`: it returns a number, and nothing says which number is right.
 */
export type Weakness = "constant" | "number";

/** Returns the relations that a query reads, those of its subqueries and WITH entries included. */
export function relationsRead(query: Query): readonly QualifiedName[] {
	const names: QualifiedName[] = [];
	const entries = new Set<string>();
	const readFrom = (item: FromItem): void => {
		if (item.kind === "table") names.push(item.name);
		if (item.kind === "query") readQuery(item.query);
		if (item.kind !== "join") return;
		readFrom(item.left);
		readFrom(item.right);
	};
	const readQuery = (inner: Query): void => {
		for (const { name, query: body } of inner.ctes) {
			entries.add(name);
			if (body) readQuery(body);
		}
		inner.from.forEach(readFrom);
		inner.combined.forEach(readQuery);
	};
	readQuery(query);
	walkExpressions(expressionsOfQuery(query), (part) => {
		if (part.kind === "subquery") readQuery(part.query);
	});
	return names.filter(({ schema, name }) => schema !== undefined || !entries.has(name));
}

/** Returns why the query proves nothing about the rows it reads; undefined when it can tell. */
export function weaknessOf(query: Query): Weakness | undefined {
	if (query.combined.length > 0) {
		const sides = query.combined.map(weaknessOf);
		return sides.every((side) => side !== undefined) ? sides[0] : undefined;
	}
	const first = query.targets[0]?.expression ?? query.values?.[0]?.[0];
	if (!first) return "constant";
	if (query.where && isAlways(query.where, false)) return "constant";
	if (isConstantCondition(first)) return "constant";
	return isNumber(first) ? "number" : undefined;
}

/** A condition that no row can change: a literal, `count(*) >= 0`. */
function isConstantCondition(expression: Expression): boolean {
	if (isAlways(expression, true) || isAlways(expression, false)) return true;
	switch (expression.kind) {
		case "literal":
			return true;
		case "cast":
		case "not":
			return isConstantCondition(expression.operand);
		case "and":
		case "or":
			return expression.operands.every(isConstantCondition);
		case "isNull":
			return isCount(expression.operand);
		case "operator":
			return comparesCountWithNothing(expression.operator, expression.operands);
		default:
			return false;
	}
}

/** A count is never negative and never NULL. */
function comparesCountWithNothing(operator: string, [left, right]: readonly Expression[]): boolean {
	if (!left || !right) return false;
	if (left.kind === "literal" && right.kind === "literal") return true;
	const number = isCount(left) ? right : isCount(right) ? left : undefined;
	if (number?.kind !== "literal" || number.type !== "number") return false;
	const atLeast = isCount(left) ? operator : mirrored(operator);
	const bound = Number(number.value);
	return bound <= 0 && (atLeast === ">=" || atLeast === "<" || (bound < 0 && atLeast === ">"));
}

function mirrored(operator: string): string {
	const swap: Readonly<Record<string, string>> = { "<": ">", ">": "<", "<=": ">=", ">=": "<=" };
	return swap[operator] ?? operator;
}

function isCount(expression: Expression): boolean {
	if (expression.kind === "cast") return isCount(expression.operand);
	if (expression.kind === "subquery" && expression.form === "scalar") {
		const [target] = expression.query.targets;
		return target !== undefined && isCount(target.expression);
	}
	return expression.kind === "call" && expression.function.name === "count";
}

const arithmetic: ReadonlySet<string> = new Set(["+", "-", "*", "/", "%"]);
const numeric: ReadonlySet<string> = new Set(["count", "sum", "avg"]);

function isNumber(expression: Expression): boolean {
	if (isCount(expression)) return expression.kind !== "cast" || expression.type.name !== "bool";
	if (expression.kind === "call") return numeric.has(expression.function.name);
	return expression.kind === "operator" && arithmetic.has(expression.operator);
}
