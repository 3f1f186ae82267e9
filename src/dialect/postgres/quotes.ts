import {
	BACKSLASH,
	BLANK,
	MINUS,
	NEWLINE,
	RETURN,
	SINGLE,
	SLASH,
	STAR,
	UNDERSCORE,
	classOf,
} from "./characters.ts";

/** What the functions of this file return for a quote or comment that is never closed. */
export const UNTERMINATED = -1;

/**
 * Returns the offset after a string whose opening quote stands at `quote`. A string goes on when only
 * blanks with a line end, or line comments, stand between it and the next quote (scan.l, quotecontinue;
 * measured on 18.6, where libpg-query 18.1.5 refuses the comments).
 * Backslashes are ordinary characters, as with standard_conforming_strings = on.
 */
export function endOfString(text: string, quote: number): number {
	let at = quote + 1;
	for (;;) {
		const close = text.indexOf("'", at);
		if (close < 0) return UNTERMINATED;
		if (text.charCodeAt(close + 1) === SINGLE) {
			at = close + 2;
			continue;
		}
		const next = continuationOf(text, close + 1);
		if (next < 0) return close + 1;
		at = next + 1;
	}
}

/** Returns the offset after an E'' string whose opening quote stands at `quote`: a backslash hides the next character. */
export function endOfEscapeString(text: string, quote: number): number {
	let at = quote + 1;
	while (at < text.length) {
		const code = text.charCodeAt(at);
		if (code === BACKSLASH) at += 2;
		else if (code !== SINGLE) at++;
		else if (text.charCodeAt(at + 1) === SINGLE) at += 2;
		else {
			const next = continuationOf(text, at + 1);
			if (next < 0) return at + 1;
			at = next + 1;
		}
	}
	return UNTERMINATED;
}

/** Returns where the quote stands that continues a string closed before `from`, or -1. */
function continuationOf(text: string, from: number): number {
	let newline = false;
	let at = from;
	for (;;) {
		const code = text.charCodeAt(at);
		if (code === NEWLINE || code === RETURN) newline = true;
		if (code === MINUS && text.charCodeAt(at + 1) === MINUS) at = endOfLine(text, at);
		else if (classOf(code) === BLANK) at++;
		else return newline && code === SINGLE ? at : -1;
	}
}

/** Returns the offset after a name in double quotes that opens at `quote`. */
export function endOfQuotedIdentifier(text: string, quote: number): number {
	let at = quote + 1;
	for (;;) {
		const close = text.indexOf('"', at);
		if (close < 0) return UNTERMINATED;
		if (text[close + 1] !== '"') return close + 1;
		at = close + 2;
	}
}

/** Returns the length of a dollar quote's delimiter (`$$`, `$tag$`) at `start`, or 0 when none stands there. */
export function dollarDelimiterLength(text: string, start: number): number {
	let at = start + 1;
	for (;;) {
		const code = text.charCodeAt(at);
		if (code === 36) return at + 1 - start;
		const letter = (code | 32) >= 97 && (code | 32) <= 122;
		const digit = code >= 48 && code <= 57 && at > start + 1;
		if (!letter && !digit && code !== UNDERSCORE && !(code >= 128)) return 0;
		at++;
	}
}

/** Returns the offset after the dollar quote at `start` whose delimiter has this length. */
export function endOfDollarQuote(text: string, start: number, delimiterLength: number): number {
	const delimiter = text.slice(start, start + delimiterLength);
	const close = text.indexOf(delimiter, start + delimiterLength);
	return close < 0 ? UNTERMINATED : close + delimiterLength;
}

/** Returns the offset after a block comment at `start`; block comments nest. */
export function endOfBlockComment(text: string, start: number): number {
	let depth = 1;
	let at = start + 2;
	while (at < text.length) {
		const code = text.charCodeAt(at);
		if (code === STAR && text.charCodeAt(at + 1) === SLASH) {
			at += 2;
			if (--depth === 0) return at;
		} else if (code === SLASH && text.charCodeAt(at + 1) === STAR) {
			depth++;
			at += 2;
		} else at++;
	}
	return UNTERMINATED;
}

/** Returns the offset of the line end (`\n` or `\r`) at or after `start`, or the end of the text. */
export function endOfLine(text: string, start: number): number {
	let at = start;
	while (at < text.length) {
		const code = text.charCodeAt(at);
		if (code === NEWLINE || code === RETURN) break;
		at++;
	}
	return at;
}
