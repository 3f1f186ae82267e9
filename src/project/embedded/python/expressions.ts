import type { Range } from "../../../core/source.ts";
import type { CallNode, MapEntry, Node, TextPart } from "../program.ts";
import { readString } from "./strings.ts";
import { tokenizePython, type Token } from "./tokens.ts";
import { takeName, walkPython, type PythonWalk } from "./walk.ts";

/** Nested deeper than this, an expression is taken for an unknown one. */
const maximumDepth = 120;

/** From weak to strong; what migrations do not need binds like its neighbours. */
const binaryOperators: readonly (readonly string[])[] = [
	["if", "else"],
	["or"],
	["and"],
	["in", "not", "is", "==", "!=", "<", ">", "<=", ">="],
	["|", "^", "&"],
	["<<", ">>"],
	["+", "-"],
	["*", "/", "//", "%", "@", "**"],
];

/** One expression, or several with commas, which are a list. */
export function readExpressionList(walk: PythonWalk): Node {
	const start = walk.token.start;
	const first = readExpression(walk);
	if (!walk.is(",")) return first;
	const items = [first];
	while (walk.take(",")) {
		if (endsList(walk)) break;
		items.push(readExpression(walk));
	}
	return { kind: "list", items, range: walk.since(start) };
}

function endsList(walk: PythonWalk): boolean {
	return walk.token.kind === "newline" || walk.token.kind === "end" || walk.is(")", "=", ":");
}

/** An expression whose operators bind as strongly as the level, or more. */
export function readExpression(walk: PythonWalk, level = 0): Node {
	const start = walk.token.start;
	if (walk.depth > maximumDepth) {
		walk.at++;
		return { kind: "other", range: walk.since(start) };
	}
	if (level >= binaryOperators.length) return readUnary(walk);
	walk.depth++;
	let left = readExpression(walk, level + 1);
	walk.depth--;
	for (;;) {
		const taken = walk.takeOneOf(binaryOperators[level] ?? []);
		if (taken === undefined) return left;
		const operator = readLongerOperator(walk, taken);
		const right = readExpression(walk, level + 1);
		left = { kind: "binary", operator, left, right, range: walk.since(start) };
	}
}

/** `not in`, `is not`. */
function readLongerOperator(walk: PythonWalk, first: string): string {
	if (first === "not" && walk.take("in")) return "not in";
	if (first === "is" && walk.take("not")) return "is not";
	return first;
}

function readUnary(walk: PythonWalk): Node {
	const start = walk.token.start;
	if (walk.is("*", "**", "~", "+", "await")) {
		walk.at++;
		readUnary(walk);
		return { kind: "other", range: walk.since(start) };
	}
	if (walk.take("-")) {
		const value = readUnary(walk);
		const range = walk.since(start);
		return value.kind === "number"
			? { ...value, text: `-${value.text}`, range }
			: { kind: "other", range };
	}
	if (walk.take("not")) {
		const right = readUnary(walk);
		const range = walk.since(start);
		return { kind: "binary", operator: "not", left: right, right, range };
	}
	if (walk.take("lambda")) {
		while (!walk.is(":") && walk.token.kind !== "newline" && walk.token.kind !== "end") walk.at++;
		walk.take(":");
		readExpression(walk);
		return { kind: "other", range: walk.since(start) };
	}
	return readTrailers(walk, readAtom(walk), start);
}

function readTrailers(walk: PythonWalk, atom: Node, start: number): Node {
	let node = atom;
	for (;;) {
		if (walk.take(".")) {
			node = { kind: "member", of: node, name: takeName(walk), range: walk.since(start) };
		} else if (walk.is("(")) {
			const { args, named } = readArguments(walk);
			node = { kind: "call", callee: node, args, named, range: walk.since(start) };
		} else if (walk.take("[")) {
			const key = readItems(walk, "]");
			const left = node;
			const right: Node = key[0] ?? { kind: "other", range: walk.since(start) };
			node = { kind: "binary", operator: "[]", left, right, range: walk.since(start) };
		} else {
			return node;
		}
	}
}

/** Arguments in parentheses. */
export function readArguments(walk: PythonWalk): Pick<CallNode, "args" | "named"> {
	const args: Node[] = [];
	const named = new Map<string, Node>();
	walk.take("(");
	while (!walk.is(")") && walk.token.kind !== "end") {
		const before = walk.at;
		const value = readExpression(walk);
		if (value.kind === "name" && walk.take("=")) named.set(value.name, readExpression(walk));
		else if (walk.is("for", "async")) {
			skipComprehension(walk);
			args.push({ kind: "other", range: value.range });
		} else args.push(value);
		if (!walk.take(",") && !walk.is(")") && walk.at === before) walk.at++;
	}
	walk.take(")");
	return { args, named };
}

