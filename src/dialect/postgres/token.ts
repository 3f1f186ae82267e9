import type { Range } from "../../core/source.ts";

export type TokenKind =
	| "word"
	| "quotedIdentifier"
	| "string"
	| "dollarString"
	| "number"
	| "operator"
	/** `$1` */
	| "parameter"
	/** One of `( ) [ ] , ; . : ::` */
	| "punctuation"
	| "lineComment"
	| "blockComment"
	/** A psql command, backslash to the end of the line. */
	| "metaCommand"
	/** The data lines of a COPY ... FROM STDIN with the closing `\.`, when there is one. */
	| "copyData"
	/**
	 * What the server cannot read: a quote or comment that is never closed (it runs to the end), a quote or
	 * comment with a NUL inside, or a single character that starts nothing. Blanks outside ASCII and the
	 * byte order mark count as such a character.
	 */
	| "invalid";

export interface Token extends Range {
	readonly kind: TokenKind;
}

/** True for both kinds of comment. */
export function isComment(token: Token | undefined): boolean {
	return token?.kind === "lineComment" || token?.kind === "blockComment";
}

/** True when the token is this word, in any case and unquoted. `word` is given in lower case. */
export function isWord(text: string, token: Token | undefined, word: string): boolean {
	if (token?.kind !== "word" || token.end - token.start !== word.length) return false;
	for (let at = 0; at < word.length; at++) {
		if ((text.charCodeAt(token.start + at) | 32) !== word.charCodeAt(at)) return false;
	}
	return true;
}

/**
 * Returns the name that a word or a quoted identifier stands for: an unquoted name in lower case (ASCII
 * letters only, as the server folds in a UTF-8 database), a quoted one without its quotes. U&"" names get
 * their escapes resolved only for the default escape character. Names are not cut at 63 bytes.
 */
export function identifierValue(token: Token, text: string): string {
	const raw = text.slice(token.start, token.end);
	if (token.kind !== "quotedIdentifier") {
		return raw.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
	}
	const unicode = !raw.startsWith('"');
	const name = raw.slice(unicode ? 3 : 1, -1).replaceAll('""', '"');
	return unicode ? resolveUnicodeEscapes(name) : name;
}

function resolveUnicodeEscapes(name: string): string {
	return name.replace(
		/\\(?:\\|\+([0-9a-f]{6})|([0-9a-f]{4}))/gi,
		(escape: string, long: string | undefined, short: string | undefined) => {
			const point = Number.parseInt(long ?? short ?? "", 16);
			if (Number.isNaN(point)) return "\\";
			return point <= 0x10ffff ? String.fromCodePoint(point) : escape;
		},
	);
}

/** Returns the place of the first token that ends after an offset, by halving: statements can be huge. */
export function firstEndingAfter(tokens: readonly Token[], offset: number): number {
	let low = 0;
	let high = tokens.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((tokens[middle]?.end ?? Infinity) <= offset) low = middle + 1;
		else high = middle;
	}
	return low;
}
