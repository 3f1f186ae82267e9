import type { Expr, ExprCall } from "pgsql-ast-parser";
import type { Expression } from "../../../core/expression.ts";
import { asList, calledArray, lowerExpression, lowerOperand, other } from "./expression.ts";
import { isOperator, type Piece, precedence, takeApart } from "./operator-pieces.ts";
import type { PortableSource } from "./source.ts";
import { Unreadable } from "./unreadable.ts";

const operatorPrecedence: Readonly<Record<string, number>> = {
	OR: precedence.or,
	AND: precedence.and,
	"=": precedence.comparison,
	"!=": precedence.comparison,
	"<": precedence.comparison,
	">": precedence.comparison,
	"<=": precedence.comparison,
	">=": precedence.comparison,
	IN: precedence.between,
	"NOT IN": precedence.between,
	LIKE: precedence.between,
	"NOT LIKE": precedence.between,
	ILIKE: precedence.between,
	"NOT ILIKE": precedence.between,
	"+": precedence.sum,
	"-": precedence.sum,
	"*": precedence.product,
	"/": precedence.product,
	"%": precedence.product,
	"^": precedence.power,
	"AT TIME ZONE": precedence.zone,
};

/** What the server calls these operators. */
const serverNames: Readonly<Record<string, string>> = {
	"!=": "<>",
	LIKE: "~~",
	"NOT LIKE": "!~~",
	ILIKE: "~~*",
	"NOT ILIKE": "!~~*",
};

/** Returns the expression of a row of operators and operands, with the server's precedence. */
export function lowerOperators(node: Expr, source: PortableSource): Expression {
	const pieces = takeApart(node, source);
	const reader = { pieces, at: 0 };
	const expression = readExpression(reader, 0, source);
	if (reader.at < pieces.length) throw new Unreadable("its operators cannot be put in order");
	return expression;
}

interface Reader {
	readonly pieces: readonly Piece[];
	at: number;
}

function readExpression(reader: Reader, lowest: number, source: PortableSource): Expression {
	let left = readOperand(reader, source);
	for (;;) {
		const piece = reader.pieces[reader.at];
		if (piece?.kind === "postfix" && piece.precedence >= lowest) {
			reader.at++;
			left = piece.apply(left);
		} else if (piece?.kind === "between" && precedence.between >= lowest) {
			left = readBetween(reader, left, piece.negated, source);
			refuseChain(reader, precedence.between);
		} else if (piece?.kind === "infix" && precedenceOf(piece.operator) >= lowest) {
			reader.at++;
			left = readInfix(reader, left, piece.operator, source);
		} else return left;
	}
}

function precedenceOf(operator: string): number {
	return operatorPrecedence[operator] ?? precedence.other;
}

/** `a < b < c` and `a LIKE b LIKE c` are errors for the server. */
function refuseChain({ pieces, at }: Reader, level: number): void {
	const next = pieces[at];
	const again =
		(next?.kind === "infix" && precedenceOf(next.operator) === level) ||
		(next?.kind === "between" && level === precedence.between);
	if (again) throw new Unreadable("comparisons in a row need parentheses");
}

function readOperand(reader: Reader, source: PortableSource): Expression {
	const piece = reader.pieces[reader.at];
	reader.at++;
	switch (piece?.kind) {
		case "operand":
			return piece.parenthesised && isOperator(piece.node, source)
				? lowerOperators(piece.node, source)
				: lowerOperand(piece.node, source);
		case "number":
			return { kind: "literal", type: "number", value: piece.value };
		case "text":
			return { kind: "literal", type: "string", value: piece.value };
		case "prefix":
			return readPrefix(reader, piece.operator, source);
		default:
			throw new Unreadable("an operand is missing");
	}
}

function readPrefix(reader: Reader, operator: string, source: PortableSource): Expression {
	if (operator === "NOT") {
		return { kind: "not", operand: readExpression(reader, precedence.not, source) };
	}
	const operand = readExpression(reader, precedence.sign, source);
	if (operator === "-" && operand.kind === "literal" && operand.type === "number") {
		const { value } = operand;
		return { ...operand, value: value.startsWith("-") ? value.slice(1) : `-${value}` };
	}
	return { kind: "operator", operator, operands: [operand] };
}

function readBetween(
	reader: Reader,
	operand: Expression,
	negated: boolean,
	source: PortableSource,
): Expression {
	reader.at++;
	const low = readExpression(reader, precedence.other, source);
	if (reader.pieces[reader.at]?.kind !== "betweenAnd") throw new Unreadable("BETWEEN has no AND");
	reader.at++;
	const high = readExpression(reader, precedence.between + 1, source);
	return { kind: "between", negated, operand, low, high };
}

const associative: ReadonlySet<string> = new Set(["||", "+", "*"]);

function readInfix(
	reader: Reader,
	left: Expression,
	operator: string,
	source: PortableSource,
): Expression {
	const level = precedenceOf(operator);
	const next = reader.pieces[reader.at];
	if (operator === "IN" || operator === "NOT IN") {
		const list = next?.kind === "operand" && next.parenthesised ? next.node : undefined;
		if (!list) throw new Unreadable("IN has no list");
		reader.at++;
		return asList(left, list, operator === "NOT IN", source);
	}
	const array = next?.kind === "operand" ? calledArray(next.node) : undefined;
	if (array) {
		reader.at++;
		return compareWithArray(left, serverNames[operator] ?? operator, array, source);
	}
	const right = readExpression(reader, level + 1, source);
	if (level === precedence.comparison || level === precedence.between) refuseChain(reader, level);
	return combine(left, operator, right);
}

function combine(left: Expression, operator: string, right: Expression): Expression {
	if (operator === "AND" || operator === "OR") {
		const kind = operator === "AND" ? "and" : "or";
		const before = left.kind === kind ? left.operands : [left];
		return { kind, operands: [...before, right] };
	}
	if (operator === "AT TIME ZONE") {
		const name = { name: "timezone" };
		return { kind: "call", function: name, arguments: [right, left], aggregate: false };
	}
	const name = serverNames[operator] ?? operator;
	const merges =
		associative.has(name) &&
		left.kind === "operator" &&
		left.operator === name &&
		left.operands.length > 1;
	return {
		kind: "operator",
		operator: name,
		operands: [...(merges ? left.operands : [left]), right],
	};
}

/** `x = ANY (...)` over a query, an array that is written out, or any other array. */
function compareWithArray(
	operand: Expression,
	operator: string,
	call: ExprCall,
	source: PortableSource,
): Expression {
	const form = call.function.name === "all" ? "all" : "any";
	const [argument] = call.args;
	if (!argument || call.args.length > 1) throw new Unreadable(`${form} takes one array`);
	const value = lowerExpression(argument, source);
	if (value.kind === "subquery" && value.form === "scalar" && !source.isParenthesised(call)) {
		return { kind: "subquery", form, operator, operand, query: value.query };
	}
	const negated = form === "all";
	if (operator === (negated ? "<>" : "=") && argument.type === "array") {
		return { kind: "in", negated, operand, list: value.kind === "other" ? value.operands : [] };
	}
	return other(`${operator} ${form}`, [operand, value]);
}
