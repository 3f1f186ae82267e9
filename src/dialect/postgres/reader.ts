import type { ReadMemory, ReadOptions, Reading } from "../../core/dialect.ts";
import type { Range, SourceFile } from "../../core/source.ts";
import type { Comment, Statement, StatementPart } from "../../core/statement.ts";
import { readContained } from "../contained.ts";
import { lowerWithBodies } from "./body/body.ts";
import { readBulkInsert } from "./bulk.ts";
import { fillHoles, refillHoles } from "./holes.ts";
import { createLowerSource } from "./lower/source.ts";
import { type ParseError, parseStatement } from "./parser.ts";
import { knownPiece, leftAlone, noteReading, type KnownPiece } from "./last-reading.ts";
import { neutralizePlaceholders, standInsOf } from "./placeholders.ts";
import { piecesOf, type Piece } from "./splitter.ts";
import { isComment, type Token } from "./token.ts";
import { tokenize } from "./tokenizer.ts";
import { unreadTable } from "./unread-table.ts";
import { explainUnread } from "./unread.ts";
import { cutNamesOf } from "./cut-names.ts";

/** Reads one SQL statement of a text: what it does, or why that is not known. */
export type StatementReader = (
	text: string,
	piece: Piece,
) => { readonly parts: readonly StatementPart[] } | { readonly error: ParseError };

/**
 * Reads PostgreSQL text, whole or a range of it. Never fails: what cannot be read is a statement with
 * `unread`. The parser behind `readStatement` must have been loaded (`loadParser`).
 */
export function readPostgres(
	file: SourceFile,
	options: ReadOptions,
	readStatement: StatementReader = readWithServerGrammar,
): Reading {
	const { holes = [], memory } = options;
	const neutral = neutralizePlaceholders(
		file.text,
		options.placeholders,
		options.placeholderValues,
	);
	const text = fillHoles(neutral.text, holes);
	const placeholders = holes.length > 0 ? holes : neutral.placeholders;
	const placeholderRanges = rangeFinder(placeholders);
	const range = options.range ?? { start: 0, end: text.length };
	// Placeholders, and the values of a program's holes, are no part of the text.
	const remembers = memory !== undefined && holes.length === 0;
	const left = remembers && text === file.text ? leftAlone(memory, file, range) : undefined;
	const pieces: KnownPiece[] = [...(left?.head ?? [])];
	let end = left?.from ?? range.start;
	for (const piece of piecesOf(text, { range: { start: end, end: range.end } })) {
		end = piece.end;
		// The data lines belong to the COPY before them.
		if (piece.kind === "copyData") continue;
		const inside = placeholderRanges(piece);
		const place = { file, range: { start: piece.start, end: piece.end }, placeholders: inside };
		const read = (): Statement =>
			readContained(place, options, () =>
				readWhole(file, text, piece, inside, holes.length > 0, readStatement),
			);
		const statement = remembers ? recalled(file, text, piece, memory, read) : read();
		const known = knownPiece(text, piece, statement);
		pieces.push(known);
		const tail = known.next === undefined ? undefined : left?.tail(known.next);
		if (!tail) continue;
		for (const one of tail) pieces.push(one);
		end = pieces.at(-1)?.statement.range.end ?? end;
		break;
	}
	if (remembers) noteReading(memory, file, range, pieces);
	const statements = pieces.map(({ statement }) => statement);
	return {
		statements,
		trailingComments: commentsAmong(
			tokenize(text, { start: end, end: options.range?.end ?? text.length }),
			file.text,
		),
		...standInsOf(neutral, file.text),
	};
}

function readWhole(
	file: SourceFile,
	text: string,
	piece: Piece,
	placeholders: readonly Range[],
	hasHoles: boolean,
	readStatement: StatementReader,
): Statement {
	const { start, end, tokens, leadingComments } = piece;
	const read =
		hasHoles && placeholders.length > 0
			? readWithHoles(file.text, text, piece, placeholders, readStatement)
			: readPiece(text, piece, placeholders, readStatement);
	return {
		file,
		range: { start, end },
		comments: commentsAmong([...leadingComments, ...tokens], file.text),
		placeholders,
		...cutNamesOf(text, tokens),
		...read,
	};
}

/** A statement that cannot be read is read again: what is said of it may depend on what follows. */
function recalled(
	file: SourceFile,
	text: string,
	{ start, end, kind, leadingComments }: Piece,
	memory: ReadMemory,
	read: () => Statement,
): Statement {
	const from = leadingComments[0]?.start ?? start;
	const written = file.text.slice(from, end);
	const key = `${kind} ${text === file.text ? "" : text.slice(from, end)} ${written}`;
	const known = memory.recall(key, file, from);
	if (known) return known;
	const statement = read();
	if (!statement.unread) memory.keep(key, from, statement);
	return statement;
}

