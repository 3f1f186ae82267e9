import type { Node } from "../program.ts";
import { readAtom, readList } from "./atoms.ts";
import { readCall } from "./calls.ts";
import type { RubyToken } from "./tokens.ts";
import type { RubyWalk } from "./walk.ts";

/** Nested deeper than this, an expression is taken for an unknown one. */
const maximumDepth = 80;

/** From weak to strong. */
const binaryOperators: readonly (readonly string[])[] = [
	["or", "and"],
	["..", "..."],
	["||"],
	["&&"],
	["==", "!=", "=~", "!~", "===", "<=>"],
	["<", ">", "<=", ">="],
	["|", "^", "&"],
	["<<", ">>"],
	["+", "-"],
	["*", "/", "%", "**"],
];

/** An expression whose operators bind as strongly as the level, or more. */
export function readExpression(walk: RubyWalk, level = -1): Node {
	const start = walk.token.start;
	if (walk.depth > maximumDepth) {
		walk.at++;
		return { kind: "other", range: walk.since(start) };
	}
	if (level === -1) return readTernary(walk, start);
	if (level >= binaryOperators.length) return readUnary(walk);
	walk.depth++;
	let left = readExpression(walk, level + 1);
	walk.depth--;
	for (;;) {
		const operator = walk.takeOneOf(binaryOperators[level] ?? []);
		if (operator === undefined) return left;
		walk.skipLines();
		const right = readExpression(walk, level + 1);
		left = { kind: "binary", operator, left, right, range: walk.since(start) };
	}
}

function readTernary(walk: RubyWalk, start: number): Node {
	walk.depth++;
	const value = readExpression(walk, 0);
	walk.depth--;
	if (!walk.take("?")) return value;
	walk.skipLines();
	readExpression(walk);
	walk.skipLines();
	if (walk.take(":")) {
		walk.skipLines();
		readExpression(walk);
	}
	return { kind: "other", range: walk.since(start) };
}

function readUnary(walk: RubyWalk): Node {
	const start = walk.token.start;
	if (walk.is("!", "not", "*", "**", "&", "~", "defined?", "+")) {
		const isNot = walk.is("!", "not");
		walk.at++;
		if (walk.is(",", ")")) return { kind: "other", range: walk.since(start) };
		const right = readUnary(walk);
		const range = walk.since(start);
		return isNot
			? { kind: "binary", operator: "not", left: right, right, range }
			: { kind: "other", range };
	}
	if (walk.take("-")) {
		const value = readUnary(walk);
		const range = walk.since(start);
		return value.kind === "number"
			? { ...value, text: `-${value.text}`, range }
			: { kind: "other", range };
	}
	return readTrailers(walk, readAtom(walk), start);
}

function readTrailers(walk: RubyWalk, atom: Node, start: number): Node {
	let node = atom;
	for (;;) {
		// A chain goes on in the next line: foo\n  .bar
		const ahead = nextAfterLines(walk);
		if (walk.isKind("newline") && ahead?.kind === "operator" && /^(?:\.|&\.)$/.test(ahead.text)) {
			walk.skipLines();
		}
		if (walk.take(".", "&.", "::")) {
			const token = walk.token;
			if (token.kind === "name" || token.kind === "label") walk.at++;
			const name = token.kind === "name" || token.kind === "label" ? token.text : "call";
			node = { kind: "member", of: node, name, range: walk.since(start) };
			node = readCall(walk, node, start);
		} else if (walk.is("[") && !walk.token.spaced) {
			walk.at++;
			const [key] = readList(walk, "]");
			const range = walk.since(start);
			node = {
				kind: "binary",
				operator: "[]",
				left: node,
				right: key ?? { kind: "other", range },
				range,
			};
		} else {
			return node;
		}
	}
}

function nextAfterLines(walk: RubyWalk): RubyToken | undefined {
	let at = walk.at;
	while (walk.tokens[at]?.kind === "newline") at++;
	return walk.tokens[at];
}
