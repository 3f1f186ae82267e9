import type { ReadMemory, ReadOptions, Reading } from "../../core/dialect.ts";
import type { Operation } from "../../core/operation.ts";
import type { Range, SourceFile } from "../../core/source.ts";
import type { Comment, Statement, StatementPart, Unread } from "../../core/statement.ts";
import { neutralizePlaceholders, standInsOf } from "../postgres/placeholders.ts";
import { fillHoles } from "../postgres/holes.ts";
import { readContained } from "../contained.ts";
import { Cursor, NotUnderstood } from "./cursor.ts";
import { piecesOf, type Piece } from "./splitter.ts";
import { isComment, type Lexis, type Token } from "./token.ts";
import { tokenize } from "./tokenizer.ts";

/** What a dialect brings to the reading of its statements. */
export interface StatementGrammar {
	/** How the text is cut; settings of the text may change it for what follows. */
	readonly lexis: Lexis;
	/** Reads one statement; stops with NotUnderstood where it does not know how to go on. */
	read(cursor: Cursor): readonly Operation[];
	/** What is wrong with a statement by a stricter grammar, or why it cannot be read; undefined when nothing. */
	refuses?(
		text: string,
		piece: Piece,
		operations: readonly Operation[] | undefined,
	): Unread | undefined;
	/** The lexis after a statement has run. */
	lexisAfter?(lexis: Lexis, operations: readonly Operation[]): Lexis | undefined;
}

/** A longer INSERT is read from its first rows: the others say nothing new. */
const bulkTokens = 20_000;

/** Reads text, whole or a range of it. Never fails: what cannot be read is a statement with `unread`. */
export function readText(
	file: SourceFile,
	options: ReadOptions,
	grammar: StatementGrammar,
): Reading {
	const { holes = [] } = options;
	const neutral = neutralizePlaceholders(
		file.text,
		options.placeholders,
		options.placeholderValues,
		(text) => tokenize(text, grammar.lexis),
	);
	const text = fillHoles(neutral.text, holes);
	const placeholders = holes.length > 0 ? holes : neutral.placeholders;
	const range = options.range ?? { start: 0, end: text.length };
	// Placeholders, and the values of a program's holes, are no part of the text.
	const memory = holes.length === 0 && text === file.text ? options.memory : undefined;
	const statements: Statement[] = [];
	let lexis = grammar.lexis;
	let end = range.start;
	for (let from = range.start; from < range.end;) {
		let changed: Lexis | undefined;
		for (const piece of piecesOf(text, lexis, { start: from, end: range.end })) {
			end = piece.end;
			const inside = within(placeholders, piece);
			const place = { file, range: { start: piece.start, end }, placeholders: inside };
			const read = (): Statement =>
				readContained(place, options, () =>
					readPiece(file, text, piece, inside, { ...grammar, lexis }),
				);
			// The comments before a statement belong to it, and are no part of the key.
			const remembers = memory && piece.leadingComments.length === 0;
			const statement = remembers ? recalled(file, piece, lexis, memory, read) : read();
			statements.push(statement);
			changed = grammar.lexisAfter?.(
				lexis,
				statement.parts.flatMap(({ operations }) => operations),
			);
			if (changed) {
				lexis = changed;
				from = piece.next;
				break;
			}
		}
		if (!changed) break;
	}
	return {
		statements,
		trailingComments: commentsAmong(
			tokenize(text, lexis, { start: end, end: range.end }),
			file.text,
		),
		...standInsOf(neutral, file.text),
	};
}

/** A statement that cannot be read is read again: what is said of it may depend on what follows. */
function recalled(
	file: SourceFile,
	{ start, end }: Piece,
	{ doubleQuotes, backslashEscapes }: Lexis,
	memory: ReadMemory,
	read: () => Statement,
): Statement {
	const key = `${doubleQuotes} ${backslashEscapes} ${file.text.slice(start, end)}`;
	const known = memory.recall(key, file, start);
	if (known) return known;
	const statement = read();
	if (!statement.unread) memory.keep(key, start, statement);
	return statement;
}

function readPiece(
	file: SourceFile,
	text: string,
	piece: Piece,
	placeholders: readonly Range[],
	grammar: StatementGrammar,
): Statement {
	const { start, end, tokens, leadingComments } = piece;
	return {
		file,
		range: { start, end },
		comments: commentsAmong([...leadingComments, ...tokens], file.text),
		placeholders,
		...readParts(text, piece, placeholders, grammar),
	};
}