function readPiece(
	text: string,
	piece: Piece,
	placeholders: readonly Range[],
	readStatement: StatementReader,
): Pick<Statement, "parts" | "unread"> {
	const { start, end } = piece;
	const range = { start, end };
	if (piece.kind === "metaCommand") {
		const command = text.slice(start, end).trim();
		return { parts: [{ range, operations: [{ kind: "clientCommand", range, command }] }] };
	}
	const bulk = readBulkInsert(text, piece);
	if (bulk) return { parts: [{ range, operations: [bulk] }] };
	const read = withinStack(piece, () => readStatement(text, piece));
	if ("parts" in read) return read;
	if (read.error.reason === "syntax" && placeholders.length > 0) {
		const parts = readWithoutPlaceholders(text, piece, placeholders, readStatement);
		if (parts) return { parts };
	}
	const table = unreadTable(text, withoutPlaceholders(piece, placeholders));
	return {
		parts: table ? [{ range, operations: [table] }] : [],
		unread: explainUnread(text, piece, read.error, placeholders),
	};
}

/** Reads a statement of a program, with other fillings of its holes where the grammar asks for them. */
function readWithHoles(
	program: string,
	text: string,
	piece: Piece,
	holes: readonly Range[],
	readStatement: StatementReader,
): Pick<Statement, "parts" | "unread"> {
	const read = withinStack(piece, () => readStatement(text, piece));
	if ("parts" in read || read.error.reason !== "syntax") {
		return readPiece(text, piece, holes, readStatement);
	}
	const filled = refillHoles(program, piece, holes, read.error.offset, (again) => {
		const next = withinStack(again.piece, () => readStatement(again.text, again.piece));
		return "error" in next ? next.error.offset : undefined;
	});
	return readPiece(filled?.text ?? text, filled?.piece ?? piece, holes, readStatement);
}

/** A placeholder that stands for a whole clause often has an empty value too: read what is left. */
function readWithoutPlaceholders(
	text: string,
	piece: Piece,
	placeholders: readonly Range[],
	readStatement: StatementReader,
): readonly StatementPart[] | undefined {
	let blanked = text.slice(0, piece.end);
	for (const { start, end } of placeholders) {
		blanked = blanked.slice(0, start) + " ".repeat(end - start) + blanked.slice(end);
	}
	const left = withoutPlaceholders(piece, placeholders);
	const read = withinStack(piece, () => readStatement(blanked, left));
	return "parts" in read && read.parts.length > 0 ? read.parts : undefined;
}

function withoutPlaceholders(piece: Piece, placeholders: readonly Range[]): Piece {
	const tokens = piece.tokens.filter(
		(token) => !placeholders.some(({ start, end }) => start <= token.start && token.end <= end),
	);
	return { ...piece, tokens };
}

function readWithServerGrammar(text: string, piece: Piece): ReturnType<StatementReader> {
	const parsed = parseStatement(text, piece);
	if ("error" in parsed) return parsed;
	const source = createLowerSource(text.slice(piece.start, piece.end), piece.start, piece.tokens);
	return { parts: lowerWithBodies(parsed.tree, source) };
}

function withinStack(
	{ start: offset }: Range,
	read: () => ReturnType<StatementReader>,
): ReturnType<StatementReader> {
	try {
		return read();
	} catch (error) {
		if (!(error instanceof RangeError)) throw error;
		const message = "the statement is nested too deeply to be read";
		return { error: { reason: "tooComplex", message, offset } };
	}
}

/** Returns a function that gives the placeholders inside a piece; pieces must come in order. */
function rangeFinder(placeholders: readonly Range[]): (piece: Piece) => readonly Range[] {
	let next = 0;
	return ({ start, end }) => {
		while ((placeholders[next]?.end ?? Infinity) <= start) next++;
		const first = next;
		while ((placeholders[next]?.start ?? Infinity) < end) next++;
		return placeholders.slice(first, next).map((range) => ({ start: range.start, end: range.end }));
	};
}

function commentsAmong(tokens: readonly Token[], text: string): readonly Comment[] {
	return tokens.filter(isComment).map(({ kind, start, end }) => {
		const inside =
			kind === "lineComment" ? text.slice(start + 2, end) : text.slice(start + 2, end - 2);
		return { text: inside.trim(), range: { start, end } };
	});
}
