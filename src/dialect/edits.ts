import { parseDirectives } from "../core/directive.ts";
import type { EditPlace } from "../core/dialect.ts";
import type { StatementChange, TextEdit } from "../core/fix.ts";
import type { Range } from "../core/source.ts";
import type { Statement } from "../core/statement.ts";

/** A token as far as edits look at it: words may be folded, comments are kept. */
export interface WrittenToken extends Range {
	readonly kind: string;
}

/** Cuts SQL into tokens as its database does. */
export type CutText = (text: string, range?: Range) => readonly WrittenToken[];

/** A statement with what its edits have to keep. */
export interface Written {
	readonly statement: Statement;
	readonly text: string;
	/** Without comments. */
	readonly tokens: readonly WrittenToken[];
	readonly place: EditPlace;
	readonly cut: CutText;
}

/** Returns a statement with its tokens. */
export function writtenBy(statement: Statement, place: EditPlace, cut: CutText): Written {
	const { text } = statement.file;
	const tokens = cut(text, statement.range).filter((token) => !isComment(token));
	return { statement, text, tokens, place, cut };
}

function isComment({ kind }: WrittenToken): boolean {
	return kind === "lineComment" || kind === "blockComment";
}

/** The changes that are made alike in every database. */
export type CommonChange = Extract<
	StatementChange,
	{ readonly kind: "insertBefore" | "insertAfter" | "replaceStatement" | "replace" }
>;

/**
 * Returns the edits of a change that every database knows; undefined where the statement's text does not
 * allow it. Inserted SQL takes over the statement's indentation, its line ends and its case of keywords.
 */
export function commonEdits(
	written: Written,
	change: CommonChange,
): readonly TextEdit[] | undefined {
	switch (change.kind) {
		case "insertBefore":
			return insertBefore(written, change.sql);
		case "insertAfter":
			return insertAfter(written, change.sql);
		case "replaceStatement":
			return replaceStatement(written, change.sql);
		case "replace":
			return [{ range: change.range, text: withCase(change.sql, written) }];
	}
}

/** Returns the edit that puts text between two characters. */
export function insertion(at: number, text: string): TextEdit {
	return { range: { start: at, end: at }, text };
}

/** A statement written in lower case gets lower case: words without quotes mean the same in both. */
export function withCase(sql: string, { text, tokens, cut }: Written): string {
	const [first] = tokens;
	const word = first ? text.slice(first.start, first.end) : "";
	if (word !== word.toLowerCase()) return sql;
	let folded = "";
	let at = 0;
	for (const { kind, start, end } of cut(sql)) {
		if (kind !== "word") continue;
		folded += sql.slice(at, start) + sql.slice(start, end).toLowerCase();
		at = end;
	}
	return folded + sql.slice(at);
}

function lineEndOf(text: string): string {
	return /\r\n|\n|\r/.exec(text)?.[0] ?? "\n";
}

/** The start of the line of an offset; a byte order mark is no part of the first line. */
function lineStart(text: string, at: number): number {
	const start = Math.max(text.lastIndexOf("\n", at - 1), text.lastIndexOf("\r", at - 1)) + 1;
	return start === 0 && text.startsWith("\uFEFF") ? Math.min(1, at) : start;
}

/** The blanks before the statement when it starts its line, undefined when it does not. */
function indentAt(text: string, at: number): string | undefined {
	const before = text.slice(lineStart(text, at), at);
	return before.trim() === "" ? before : undefined;
}

/** SQL of several lines in the statement's own way. */
function laidOut(sql: string, written: Written): string {
	const { text, statement } = written;
	const indent = indentAt(text, statement.range.start) ?? "";
	return withCase(sql, written).replaceAll("\n", `${lineEndOf(text)}${indent}`);
}

/** Directives stand before what they are about: the statement stays behind them. */
function startWithDirectives({ statement }: Written): number {
	const { comments, range } = statement;
	const leading = comments.filter((comment) => comment.range.end <= range.start);
	const first = parseDirectives(leading).find(({ verb }) => verb === "ignore");
	return first?.range.start ?? range.start;
}

export function insertBefore(written: Written, sql: string): readonly TextEdit[] {
	const { text } = written;
	const at = startWithDirectives(written);
	const indent = indentAt(text, at);
	const lineEnd = lineEndOf(text);
	const own = `${laidOut(sql, written)}${lineEnd}`;
	return [insertion(at, indent === undefined ? `${lineEnd}${own}` : `${own}${indent}`)];
}

function insertAfter(written: Written, sql: string): readonly TextEdit[] | undefined {
	const { text, statement, place, cut } = written;
	const { start, end } = statement.range;
	const lineEnd = lineEndOf(text);
	const own = `${lineEnd}${indentAt(text, start) ?? ""}${laidOut(sql, written)}`;
	const following = cut(text, { start: end, end: place.within.end });
	const next = following.findIndex((token) => !isComment(token));
	const semicolon = following[next];
	if (!semicolon) return [insertion(end, `;${own}`)];
	if (text[semicolon.start] !== ";") return undefined;
	let at = semicolon.end;
	for (const token of following.slice(next + 1)) {
		const isOnLine = !/[\r\n]/.test(text.slice(at, token.start));
		if (!isOnLine) break;
		if (!isComment(token)) return [insertion(at, `${own}${lineEnd}`)];
		at = token.end;
	}
	return [insertion(at, own)];
}

function replaceStatement(written: Written, sql: string): readonly TextEdit[] | undefined {
	const { statement } = written;
	const { range, comments, placeholders } = statement;
	// What people wrote between the words would be lost.
	if (comments.some((comment) => comment.range.start >= range.start)) return undefined;
	if (placeholders.length > 0) return undefined;
	return [{ range, text: laidOut(sql.replace(/;\s*$/, ""), written) }];
}
