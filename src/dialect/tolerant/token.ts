import type { Range } from "../../core/source.ts";

export type TokenKind =
	| "word"
	/** A name in backticks, brackets, or double quotes where they quote names. */
	| "quotedName"
	| "string"
	| "number"
	/** `?`, `@x`, `@@global.x`, `:x`, `$x`. */
	| "parameter"
	| "operator"
	/** `( ) , ; .` and braces. */
	| "punctuation"
	/** What ends a statement: a semicolon, or what DELIMITER set. */
	| "delimiter"
	| "lineComment"
	| "blockComment"
	/** A line for the client: DELIMITER. */
	| "clientCommand"
	/** A quote or comment that is never closed, or a character that starts nothing. */
	| "invalid";

export interface Token extends Range {
	readonly kind: TokenKind;
}

/** How a database cuts its text into tokens. */
export interface Lexis {
	/** A backslash in a string hides the next character. */
	readonly backslashEscapes: boolean;
	/** `#` begins a line comment. */
	readonly hashComments: boolean;
	/** `--` begins a comment only before a blank. */
	readonly dashesNeedBlank: boolean;
	readonly doubleQuotes: "string" | "name";
	/** `[x]` is a name. */
	readonly brackets: boolean;
	/** A comment that is never closed ends with the text. */
	readonly openComments: boolean;
	/** `:x` and `$x` are parameters. */
	readonly namedParameters: boolean;
	/** Words in capitals that name nothing without quotes. */
	readonly reservedNames?: ReadonlySet<string>;
	/** DELIMITER is a command of the client. */
	readonly delimiterCommand: boolean;
	/** True when the server runs what stands in a comment of this head: `/*!50100`, `/*M!`. */
	readonly runsComment?: (head: { readonly maria: boolean; readonly version?: number }) => boolean;
}

/** True for both kinds of comment. */
export function isComment(token: Token | undefined): boolean {
	return token?.kind === "lineComment" || token?.kind === "blockComment";
}

/** Returns the name that a token stands for, without quotes and in its own case. */
export function nameOf(text: string, { kind, start, end }: Token): string {
	const raw = text.slice(start, end);
	if (kind !== "quotedName" && kind !== "string") return raw;
	const quote = raw[0] ?? "";
	if (quote === "[") return raw.slice(1, -1);
	return raw.slice(1, -1).replaceAll(quote + quote, quote);
}

const escapes: Readonly<Record<string, string>> = {
	"0": "\0",
	b: "\b",
	n: "\n",
	r: "\r",
	t: "\t",
	Z: "\x1a",
};

/** Returns the content of a string; `_` and `%` keep their backslash, as LIKE wants it. */
export function stringOf(text: string, { start, end }: Token, lexis: Lexis): string {
	const raw = text.slice(start, end);
	const quote = raw.at(-1) ?? "'";
	const open = raw.indexOf(quote);
	const inside = raw.slice(open + 1, -1).replaceAll(quote + quote, quote);
	if (!lexis.backslashEscapes || !inside.includes("\\")) return inside;
	return inside.replace(/\\([^])/g, (whole, letter: string) =>
		letter === "_" || letter === "%" ? whole : (escapes[letter] ?? letter),
	);
}
