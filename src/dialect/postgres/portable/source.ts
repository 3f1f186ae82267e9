import type { PGNode } from "pgsql-ast-parser";
import type { Range } from "../../../core/source.ts";
import { createLowerSource, type LowerSource } from "../lower/source.ts";
import { firstEndingAfter, isWord, type Token } from "../token.ts";
import { Unreadable } from "./unreadable.ts";

/** The text behind a tree of the portable parser, whose nodes carry UTF-16 offsets of the statement. */
export interface PortableSource extends LowerSource {
	/** Where a node starts, as an offset of the file. */
	startOf(node: PGNode): number;
	/** The first token of a node; the statement when the node has no place. */
	firstTokenOf(node: PGNode): Range;
	/** The index of the parenthesis that opens directly around a node; the tree does not keep it. */
	parenthesisAround(node: PGNode): number | undefined;
	isParenthesised(node: PGNode): boolean;
	/** The index in `tokens` of the first token that ends after a file offset. */
	tokenIndexAt(offset: number): number;
	isWordAt(index: number, word: string): boolean;
}

/** The PortableSource of a statement that stands in the file at `base`. */
export function createPortableSource(
	text: string,
	base: number,
	tokens: readonly Token[],
): PortableSource {
	const source = createLowerSource(text, base, tokens, (offset) => offset);
	const closing = matchParentheses(source);
	const opening = new Map([...closing].map(([open, close]) => [close, open]));
	const tokenIndexAt = (offset: number): number => firstEndingAfter(source.tokens, offset);
	const parenthesisAround = (node: PGNode): number | undefined => {
		if (!node._location) return undefined;
		let first = tokenIndexAt(base + node._location.start);
		let last = tokenIndexAt(base + node._location.end - 1);
		// A node ends before the parentheses of its own last operand, and starts after those of its first.
		for (let index = first; index <= last; index++) {
			last = Math.max(last, closing.get(index) ?? last);
		}
		for (let index = last; index >= first; index--) {
			first = Math.min(first, opening.get(index) ?? first);
		}
		if (closing.get(first - 1) === last + 1) return first - 1;
		// The place of a query has its parentheses inside.
		return closing.get(first) === last ? first : undefined;
	};
	return {
		...source,
		tokenIndexAt,
		startOf: (node) => (node._location ? base + node._location.start : source.statementRange.start),
		firstTokenOf: (node) =>
			node._location ? source.toRange(node._location.start) : source.statementRange,
		parenthesisAround,
		isParenthesised: (node) => parenthesisAround(node) !== undefined,
		isWordAt: (index, word) => isWordToken(source, source.tokens[index], word),
	};
}

/** The token after a place, and after it those that follow, as text; a place after the end gives "". */
export function textAfter(source: PortableSource, offset: number, count = 0): string {
	const token = source.tokens[source.tokenIndexAt(offset) + count];
	return token ? source.textAt(token) : "";
}

/** The first word of that name from a file offset on. */
export function findWord(
	source: PortableSource,
	word: string,
	from = source.base,
): Token | undefined {
	for (let index = source.tokenIndexAt(from); index < source.tokens.length; index++) {
		if (source.isWordAt(index, word)) return source.tokens[index];
	}
	return undefined;
}

function isWordToken({ text, base }: LowerSource, token: Token | undefined, word: string): boolean {
	if (!token) return false;
	return isWord(text, { ...token, start: token.start - base, end: token.end - base }, word);
}

function matchParentheses(source: LowerSource): ReadonlyMap<number, number> {
	const open: number[] = [];
	const closing = new Map<number, number>();
	for (const [index, token] of source.tokens.entries()) {
		const text = token.kind === "punctuation" ? source.textAt(token) : "";
		if (text === "(") open.push(index);
		if (text !== ")") continue;
		const start = open.pop();
		if (start === undefined) throw new Unreadable("its parentheses do not match");
		closing.set(start, index);
	}
	return closing;
}