/** What stands after `for` in a comprehension, to the bracket that ends it. */
function skipComprehension(walk: PythonWalk): void {
	let depth = 0;
	while (walk.token.kind !== "end") {
		if (walk.is("(", "[", "{")) depth++;
		if (walk.is(")", "]", "}") && depth-- === 0) return;
		walk.at++;
	}
}

function readItems(walk: PythonWalk, close: string): readonly Node[] {
	const items: Node[] = [];
	while (!walk.is(close) && walk.token.kind !== "end") {
		const before = walk.at;
		items.push(readExpression(walk));
		if (walk.is("for", "async")) {
			skipComprehension(walk);
			items.length = 0;
			items.push({ kind: "other", range: walk.since(walk.token.start) });
		}
		if (!walk.take(",") && !walk.is(close) && walk.at === before) walk.at++;
	}
	walk.take(close);
	return items;
}

function readAtom(walk: PythonWalk): Node {
	const token = walk.token;
	const start = token.start;
	if (token.kind === "string") return readStrings(walk);
	if (token.kind === "newline" || token.kind === "end" || token.kind === "dedent") {
		return { kind: "other", range: { start, end: start } };
	}
	if (walk.is(")", "]", "}", ",", ":", "=")) return { kind: "other", range: { start, end: start } };
	walk.at++;
	const range = { start, end: token.end };
	if (token.kind === "name") return { kind: "name", name: token.text, range };
	if (token.kind === "number")
		return { kind: "number", text: token.text.replaceAll("_", ""), range };
	if (token.kind !== "operator") return { kind: "other", range };
	if (token.text === "(") return readParenthesised(walk, start);
	if (token.text === "[") {
		const items = readItems(walk, "]");
		return { kind: "list", items, range: walk.since(start) };
	}
	if (token.text === "{") return readBraces(walk, start);
	return { kind: "other", range };
}

function readParenthesised(walk: PythonWalk, start: number): Node {
	const from = walk.at;
	const items = readItems(walk, ")");
	const [only] = items;
	const inside = walk.tokens.slice(from, walk.at - 1);
	const last = inside.at(-1);
	const isTuple = last?.kind === "operator" && last.text === ",";
	if (items.length === 1 && only && !isTuple) return only;
	return { kind: "list", items, range: walk.since(start) };
}

function readBraces(walk: PythonWalk, start: number): Node {
	const entries: MapEntry[] = [];
	const items: Node[] = [];
	while (!walk.is("}") && walk.token.kind !== "end") {
		const before = walk.at;
		const key = readExpression(walk);
		if (walk.take(":")) entries.push({ key, value: readExpression(walk) });
		else items.push(key);
		if (walk.is("for", "async")) {
			skipComprehension(walk);
			walk.take("}");
			return { kind: "other", range: walk.since(start) };
		}
		if (!walk.take(",") && !walk.is("}") && walk.at === before) walk.at++;
	}
	walk.take("}");
	const range = walk.since(start);
	return items.length > 0 ? { kind: "list", items, range } : { kind: "map", entries, range };
}

/** Literals beside each other are one text. */
function readStrings(walk: PythonWalk): Node {
	const start = walk.token.start;
	const read: { readonly parts: readonly TextPart[]; readonly inner?: Range }[] = [];
	for (let token = walk.token; token.kind === "string"; token = walk.token) {
		walk.at++;
		const parse = (range: Range): Node => readInside(walk, range);
		read.push(readString(walk.source, token.prefix, token.inner, parse));
	}
	const inner = read.length === 1 ? read[0]?.inner : undefined;
	const parts = read.flatMap((one) => one.parts);
	return { kind: "text", parts, range: walk.since(start), ...(inner ? { inner } : {}) };
}

/** An expression in braces of an f-string, at its place in the file. */
function readInside(walk: PythonWalk, range: Range): Node {
	const text = walk.source.slice(range.start, range.end);
	const tokens = tokenizePython(text).map((token) => shifted(token, range.start));
	return readExpressionList(walkPython(walk.source, tokens));
}

function shifted(token: Token, by: number): Token {
	const place = { start: token.start + by, end: token.end + by };
	if (token.kind !== "string") return { ...token, ...place };
	const inner = { start: token.inner.start + by, end: token.inner.end + by };
	return { ...token, ...place, inner };
}
