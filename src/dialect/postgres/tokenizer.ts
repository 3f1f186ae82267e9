import type { Range } from "../../core/source.ts";
import {
	BACKSLASH,
	BLANK,
	COLON,
	DIGIT,
	DOLLAR,
	DOT,
	DOUBLE_QUOTE,
	LETTER,
	MINUS,
	NEWLINE,
	OPERATOR,
	PLUS,
	PUNCTUATION,
	QUOTE,
	SEMICOLON,
	SLASH,
	STAR,
	classOf,
	continuesWord,
} from "./characters.ts";
import { endOfNumber } from "./numbers.ts";
import {
	endOfCopyData,
	endOfMetaCommand,
	endsStatement,
	isCopyCommandFromStdin,
	isCopyFromStdin,
} from "./psql.ts";
import {
	dollarDelimiterLength,
	endOfBlockComment,
	endOfDollarQuote,
	endOfEscapeString,
	endOfLine,
	endOfQuotedIdentifier,
	endOfString,
} from "./quotes.ts";
import { identifierValue, isWord, type Token, type TokenKind } from "./token.ts";

export { identifierValue, isWord, type Token, type TokenKind };

export interface TokenizeOptions {
	/** False: a backslash outside quotes is invalid, as the server has it. True when left out. */
	readonly psql?: boolean;
}

interface Lexer {
	readonly text: string;
	readonly psql: boolean;
	readonly tokens: Token[];
	/** Where the next token or blank begins. */
	at: number;
	/** Where the next NUL stands, or -1. */
	nul: number;
	/** Index of the token that starts the statement at hand. */
	statement: number;
	/** COPY statements on this line whose data begins on the next one. */
	copies: number;
}

/** Reads the tokens of a text one statement after the other. */
export interface Tokenizer {
	/** What was read and not forgotten. */
	readonly tokens: readonly Token[];
	/** Reads on to the next semicolon or the end of COPY data; false when nothing is left. */
	readOn(): boolean;
	/** Forgets the tokens: of a dump of 50 MB they take a gigabyte. */
	forget(): void;
}

/**
 * Returns a reader of the tokens of a text (or of a part of it) as PostgreSQL's scanner cuts them, blanks left
 * out. Follows scan.l of PostgreSQL 18 with standard_conforming_strings = on; psql commands and COPY data are
 * recognised as psql does. Never fails: what cannot be read becomes `invalid` tokens. Linear time.
 */
export function startTokenizer(text: string, range?: Range, options?: TokenizeOptions): Tokenizer {
	const source = range && range.end < text.length ? text.slice(0, range.end) : text;
	const start = range?.start ?? 0;
	const lexer: Lexer = {
		text: source,
		psql: options?.psql ?? true,
		tokens: [],
		at: start,
		nul: source.indexOf("\0", start),
		statement: 0,
		copies: 0,
	};
	return {
		tokens: lexer.tokens,
		readOn: () => readStatement(lexer),
		forget: () => {
			lexer.statement -= lexer.tokens.length;
			lexer.tokens.length = 0;
		},
	};
}

function readStatement(lexer: Lexer): boolean {
	const { text, tokens, statement } = lexer;
	const before = tokens.length;
	let at = lexer.at;
	while (at < text.length && (lexer.statement === statement || tokens.length === before)) {
		const code = text.charCodeAt(at);
		const value = classOf(code);
		if (value !== BLANK) at = readToken(lexer, at, code, value);
		else if (code === NEWLINE && lexer.copies > 0) at = readCopyData(lexer, at + 1);
		else at++;
	}
	lexer.at = at;
	return tokens.length > before;
}

/** Returns all tokens of a text, or of a part of it. */
export function tokenize(text: string, range?: Range, options?: TokenizeOptions): readonly Token[] {
	const tokenizer = startTokenizer(text, range, options);
	while (tokenizer.readOn());
	return tokenizer.tokens;
}

function readToken(lexer: Lexer, at: number, code: number, value: number): number {
	switch (value) {
		case LETTER:
			return readWord(lexer, at);
		case DIGIT:
			return push(lexer, "number", at, endOfNumber(lexer.text, at));
		case OPERATOR:
			return readOperator(lexer, at, code);
		case PUNCTUATION:
			return readPunctuation(lexer, at, code);
		case QUOTE:
			return pushQuoted(lexer, "string", at, endOfString(lexer.text, at));
		case DOUBLE_QUOTE:
			return pushQuoted(lexer, "quotedIdentifier", at, endOfQuotedIdentifier(lexer.text, at));
		case DOLLAR:
			return readDollar(lexer, at);
		case DOT:
			return readDot(lexer, at);
		case COLON:
			return readColon(lexer, at);
		default:
			if (code === BACKSLASH && lexer.psql) return readMetaCommand(lexer, at);
			return push(lexer, "invalid", at, at + 1);
	}
}

function push(lexer: Lexer, kind: TokenKind, start: number, end: number): number {
	lexer.tokens.push({ kind, start, end });
	return end;
}

function pushQuoted(lexer: Lexer, kind: TokenKind, start: number, end: number): number {
	if (end < 0) return push(lexer, "invalid", start, lexer.text.length);
	if (lexer.nul >= 0) {
		if (lexer.nul < start) lexer.nul = lexer.text.indexOf("\0", start);
		if (lexer.nul >= 0 && lexer.nul < end) return push(lexer, "invalid", start, end);
	}
	return push(lexer, kind, start, end);
}

