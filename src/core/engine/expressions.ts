import type { CallExpression, Expression, FromItem, Query } from "../expression.ts";

/** Calls `visit` for an expression and everything inside it, subqueries included, without recursion. */
export function walkExpressions(
	roots: readonly (Expression | undefined)[],
	visit: (expression: Expression) => void,
): void {
	const stack: (Expression | undefined)[] = [...roots];
	for (let next = stack.pop(); stack.length > 0 || next; next = stack.pop()) {
		if (!next) continue;
		visit(next);
		switch (next.kind) {
			case "call":
				stack.push(...next.arguments);
				break;
			case "cast":
			case "collate":
			case "not":
			case "isNull":
				stack.push(next.operand);
				break;
			case "operator":
			case "and":
			case "or":
			case "distinct":
			case "other":
				stack.push(...next.operands);
				break;
			case "in":
				stack.push(next.operand, ...next.list);
				break;
			case "between":
				stack.push(next.operand, next.low, next.high);
				break;
			case "subquery":
				if (next.operand) stack.push(next.operand);
				stack.push(...expressionsOfQuery(next.query));
				break;
			case "literal":
			case "column":
			case "parameter":
				break;
		}
	}
}

function expressionsOfFrom(item: FromItem): Expression[] {
	switch (item.kind) {
		case "table":
			return [];
		case "query":
			return expressionsOfQuery(item.query);
		case "function":
			return [item.call];
		case "join":
			return [
				...expressionsOfFrom(item.left),
				...expressionsOfFrom(item.right),
				...(item.on ? [item.on] : []),
			];
	}
}

/** Returns every expression that stands directly in a query, its FROM and its WITH queries. */
export function expressionsOfQuery(query: Query): Expression[] {
	const found: Expression[] = query.targets.map((target) => target.expression);
	for (const part of [query.where, query.having, query.limit]) if (part) found.push(part);
	for (const row of query.values ?? []) found.push(...row);
	for (const item of query.from) found.push(...expressionsOfFrom(item));
	for (const side of query.combined) found.push(...expressionsOfQuery(side));
	for (const cte of query.ctes) if (cte.query) found.push(...expressionsOfQuery(cte.query));
	return found;
}

/** Returns every function call inside the expressions. */
export function callsIn(roots: readonly (Expression | undefined)[]): readonly CallExpression[] {
	const calls: CallExpression[] = [];
	walkExpressions(roots, (expression) => {
		if (expression.kind === "call") calls.push(expression);
	});
	return calls;
}