function readParts(
	text: string,
	piece: Piece,
	placeholders: readonly Range[],
	grammar: StatementGrammar,
): Pick<Statement, "parts" | "unread"> {
	const range = { start: piece.start, end: piece.end };
	const only = (operations: readonly Operation[]): readonly StatementPart[] => [
		{ range, operations },
	];
	if (piece.kind === "clientCommand") {
		const command = text.slice(piece.start, piece.end);
		return { parts: only([{ kind: "clientCommand", range, command }]) };
	}
	const read = readOperations(text, piece, grammar);
	const operations = "operations" in read ? read.operations : undefined;
	const own = "unread" in read ? read.unread : undefined;
	// What has a reason of its own, such as a quote that is never closed, is told in these words.
	const isAsked = own === undefined || (own.reason === "syntax" && own.hint === undefined);
	const refusal =
		isAsked && placeholders.length === 0 ? grammar.refuses?.(text, piece, operations) : undefined;
	const unread = refusal ?? own;
	if (!unread) return { parts: operations ? only(operations) : [] };
	const [template] = placeholders;
	if (!template) return { parts: [], unread };
	const message = "a placeholder stands for SQL that only the migration tool knows";
	const at = { start: template.start, end: template.end };
	return { parts: [], unread: { reason: "template", message, at } };
}

function readOperations(
	text: string,
	piece: Piece,
	grammar: StatementGrammar,
): { readonly operations: readonly Operation[] } | { readonly unread: Unread } {
	const { lexis } = grammar;
	const invalid = piece.tokens.find(({ kind }) => kind === "invalid");
	if (invalid) return { unread: invalidToken(text, invalid) };
	const bulk = piece.tokens.length > bulkTokens ? withFirstRows(text, piece.tokens) : piece.tokens;
	const cursor = new Cursor(text, bulk, lexis);
	try {
		const operations = grammar.read(cursor);
		cursor.expectEnd();
		return { operations };
	} catch (error) {
		if (error instanceof RangeError) {
			const message = "the statement is nested too deeply to be read";
			return {
				unread: { reason: "tooComplex", message, at: { start: piece.start, end: piece.end } },
			};
		}
		if (!(error instanceof NotUnderstood)) throw error;
		return { unread: { reason: "syntax", message: error.message, at: error.at } };
	}
}

/** Cuts the rows of a long INSERT ... VALUES after the first hundred; other statements stay whole. */
function withFirstRows(text: string, tokens: readonly Token[]): readonly Token[] {
	const first = tokens.find((token) => !isComment(token));
	const word = first ? text.slice(first.start, first.end).toUpperCase() : "";
	if (word !== "INSERT" && word !== "REPLACE") return tokens;
	let depth = 0;
	let rows = 0;
	let inValues = false;
	for (const [index, { kind, start, end }] of tokens.entries()) {
		if (kind === "word" && depth === 0 && !inValues) {
			inValues = text.slice(start, end).toUpperCase() === "VALUES";
		}
		if (kind !== "punctuation") continue;
		const mark = text[start];
		if (mark === "(") depth++;
		if (mark === ")" && --depth === 0 && inValues) rows++;
		if (rows === 100) return [...tokens.slice(0, index + 1), ...tailAfterRows(text, tokens)];
	}
	return tokens;
}

/** What stands behind the last row: ON DUPLICATE KEY UPDATE, ON CONFLICT. */
function tailAfterRows(text: string, tokens: readonly Token[]): readonly Token[] {
	// No clause after the rows is longer.
	const from = Math.max(0, tokens.length - 400);
	const on = tokens.findIndex(
		({ kind, start, end }, index) =>
			index > from && kind === "word" && /^(?:ON|AS|RETURNING)$/i.test(text.slice(start, end)),
	);
	return on < 0 ? [] : tokens.slice(on);
}

function invalidToken(text: string, { start, end }: Token): Unread {
	const quote = text[start] ?? "";
	const line = /^[^\r\n]*/.exec(text.slice(start, Math.min(end, start + 80)))?.[0] ?? "";
	const at = { start, end: start + Math.max(1, line.length) };
	if (/['"`[/xXbBnN@]/.test(quote) && end - start > 1) {
		return {
			reason: "syntax",
			message: "a quote or comment is never closed",
			at,
			hint: "Close the quote or comment that begins here.",
		};
	}
	return {
		reason: quote === "\uFFFD" ? "encoding" : "syntax",
		message: `syntax error at or near "${quote}"`,
		at: { start, end: start + 1 },
	};
}

function within(placeholders: readonly Range[], { start, end }: Range): readonly Range[] {
	if (placeholders.length === 0) return placeholders;
	return placeholders
		.filter((one) => one.end > start && one.start < end)
		.map((one) => ({ start: one.start, end: one.end }));
}

function commentsAmong(tokens: readonly Token[], text: string): readonly Comment[] {
	return tokens.filter(isComment).map(({ kind, start, end }) => {
		const inside =
			kind === "blockComment"
				? text.slice(start + 2, text.endsWith("*/", end) ? end - 2 : end)
				: text.slice(start, end).replace(/^(?:--|#)/, "");
		return { text: inside.trim(), range: { start, end } };
	});
}
