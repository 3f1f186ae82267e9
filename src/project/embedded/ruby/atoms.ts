import type { Range } from "../../../core/source.ts";
import type { MapEntry, Node } from "../program.ts";
import { readArguments, readBlock, readCall } from "./calls.ts";
import { isBlockWord, readCompound } from "./compounds.ts";
import { readExpression } from "./expressions.ts";
import { readParameters, readStatements } from "./statements.ts";
import { stringParts } from "./strings.ts";
import { tokenizeRuby } from "./tokens.ts";
import { RubyWalk } from "./walk.ts";

/** A value without operators: a literal, a name with its arguments, what stands in brackets. */
export function readAtom(walk: RubyWalk): Node {
	const token = walk.token;
	const { start } = token;
	if (token.kind === "newline" || token.kind === "end")
		return { kind: "other", range: { start, end: start } };
	if (token.kind === "label") return { kind: "other", range: { start, end: start } };
	if (token.kind === "string") return readStrings(walk);
	const range = { start, end: token.end };
	if (isBlockWord(walk)) {
		readCompound(walk);
		return { kind: "other", range: walk.since(start) };
	}
	walk.at++;
	if (token.kind === "number")
		return { kind: "number", text: token.text.replaceAll("_", ""), range };
	if (token.kind === "variable") return { kind: "name", name: token.text, range };
	if (token.kind === "name")
		return readCall(walk, { kind: "name", name: token.text, range }, start);
	if (token.text === "(") return readParenthesised(walk, start);
	if (token.text === "[") {
		const items = readList(walk, "]");
		return { kind: "list", items, range: walk.since(start) };
	}
	if (token.text === "{") {
		const { named } = readArguments(walk, "}");
		return { kind: "map", entries: mapEntries(named), range: walk.since(start) };
	}
	if (token.text === "->") {
		if (walk.is("(")) readParameters(walk);
		const block = readBlock(walk);
		const callee: Node = { kind: "name", name: "lambda", range };
		const more = { args: [], named: new Map(), range: walk.since(start) };
		return { kind: "call", callee, ...more, ...(block ? { block } : {}) };
	}
	if (/^[)\]},;:]$/.test(token.text)) walk.at--;
	return { kind: "other", range };
}

function readParenthesised(walk: RubyWalk, start: number): Node {
	const kept = walk.keepsDo;
	walk.keepsDo = false;
	const steps = readStatements(walk, ")");
	walk.keepsDo = kept;
	walk.take(")");
	const [only] = steps;
	if (steps.length === 1 && only?.kind === "expression") return only.value;
	return { kind: "other", range: walk.since(start) };
}

/** The values to a closing bracket; keys with values are one map at the end. */
export function readList(walk: RubyWalk, close: string): readonly Node[] {
	const { args, named } = readArguments(walk, close);
	if (named.size === 0) return args;
	const entries = mapEntries(named);
	const range = {
		start: entries[0]?.key.range.start ?? 0,
		end: entries.at(-1)?.value.range.end ?? 0,
	};
	return [...args, { kind: "map", entries, range }];
}

function mapEntries(named: ReadonlyMap<string, Node>): readonly MapEntry[] {
	return [...named].map(([text, value]) => ({
		key: { kind: "text", parts: [{ kind: "characters", text }], range: value.range },
		value,
	}));
}

function readStrings(walk: RubyWalk): Node {
	const start = walk.token.start;
	const first = walk.token;
	if (first.kind !== "string") return { kind: "other", range: first };
	walk.at++;
	const range = { start, end: first.end };
	if (first.isOther === true) return { kind: "other", range };
	const parse = (inner: Range): Node =>
		readExpression(new RubyWalk(walk.source, tokenizeRuby(walk.source, inner)));
	const read = stringParts(walk.source, first, parse);
	if (first.isList === true && first.body) return wordsOf(walk, first.body, range);
	const next = walk.token;
	if (next.kind === "string" && next.body && !first.isHeredoc && first.body && !next.isOther) {
		// Literals beside each other are one text.
		const rest = readStrings(walk);
		const parts = rest.kind === "text" ? [...read.parts, ...rest.parts] : read.parts;
		return { kind: "text", parts, range: walk.since(start) };
	}
	return { kind: "text", ...read, range };
}

function wordsOf(walk: RubyWalk, body: Range, range: Range): Node {
	const words = walk.source
		.slice(body.start, body.end)
		.split(/\s+/)
		.filter((word) => word !== "");
	const items = words.map((text): Node => ({
		kind: "text",
		parts: [{ kind: "characters", text }],
		range,
	}));
	return { kind: "list", items, range };
}
