import type { Range } from "../../core/source.ts";
import { endsStatement } from "./psql.ts";
import { isComment, isWord, type Token } from "./token.ts";
import { startTokenizer } from "./tokenizer.ts";

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
	return [...piecesOf(text, options)];
}

/** The same one after the other: the tokens of a piece are not kept when the next one is asked for. */
export function* piecesOf(text: string, options: SplitOptions = {}): Generator<Piece, void> {
	const tokenizer = startTokenizer(text, options.range, { psql: options.psql ?? true });
	const { tokens } = tokenizer;
	const cut: Cut = {
		text,
		tokens,
		pieces: [],
		comments: [],
		first: -1,
		last: -1,
		depth: 0,
		nesting: "none",
	};
	for (let at = 0; ;) {
		if (at === tokens.length) {
			if (cut.first < 0) {
				tokenizer.forget();
				at = 0;
			}
			if (!tokenizer.readOn()) break;
		}
		const token = tokens[at];
		if (token) cutAt(cut, at, token);
		at++;
		if (cut.pieces.length > 0) yield* cut.pieces.splice(0);
	}
	closeStatement(cut, tokens.length, false);
	yield* cut.pieces;
}

function cutAt(cut: Cut, at: number, token: Token): void {
	const { text } = cut;
	if (isComment(token)) {
		if (cut.first < 0) cut.comments.push(token);
	} else if (token.kind === "copyData") {
		closeStatement(cut, at, false);
		add(cut, copyDataPiece(text, token));
	} else if (token.kind === "metaCommand") cutAtCommand(cut, at, token);
	else if (cut.depth === 0 && isSemicolon(text, token)) closeStatement(cut, at, true);
	else extendStatement(cut, at, token);
}

interface Cut {
	readonly text: string;
	readonly tokens: readonly Token[];
	readonly pieces: Piece[];
	comments: Token[];
	/** Indexes of the first and last token of the open statement; -1 when none is open. */
	first: number;
	last: number;
	depth: number;
	nesting: Nesting;
}

function add(cut: Cut, piece: Omit<Piece, "leadingComments">): void {
	cut.pieces.push({ ...piece, leadingComments: cut.comments });
	cut.comments = [];
}

/** Adds the open statement, which ends before the token at this index; comments after its last word go to the next. */
function closeStatement(cut: Cut, at: number, terminated: boolean): void {
	if (cut.first < 0) return;
	add(cut, sqlPiece(cut.tokens.slice(cut.first, cut.last + 1), terminated));
	for (let index = cut.last + 1; index < at; index++) {
		const token = cut.tokens[index];
		if (token && isComment(token)) cut.comments.push(token);
	}
	cut.first = -1;
	cut.depth = 0;
}

/** A command inside an open statement that does not send it stays among the statement's tokens. */
function cutAtCommand(cut: Cut, at: number, command: Token): void {
	const sends = endsStatement(cut.text, command);
	if (sends) closeStatement(cut, at, true);
	if (cut.first >= 0) cut.last = at;
	else if (cut.text[command.start + 1] !== ";") add(cut, metaCommandPiece(command));
}

function extendStatement(cut: Cut, at: number, token: Token): void {
	if (cut.first < 0) {
		if (isByteOrderMark(cut.text, token)) return;
		cut.first = at;
		cut.nesting = nestingOf(cut.text, cut.tokens, at);
	}
	cut.last = at;
	if (cut.nesting !== "none") cut.depth = depthAfter(cut, at, token);
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

function depthAfter(cut: Cut, at: number, token: Token): number {
	const { text, tokens, depth } = cut;
	if (cut.nesting === "parentheses") {
		if (token.kind !== "punctuation") return depth;
		if (text[token.start] === "(") return depth + 1;
		return text[token.start] === ")" ? Math.max(0, depth - 1) : depth;
	}
	if (token.kind !== "word") return depth;
	const before = tokens[previousInside(tokens, at)];
	if (depth === 0) return isWord(text, token, "atomic") && isWord(text, before, "begin") ? 1 : 0;
	if (isLabel(text, before)) return depth;
	if (isWord(text, token, "case")) return depth + 1;
	return isWord(text, token, "end") ? depth - 1 : depth;
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