function readWord(lexer: Lexer, start: number): number {
	const { text } = lexer;
	const next = text.charCodeAt(start + 1);
	if (next === 39 || next === 38) {
		const prefixed = readPrefixed(lexer, start);
		if (prefixed > 0) return prefixed;
	}
	let end = start + 1;
	while (end < text.length && continuesWord(text.charCodeAt(end))) end++;
	return push(lexer, "word", start, end);
}

/** Reads E'', B'', X'', N'', U&'' and U&"" and returns the offset after it, or 0 when it is none of them. */
function readPrefixed(lexer: Lexer, start: number): number {
	const { text } = lexer;
	const letter = text.charCodeAt(start) | 32;
	if (text[start + 1] === "&") {
		if (letter !== 117) return 0;
		if (text[start + 2] === "'")
			return pushQuoted(lexer, "string", start, endOfString(text, start + 2));
		if (text[start + 2] !== '"') return 0;
		return pushQuoted(lexer, "quotedIdentifier", start, endOfQuotedIdentifier(text, start + 2));
	}
	if (letter === 101) return pushQuoted(lexer, "string", start, endOfEscapeString(text, start + 1));
	if (letter === 98 || letter === 120 || letter === 110)
		return pushQuoted(lexer, "string", start, endOfString(text, start + 1));
	return 0;
}

function readOperator(lexer: Lexer, start: number, code: number): number {
	const { text } = lexer;
	const next = text.charCodeAt(start + 1);
	if (code === MINUS && next === MINUS)
		return pushQuoted(lexer, "lineComment", start, endOfLine(text, start));
	if (code === SLASH && next === STAR)
		return pushQuoted(lexer, "blockComment", start, endOfBlockComment(text, start));
	let end = start;
	let special = false;
	for (let at = code; classOf(at) === OPERATOR; at = text.charCodeAt(end)) {
		const after = text.charCodeAt(end + 1);
		if ((at === MINUS && after === MINUS) || (at === SLASH && after === STAR)) break;
		special ||= isSpecialOperator(at);
		end++;
	}
	// An operator ends in + or - only when it has a character that standard SQL gives no meaning
	// (documentation, "Lexical Structure", 4.1.3); what is cut off is a row of single signs.
	let signs = end;
	while (!special && signs > start + 1 && isSign(text.charCodeAt(signs - 1))) signs--;
	push(lexer, "operator", start, signs);
	for (; signs < end; signs++) push(lexer, "operator", signs, signs + 1);
	return end;
}

function isSpecialOperator(code: number): boolean {
	return !isSign(code) && code !== STAR && code !== SLASH && !(code >= 60 && code <= 62);
}

function isSign(code: number): boolean {
	return code === PLUS || code === MINUS;
}

function readPunctuation(lexer: Lexer, at: number, code: number): number {
	if (code === SEMICOLON) {
		if (isCopyFromStdin(lexer.text, lexer.tokens, lexer.statement)) lexer.copies++;
		lexer.statement = lexer.tokens.length + 1;
	}
	return push(lexer, "punctuation", at, at + 1);
}

function readDollar(lexer: Lexer, start: number): number {
	const { text } = lexer;
	let end = start + 1;
	while (classOf(text.charCodeAt(end)) === DIGIT) end++;
	if (end > start + 1) return push(lexer, "parameter", start, end);
	const length = dollarDelimiterLength(text, start);
	if (length === 0) return push(lexer, "invalid", start, end);
	return pushQuoted(lexer, "dollarString", start, endOfDollarQuote(text, start, length));
}

function readDot(lexer: Lexer, start: number): number {
	const next = lexer.text.charCodeAt(start + 1);
	if (classOf(next) === DIGIT) {
		return push(lexer, "number", start, endOfNumber(lexer.text, start));
	}
	if (classOf(next) === DOT) return push(lexer, "operator", start, start + 2);
	return push(lexer, "punctuation", start, start + 1);
}

function readColon(lexer: Lexer, start: number): number {
	const next = lexer.text[start + 1];
	if (next === "=") return push(lexer, "operator", start, start + 2);
	return push(lexer, "punctuation", start, next === ":" ? start + 2 : start + 1);
}

function readMetaCommand(lexer: Lexer, start: number): number {
	const { text, tokens } = lexer;
	const end = endOfMetaCommand(text, start);
	const command: Token = { kind: "metaCommand", start, end };
	if (endsStatement(text, command)) {
		if (isCopyFromStdin(text, tokens, lexer.statement)) lexer.copies++;
		lexer.statement = tokens.length + 1;
	} else if (isCopyCommandFromStdin(text, command)) lexer.copies++;
	// A command before a statement is no part of it.
	if (lexer.statement === tokens.length) lexer.statement++;
	tokens.push(command);
	return end;
}

function readCopyData(lexer: Lexer, start: number): number {
	lexer.copies--;
	lexer.statement = lexer.tokens.length + 1;
	const { text } = lexer;
	let at = start;
	while (classOf(text.charCodeAt(at)) === BLANK) at++;
	if (at === text.length) return at;
	return push(lexer, "copyData", start, endOfCopyData(text, start));
}
