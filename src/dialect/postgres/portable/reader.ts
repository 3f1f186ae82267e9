import type { Statement as Tree } from "pgsql-ast-parser";
import type { Operation } from "../../../core/operation.ts";
import type { Range } from "../../../core/source.ts";
import type { Reached, StatementPart } from "../../../core/statement.ts";
import { unanalyzable } from "../body/body.ts";
import { locateBody, moveRanges, type Place } from "../body/place.ts";
import { refuseText, type ParseError } from "../parser.ts";
import { split, type Piece } from "../splitter.ts";
import { describeKind } from "./kind.ts";
import { parsePortable, StoppedAt } from "./parser.ts";
import { languageOf } from "./routine.ts";
import { createPortableSource, findWord, type PortableSource } from "./source.ts";
import { lowerStatement } from "./statement.ts";
import { contentOf } from "./strings.ts";
import { Unreadable } from "./unreadable.ts";

/** The parser takes about 30 µs a character (measured, pgsql-ast-parser 12.0.2): this is 3 s. */
const longestStatement = 100_000;

/** Returns what one statement does, or why the portable parser cannot read it. The parser must be loaded. */
export function readPortable(
	text: string,
	piece: Piece,
	reached?: Reached,
): { readonly parts: readonly StatementPart[] } | { readonly error: ParseError } {
	const refused = refuseText(text, piece) ?? refuseLong(text, piece);
	if (refused) return { error: refused };
	const statement = text.slice(piece.start, piece.end);
	try {
		const source = createPortableSource(statement, piece.start, piece.tokens);
		const tree = parsePortable(statement, piece.start, piece.tokens);
		return { parts: lowerWithBodies(tree, source, reached) };
	} catch (error) {
		return { error: explain(text, piece, error) };
	}
}

function refuseLong(text: string, piece: Piece): ParseError | undefined {
	if (piece.end - piece.start <= longestStatement) return undefined;
	const message = `this ${describeKind(text, piece.tokens)} is too long for the portable parser`;
	return { reason: "tooComplex", message, offset: piece.start };
}

function explain(text: string, piece: Piece, error: unknown): ParseError {
	const { start, tokens } = piece;
	const invalid = tokens.find(({ kind }) => kind === "invalid");
	if (invalid && /^(?:\/\*|[^a-z0-9]|[a-z]&?['"])/i.test(text.slice(invalid.start, invalid.end))) {
		const message = "unterminated quote or comment, or a character that starts nothing";
		return { reason: "syntax", message, offset: invalid.start };
	}
	const kind = describeKind(text, tokens);
	if (error instanceof StoppedAt) {
		const message = `the portable parser cannot read this ${kind}, or it is not valid SQL`;
		return { reason: "unsupported", message, offset: start + error.offset };
	}
	if (error instanceof Unreadable) {
		const message = `the portable parser cannot read this ${kind}: ${error.message}`;
		return { reason: "unsupported", message, offset: start };
	}
	throw error;
}

function lowerWithBodies(
	tree: Tree,
	source: PortableSource,
	reached: Reached | undefined,
): readonly StatementPart[] {
	const operations = lowerStatement(tree, source);
	const part = { range: source.statementRange, ...(reached ? { reached } : {}) };
	if (tree.type === "do") {
		const language = languageOf(tree);
		const inside: Reached = { via: "doBlock", conditional: false, ...reached };
		return [{ ...part, operations }, unreadBody(language, source, inside)];
	}
	if (tree.type !== "create function") return [{ ...part, operations }];
	const body = readBody(languageOf(tree), source);
	const withBody = operations.map((operation): Operation =>
		operation.kind === "createFunction" ? { ...operation, body } : operation,
	);
	return [{ ...part, operations: withBody }];
}

/** A function in a language other than these two is judged by nobody, on no engine. */
function readBody(language: string, source: PortableSource): readonly StatementPart[] {
	const reached: Reached = { via: "function", conditional: false };
	if (language === "plpgsql") return [unreadBody(language, source, reached)];
	if (language !== "sql") return [];
	const string = bodyString(source);
	if (!string) return [];
	const content = contentOf(source.textAt(string));
	const { text, place } = locateBody(content, string.start - source.base, source);
	return readSql(text, place, reached);
}

function unreadBody(language: string, source: PortableSource, reached: Reached): StatementPart {
	const reason = `its body is written in ${language}, which the portable parser cannot read`;
	return unanalyzable(reason, source.statementRange, reached);
}

/** The string right after AS. */
function bodyString(source: PortableSource): Range | undefined {
	for (let as = findWord(source, "as"); as; as = findWord(source, "as", as.end)) {
		const next = source.tokens[source.tokenIndexAt(as.end)];
		if (next?.kind === "string" || next?.kind === "dollarString") return next;
	}
	return undefined;
}

function readSql(text: string, place: Place, reached: Reached): readonly StatementPart[] {
	return split(text, { psql: false }).flatMap((piece) => {
		const read = readPortable(text, piece, reached);
		if ("error" in read) {
			const reason = `this SQL cannot be read: ${read.error.message}`;
			return [unanalyzable(reason, place(piece), reached)];
		}
		moveRanges(read.parts, place);
		return read.parts;
	});
}
