import { isComment, isWord, type Token } from "./token.ts";

/**
 * The parser writes its tree by recursion: 5,000 operators in a row and 1,000 nested queries still fit on
 * Node's ordinary stack of 984 KB, 8,000 and 2,000 do not (measured, libpg-query 18.1.5).
 */
const depthLimit = 4000;
const depthOfParenthesis = 4;

/** After these words of a flat list (of conditions, of branches) a new expression begins. */
const separators = ["and", "or", "when", "then", "else", "where", "from", "set", "values"];

/** Words that make the tree one deeper each, as operators do. */
const deepening = ["union", "intersect", "except", "join", "collate", "not", "is"];

/**
 * True when the tree of a statement may be too deep for the parser. Counts operators that may lean on one
 * another and open parentheses; never less than the tree's depth.
 */
export function isTooDeep(text: string, tokens: readonly Token[]): boolean {
	if (tokens.length < depthLimit / depthOfParenthesis) return false;
	const outer: number[] = [];
	let below = 0;
	let chain = 0;
	for (const token of tokens) {
		if (isComment(token)) continue;
		const character = text[token.start] ?? "";
		if (character === "(" || character === "[") {
			outer.push(chain);
			below += chain + depthOfParenthesis;
			chain = 0;
		} else if (character === ")" || character === "]") {
			const before = outer.pop() ?? 0;
			below -= outer.length >= 0 ? before + depthOfParenthesis : 0;
			// A subscript and an IN list stand on what is before them.
			chain = before + 1;
		} else if (character === ",") chain = 0;
		else if (token.kind === "operator") chain++;
		else if (text.startsWith("::", token.start)) chain++;
		else if (token.kind === "word") chain = chainAfterWord(text, token, chain);
		if (below + chain > depthLimit) return true;
	}
	return false;
}

function chainAfterWord(text: string, token: Token, chain: number): number {
	const is = (word: string): boolean => isWord(text, token, word);
	if (separators.some(is)) return 0;
	return deepening.some(is) ? chain + 2 : chain;
}
