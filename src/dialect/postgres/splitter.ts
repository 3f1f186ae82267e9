import type { Range } from "../../core/source.ts";
import { endsStatement } from "./psql.ts";
import { isComment, isWord, type Token } from "./token.ts";
import { tokenize } from "./tokenizer.ts";

/**
 * One statement of a text, one psql command, or the data lines of a COPY. The range leaves out the
 * semicolon (of data: the `\.`), and blanks and comments at both ends.
 */
export interface Piece extends Range {
	readonly kind: "sql" | "metaCommand" | "copyData";
	/** False when the text ends before the semicolon (of data: before the `\.`). */
	readonly terminated: boolean;
	/** The tokens in the range, comments between them too; without the semicolon. */
	readonly tokens: readonly Token[];
	/** All comments between the piece before and this one. */
	readonly leadingComments: readonly Token[];
}

export interface SplitOptions {
	readonly range?: Range;
	/** False when no psql runs the text: a backslash is then an error inside its statement. */
	readonly psql?: boolean;
}

/** How the semicolons inside a statement are told from the one that ends it. */
type Nesting = "none" | "parentheses" | "atomicBody";

/**
 * Returns the pieces of a text in order; empty statements give none. Never fails: a quote that is never
 * closed makes the last piece hold an `invalid` token. A byte order mark at the start is passed over, as
 * psql does. Comments after the last piece belong to none; tokenize what is left to get them.
 */
export function split(text: string, options: SplitOptions = {}): readonly Piece[] {
	const tokens = tokenize(text, options.range, { psql: options.psql ?? true });
	const pieces: Piece[] = [];
	let comments: Token[] = [];
	let first = -1;
	let last = -1;
	let depth = 0;
	let nesting: Nesting = "none";
	const add = (piece: Omit<Piece, "leadingComments">): void => {
		pieces.push({ ...piece, leadingComments: comments });
		comments = [];
	};
	const close = (terminated: boolean): void => {
		if (first < 0) return;
		add(sqlPiece(tokens.slice(first, last + 1), terminated));
		comments = tokens.slice(last + 1, at).filter(isComment);
		first = -1;
	};
	let at = 0;
	for (const token of tokens) {
		const sends = token.kind === "metaCommand" && endsStatement(text, token);
		if (isComment(token)) {
			if (first < 0) comments.push(token);
		} else if (token.kind === "copyData") {
			close(false);
			add(copyDataPiece(text, token));
		} else if (sends || (depth === 0 && isSemicolon(text, token))) {
			close(true);
			if (sends && text[token.start + 1] !== ";") add(metaCommandPiece(token));
		} else if (token.kind === "metaCommand" && first < 0) add(metaCommandPiece(token));
		else if (first >= 0 || !isByteOrderMark(text, token)) {
			if (first < 0) {
				first = at;
				nesting = nestingOf(text, tokens, at);
				depth = 0;
			}
			last = at;
			depth = depthAfter(text, tokens, at, nesting, depth);
		}
		at++;
	}
	close(false);
	return pieces;
}

function sqlPiece(tokens: readonly Token[], terminated: boolean): Omit<Piece, "leadingComments"> {
	const start = tokens[0]?.start ?? 0;
	return { kind: "sql", start, end: tokens.at(-1)?.end ?? start, terminated, tokens };
}

function metaCommandPiece(token: Token): Omit<Piece, "leadingComments"> {
	const { start, end } = token;
	return { kind: "metaCommand", start, end, terminated: true, tokens: [token] };
}

function copyDataPiece(text: string, token: Token): Omit<Piece, "leadingComments"> {
	const { start } = token;
	let end = token.end;
	const terminated = /(?:^|\n)\\\.$/.test(text.slice(Math.max(start, end - 3), end));
	if (terminated) end -= 2;
	if (terminated && end > start) end -= text.startsWith("\r\n", end - 2) ? 2 : 1;
	return { kind: "copyData", start, end: Math.max(start, end), terminated, tokens: [token] };
}

function isSemicolon(text: string, token: Token): boolean {
	return token.kind === "punctuation" && text.charCodeAt(token.start) === 59;
}

function isByteOrderMark(text: string, token: Token): boolean {
	return token.start === 0 && text.charCodeAt(0) === 0xfeff;
}

/** Only two statements have semicolons inside: CREATE RULE ... DO (a; b) and SQL routines with BEGIN ATOMIC. */
function nestingOf(text: string, tokens: readonly Token[], first: number): Nesting {
	if (!isWord(text, tokens[first], "create")) return "none";
	let at = nextInside(tokens, first);
	if (isWord(text, tokens[at], "or")) at = nextInside(tokens, nextInside(tokens, at));
	if (isWord(text, tokens[at], "rule")) return "parentheses";
	const routine = isWord(text, tokens[at], "function") || isWord(text, tokens[at], "procedure");
	return routine ? "atomicBody" : "none";
}

function nextInside(tokens: readonly Token[], at: number): number {
	let next = at + 1;
	for (let token = tokens[next]; token && isComment(token); token = tokens[next]) next++;
	return next;
}

function depthAfter(
	text: string,
	tokens: readonly Token[],
	at: number,
	nesting: Nesting,
	depth: number,
): number {
	const token = tokens[at];
	if (nesting === "none" || !token) return depth;
	if (nesting === "parentheses") {
		if (token.kind !== "punctuation") return depth;
		if (text[token.start] === "(") return depth + 1;
		return text[token.start] === ")" ? Math.max(0, depth - 1) : depth;
	}
	if (token.kind !== "word") return depth;
	const before = tokens[previousInside(tokens, at)];
	if (depth === 0) return isWord(text, token, "atomic") && isWord(text, before, "begin") ? 1 : 0;
	const change = isWord(text, token, "case") ? 1 : isWord(text, token, "end") ? -1 : 0;
	return change !== 0 && isLabel(text, before) ? depth : depth + change;
}

function previousInside(tokens: readonly Token[], at: number): number {
	let before = at - 1;
	for (let token = tokens[before]; token && isComment(token); token = tokens[before]) before--;
	return before;
}

/** After AS or a dot CASE and END are names, not the words that open and close. */
function isLabel(text: string, before: Token | undefined): boolean {
	return (
		isWord(text, before, "as") || (before?.kind === "punctuation" && text[before.start] === ".")
	);
}
