import type { Expr } from "pgsql-ast-parser";
import type { Expression } from "../../../core/expression.ts";
import { lowerExpression, other } from "./expression.ts";
import type { PortableSource } from "./source.ts";
import { lowerType, rangeOfType } from "./type.ts";

/**
 * The portable parser gives `->`, `::`, `=`, IS and || another precedence than the server does. So its tree is
 * taken apart into what was written in a row, and put together again with the server's precedence.
 */
export type Piece =
	| { readonly kind: "operand"; readonly node: Expr; readonly parenthesised: boolean }
	| { readonly kind: "number"; readonly value: string }
	| { readonly kind: "text"; readonly value: string }
	| { readonly kind: "prefix" | "infix"; readonly operator: string }
	| { readonly kind: "between"; readonly negated: boolean }
	| { readonly kind: "betweenAnd" }
	| { readonly kind: "postfix"; readonly precedence: number; readonly apply: Apply };

type Apply = (operand: Expression) => Expression;

/** Source: the %left and %nonassoc lines of the server's gram.y, lowest first. */
export const precedence = {
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

/** What was written in a row, from the tree of the portable parser. */
export function takeApart(node: Expr, source: PortableSource): readonly Piece[] {
	const pieces: Piece[] = [];
	collect(node, source, pieces);
	return pieces;
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
