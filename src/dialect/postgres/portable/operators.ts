import type { Expr, ExprCall } from "pgsql-ast-parser";
import type { Expression } from "../../../core/expression.ts";
import { asList, calledArray, lowerExpression, lowerOperand, other } from "./expression.ts";
import type { PortableSource } from "./source.ts";
import { lowerType, rangeOfType } from "./type.ts";
import { Unreadable } from "./unreadable.ts";

/**
 * The portable parser gives `->`, `::`, `=`, IS and || another precedence than the server does. So its tree is
 * taken apart into what was written in a row, and put together again with the server's precedence.
 */
type Piece =
	| { readonly kind: "operand"; readonly node: Expr; readonly parenthesised: boolean }
	| { readonly kind: "number"; readonly value: string }
	| { readonly kind: "text"; readonly value: string }
	| { readonly kind: "prefix" | "infix"; readonly operator: string }
	| { readonly kind: "between"; readonly negated: boolean }
	| { readonly kind: "betweenAnd" }
	| { readonly kind: "postfix"; readonly precedence: number; readonly apply: Apply };

type Apply = (operand: Expression) => Expression;

/** Source: the %left and %nonassoc lines of the server's gram.y, lowest first. */
const precedence = {
	or: 1,
	and: 2,
	not: 3,
	is: 4,
	comparison: 5,
	between: 6,
	other: 7,
	sum: 8,
	product: 9,
	power: 10,
	zone: 11,
	sign: 13,
	subscript: 14,
	cast: 15,
} as const;

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
	const pieces: Piece[] = [];
	collect(node, source, pieces);
	const reader = { pieces, at: 0 };
	const expression = readExpression(reader, 0, source);
	if (reader.at < pieces.length) throw new Unreadable("its operators cannot be put in order");
	return expression;
}

/** True for a node that is part of a row of operators. */
export function isOperator(node: Expr, source: PortableSource): boolean {
	switch (node.type) {
		case "binary":
		case "unary":
		case "ternary":
		case "member":
		case "arrayIndex":
			return true;
		case "integer":
		case "numeric":
			return numberText(node, source).startsWith("-");
		case "cast":
			return isColonCast(node, source);
		default:
			return false;
	}
}

function isColonCast(node: Extract<Expr, { type: "cast" }>, source: PortableSource): boolean {
	const start = rangeOfType(node.to, source).start;
	const before = source.tokens[source.tokenIndexAt(start) - 1];
	return before !== undefined && source.textAt(before) === "::";
}

/** A number as the statement writes it: the tree keeps only its value. */
export function numberText(node: Expr, source: PortableSource): string {
	const { start = 0, end = 0 } = node._location ?? {};
	// FETCH FIRST 5 ROWS ONLY is the place of its number.
	return /-?[\d.]+/.exec(source.text.slice(start, end))?.[0] ?? "";
}

function collectOperand(node: Expr, source: PortableSource, pieces: Piece[]): void {
	const parenthesised = source.isParenthesised(node);
	if (parenthesised || !isOperator(node, source)) {
		pieces.push({ kind: "operand", node, parenthesised });
	} else collect(node, source, pieces);
}

/** The way down the left side is a loop: a chain of operators is a tree as deep as it is long. */
function collect(root: Expr, source: PortableSource, pieces: Piece[]): void {
	const spine: Expr[] = [root];
	let left = leftOperand(root);
	while (left && isOperator(left, source) && !source.isParenthesised(left)) {
		spine.push(left);
		left = leftOperand(left);
	}
	if (left) collectOperand(left, source, pieces);
	for (const node of spine.reverse()) collectRest(node, source, pieces);
}

function leftOperand(node: Expr): Expr | undefined {
	switch (node.type) {
		case "binary":
			return node.left;
		case "ternary":
			return node.value;
		case "member":
		case "cast":
			return node.operand;
		case "arrayIndex":
			return node.array;
		case "unary":
			return node.op.startsWith("IS ") ? node.operand : undefined;
		default:
			return undefined;
	}
}

/** The pieces of a node after its left operand. */
function collectRest(node: Expr, source: PortableSource, pieces: Piece[]): void {
	switch (node.type) {
		case "binary":
			pieces.push({ kind: "infix", operator: node.op });
			collectOperand(node.right, source, pieces);
			return;
		case "ternary":
			pieces.push({ kind: "between", negated: node.op === "NOT BETWEEN" });
			collectOperand(node.lo, source, pieces);
			pieces.push({ kind: "betweenAnd" });
			collectOperand(node.hi, source, pieces);
			return;
		case "member":
			pieces.push({ kind: "infix", operator: node.op });
			collectMember(node.member, pieces);
			return;
		case "unary":
			if (node.op.startsWith("IS ")) pieces.push(test(node.op));
			else {
				pieces.push({ kind: "prefix", operator: node.op });
				collectOperand(node.operand, source, pieces);
			}
			return;
		case "cast": {
			const type = lowerType(node.to, source);
			const apply: Apply = (operand) => ({ kind: "cast", type, operand });
			pieces.push({ kind: "postfix", precedence: precedence.cast, apply });
			return;
		}
		case "arrayIndex": {
			const apply = subscript(lowerExpression(node.index, source));
			pieces.push({ kind: "postfix", precedence: precedence.subscript, apply });
			return;
		}
		default:
			// A number with a sign: the sign binds less than a cast after the number.
			pieces.push({ kind: "prefix", operator: "-" });
			pieces.push({ kind: "number", value: numberText(node, source).slice(1) });
	}
}

function collectMember(member: string | number, pieces: Piece[]): void {
	if (typeof member === "string") pieces.push({ kind: "text", value: member });
	else {
		if (member < 0) pieces.push({ kind: "prefix", operator: "-" });
		pieces.push({ kind: "number", value: String(Math.abs(member)) });
	}
}

function test(operator: string): Piece {
	const apply: Apply = (operand) =>
		operator.endsWith("NULL")
			? { kind: "isNull", negated: operator === "IS NOT NULL", operand }
			: other(operator.toLowerCase(), [operand]);
	return { kind: "postfix", precedence: precedence.is, apply };
}

/** Subscripts in a row are one step, as in the server's tree. */
function subscript(index: Expression): Apply {
	return (operand) =>
		operand.kind === "other" && operand.what === "subscript"
			? other("subscript", [...operand.operands, index])
			: other("subscript", [operand, index]);
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
