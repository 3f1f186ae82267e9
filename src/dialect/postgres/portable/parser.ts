import type { Statement as Tree } from "pgsql-ast-parser";
import type { Range } from "../../../core/source.ts";
import type { Token } from "../token.ts";
import { isComment } from "../token.ts";
import { Unreadable } from "./unreadable.ts";

type Parse = (sql: string, options: { readonly locationTracking: boolean }) => readonly Tree[];

let parse: Parse | undefined;

/** Loads the parser in plain JavaScript; must have ended before anything is parsed. */
export async function loadPortableParser(): Promise<void> {
	parse ??= (await import("pgsql-ast-parser")).parse;
}

/** The parser stopped here: `offset` counts UTF-16 in the statement. */
export class StoppedAt extends Error {
	readonly offset: number;

	constructor(offset: number) {
		super();
		this.offset = offset;
	}
}

/**
 * Returns the tree of one statement, whose tokens carry offsets from `base` on. Throws StoppedAt where the
 * parser gives up, Unreadable for what it would take for something else.
 */
export function parsePortable(text: string, base: number, tokens: readonly Token[]): Tree {
	if (!parse) throw new Error("The portable parser is not loaded.");
	const local = tokens.map(({ kind, start, end }) => ({
		kind,
		start: start - base,
		end: end - base,
	}));
	for (const token of local) refuseMisread(token, text.slice(token.start, token.end));
	let trees: readonly Tree[];
	try {
		trees = parse(familiarText(text, local), { locationTracking: true });
	} catch (error) {
		throw new StoppedAt(offsetOf(error));
	}
	const [tree, second] = trees;
	if (!tree || second) throw new Unreadable("a single statement was expected here");
	return tree;
}

/** Where the parser's error points to; the start when it says nothing. */
function offsetOf(error: unknown): number {
	if (typeof error !== "object" || error === null || !("token" in error)) return 0;
	const { token } = error;
	if (typeof token !== "object" || token === null || !("offset" in token)) return 0;
	return typeof token.offset === "number" ? token.offset : 0;
}

/** Numbers and strings that the library's lexer cuts in two, and names that its grammar trims. */
function refuseMisread({ kind }: Token, text: string): void {
	const misread =
		(kind === "number" && !/^(?:\d+|\d*\.\d+|\d+\.)$/.test(text)) ||
		(kind === "string" && !/^(?:'|[eE]')/.test(text)) ||
		(kind === "string" && /'\s*\n\s*'/.test(text.replaceAll("''", ""))) ||
		(kind === "quotedIdentifier" && !/^"\S(?:.*\S)?"$/s.test(text));
	if (misread) throw new Unreadable(`it has ${text.slice(0, 40)}`);
}

/**
 * The text without comments, which the library's lexer reads as code, and with tagged dollar quotes as plain
 * ones; every offset stays.
 */
function familiarText(text: string, tokens: readonly Token[]): string {
	let familiar = "";
	let at = 0;
	const put = ({ end }: Range, replacement: string): void => {
		familiar += replacement;
		at = end;
	};
	for (const token of tokens) {
		const written = text.slice(token.start, token.end);
		const tag = token.kind === "dollarString" ? /^\$[^$]+\$/.exec(written)?.[0] : undefined;
		if (!isComment(token) && tag === undefined) continue;
		familiar += text.slice(at, token.start);
		if (tag === undefined) put(token, written.replace(/[^\n]/g, " "));
		else {
			const blank = " ".repeat(tag.length - 2);
			put(token, `${blank}$$${written.slice(tag.length, -tag.length)}$$${blank}`);
		}
	}
	return familiar + text.slice(at);
}
