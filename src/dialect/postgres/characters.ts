/** What a character starts outside quotes and comments, after the server's scan.l. */
export const BLANK = 0;
export const LETTER = 1;
export const DIGIT = 2;
export const OPERATOR = 3;
export const PUNCTUATION = 4;
export const QUOTE = 5;
export const DOUBLE_QUOTE = 6;
export const DOLLAR = 7;
export const DOT = 8;
export const COLON = 9;
export const STRAY = 10;

export const NEWLINE = 10;
export const RETURN = 13;
export const SINGLE = 39;
export const STAR = 42;
export const PLUS = 43;
export const MINUS = 45;
export const SLASH = 47;
export const SEMICOLON = 59;
export const BACKSLASH = 92;
export const UNDERSCORE = 95;

const asciiClasses = buildAsciiClasses();

function buildAsciiClasses(): Uint8Array {
	const classes = new Uint8Array(128).fill(STRAY);
	const assign = (characters: string, value: number): void => {
		for (const character of characters) classes[character.charCodeAt(0)] = value;
	};
	assign(" \t\n\r\f\v", BLANK);
	assign("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_", LETTER);
	assign("0123456789", DIGIT);
	assign("~!@#^&|`?+-*/%<>=", OPERATOR);
	assign("()[],;", PUNCTUATION);
	assign("'", QUOTE);
	assign('"', DOUBLE_QUOTE);
	assign("$", DOLLAR);
	assign(".", DOT);
	assign(":", COLON);
	return classes;
}

/** Returns the class of a UTF-16 code unit. NaN (past the end of the text) is STRAY. */
export function classOf(code: number): number {
	if (code < 128) return asciiClasses[code] ?? STRAY;
	return isForeignBlank(code) || Number.isNaN(code) ? STRAY : LETTER;
}

/**
 * True for blanks outside ASCII and the byte order mark. The server's scanner takes every byte above
 * 127 for a letter, so it reads them as part of a name: never what the author meant.
 */
function isForeignBlank(code: number): boolean {
	if (code === 0xa0 || code === 0x85 || code === 0xfeff || code === 0x3000) return true;
	if (code < 0x1680 || code > 0x205f) return false;
	if (code >= 0x2000 && code <= 0x200b) return true;
	return (
		code === 0x1680 || code === 0x2028 || code === 0x2029 || code === 0x202f || code === 0x205f
	);
}

/** True for a code unit that may continue an unquoted name: letters, digits and `$`. */
export function continuesWord(code: number): boolean {
	const value = classOf(code);
	return value === LETTER || value === DIGIT || value === DOLLAR;
}
