import type { Expression } from "../../core/expression.ts";
import { quoteIdentifier, quoteName, quoteString, quoteType } from "./quote.ts";

/**
 * Returns the expression as SQL, or undefined where the tree does not keep all that the statement said
 * (subqueries, CASE, aggregates with FILTER ...).
 */
export function quoteExpression(expression: Expression): string | undefined {
	switch (expression.kind) {
		case "literal":
			return expression.type === "string" ? quoteString(expression.value) : literal(expression);
		case "column":
			return expression.path.map((part) => (part === "*" ? part : quoteIdentifier(part))).join(".");
		case "parameter":
			return undefined;
		case "call":
			return expression.aggregate ? undefined : call(expression);
		case "cast":
			return wrap(expression.operand, (operand) => `${operand}::${quoteType(expression.type)}`);
		case "collate":
			return wrap(
				expression.operand,
				(operand) => `${operand} COLLATE ${quoteName(expression.collation)}`,
			);
		case "operator":
			return operator(expression.operator, expression.operands);
		case "and":
			return joined(expression.operands, " AND ");
		case "or":
			return joined(expression.operands, " OR ");
		case "not":
			return wrap(expression.operand, (operand) => `NOT ${operand}`);
		case "isNull":
			return wrap(
				expression.operand,
				(operand) => `${operand} IS ${expression.negated ? "NOT " : ""}NULL`,
			);
		case "distinct":
			return joined(
				expression.operands,
				expression.negated ? " IS NOT DISTINCT FROM " : " IS DISTINCT FROM ",
			);
		case "in": {
			const list = listed(expression.list);
			if (list === undefined) return undefined;
			const word = expression.negated ? "NOT IN" : "IN";
			return wrap(expression.operand, (operand) => `${operand} ${word} (${list})`);
		}
		case "between": {
			const ends = joined([expression.low, expression.high], " AND ");
			if (ends === undefined) return undefined;
			const word = expression.negated ? "NOT BETWEEN" : "BETWEEN";
			return wrap(expression.operand, (operand) => `${operand} ${word} ${ends}`);
		}
		case "subquery":
			return undefined;
		case "other":
			return expression.what === "coalesce" ? coalesce(expression.operands) : undefined;
	}
}

function literal({ type, value }: Extract<Expression, { readonly kind: "literal" }>) {
	if (type === "null") return "NULL";
	return type === "bit" ? undefined : value;
}

/** Words of the standard that are calls without parentheses. */
const bareCalls = /^(current_|local|session_user$)/;

function call(expression: Extract<Expression, { readonly kind: "call" }>): string | undefined {
	const { function: name, arguments: given } = expression;
	if (given.length === 0 && name.schema === undefined && bareCalls.test(name.name)) {
		return name.name.toUpperCase();
	}
	const list = listed(given);
	return list === undefined ? undefined : `${quoteName(name)}(${list})`;
}

function coalesce(operands: readonly Expression[]): string | undefined {
	const list = listed(operands);
	return list === undefined ? undefined : `coalesce(${list})`;
}

function listed(expressions: readonly Expression[]): string | undefined {
	const texts = expressions.map(quoteExpression);
	return texts.includes(undefined) ? undefined : texts.join(", ");
}

function operator(name: string, operands: readonly Expression[]): string | undefined {
	const spelled = spellings[name] ?? name;
	const [only] = operands;
	if (operands.length === 1 && only) return wrap(only, (operand) => `${spelled} ${operand}`);
	return joined(operands, ` ${spelled} `);
}

/** LIKE and its kin come as the operators behind them. */
const spellings: Readonly<Record<string, string>> = {
	"~~": "LIKE",
	"!~~": "NOT LIKE",
	"~~*": "ILIKE",
	"!~~*": "NOT ILIKE",
};

function joined(operands: readonly Expression[], by: string): string | undefined {
	const texts = operands.map((operand) => wrap(operand, (text) => text));
	return texts.includes(undefined) ? undefined : texts.join(by);
}

/** Parentheses around everything that is not one word: no precedence to get wrong. */
function wrap(expression: Expression, write: (text: string) => string): string | undefined {
	const text = quoteExpression(expression);
	if (text === undefined) return undefined;
	const isWord = ["literal", "column", "call", "cast"].includes(expression.kind);
	return write(isWord ? text : `(${text})`);
}
