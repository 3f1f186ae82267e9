import { expressionWriter } from "../expression-writer.ts";
import { quoteIdentifier, quoteName, quoteString, quoteType } from "./quote.ts";

/** Words of the standard that are calls without parentheses. */
const bareCalls = /^(current_|local|session_user$)/;

/**
 * Returns the expression as SQL, or undefined where the tree does not keep all that the statement said
 * (subqueries, CASE, aggregates with FILTER ...).
 */
export const quoteExpression = expressionWriter({
	identifier: quoteIdentifier,
	string: quoteString,
	call({ function: name, arguments: { length } }, given) {
		const isBare = length === 0 && name.schema === undefined && bareCalls.test(name.name);
		return isBare ? name.name.toUpperCase() : `${quoteName(name)}(${given})`;
	},
	cast: (operand, type) => `${operand}::${quoteType(type)}`,
	collation: quoteName,
	// Apart: `- -1` is a number, `--1` a comment.
	unary: (operator, operand) => `${operator} ${operand}`,
	// LIKE and its kin come as the operators behind them.
	operators: { "~~": "LIKE", "!~~": "NOT LIKE", "~~*": "ILIKE", "!~~*": "NOT ILIKE" },
	distinct: (left, right) => `${left} IS DISTINCT FROM ${right}`,
	same: (left, right) => `${left} IS NOT DISTINCT FROM ${right}`,
});
