import { parseDirectives } from "../../core/directive.ts";
import type { EditPlace } from "../../core/dialect.ts";
import type { StatementChange, TextEdit } from "../../core/fix.ts";
import type { Statement } from "../../core/statement.ts";
import { isComment, isWord, type Token } from "./token.ts";
import { tokenize } from "./tokenizer.ts";

/** A statement with what its edits have to keep. */
interface Written {
	readonly statement: Statement;
	readonly text: string;
	/** Without comments. */
	readonly tokens: readonly Token[];
	readonly place: EditPlace;
}

/**
 * Returns the edits that make a change, in order; undefined where the statement's text does not allow it.
 * Inserted SQL takes over the statement's indentation, its line ends and its case of keywords.
 */
export function editsFor(
	statement: Statement,
	change: StatementChange,
	place: EditPlace,
): readonly TextEdit[] | undefined {
	const { text } = statement.file;
	const tokens = tokenize(text, statement.range).filter((token) => !isComment(token));
	const written = { statement, text, tokens, place };
	switch (change.kind) {
		case "addConcurrently":
			return addConcurrently(written);
		case "addNotValid":
			return [insertion(change.range.end, ` ${withCase("NOT VALID", written)}`)];
		case "setParameter": {
			const scope = place.inTransaction ? "SET LOCAL" : "SET";
			return insertBefore(written, `${scope} ${change.name} = ${change.value};`);
		}
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

function insertion(at: number, text: string): TextEdit {
	return { range: { start: at, end: at }, text };
}

/** What stands before CONCURRENTLY in each statement that has it. */
const beforeConcurrently: readonly (readonly (readonly string[])[])[] = [
	[["create"], ["unique", ""], ["index"]],
	[["drop"], ["index"]],
	[["reindex"], ["index", "table", "schema", "database"]],
	[["refresh"], ["materialized"], ["view"]],
];

function addConcurrently(written: Written): readonly TextEdit[] | undefined {
	const { text, tokens, statement } = written;
	const added = ` ${withCase("CONCURRENTLY", written)}`;
	if (isWord(text, tokens[0], "alter")) return [insertion(statement.range.end, added)];
	const words = withoutOptions(written);
	for (const form of beforeConcurrently) {
		const last = lastOf(form, text, words);
		if (last) return [insertion(last.end, added)];
	}
	return undefined;
}

/** REINDEX (VERBOSE) TABLE: the options in parentheses stand between both words. */
function withoutOptions({ text, tokens }: Written): readonly Token[] {
	if (text[tokens[1]?.start ?? -1] !== "(") return tokens;
	const closing = tokens.findIndex(({ start }) => text[start] === ")");
	return [...tokens.slice(0, 1), ...tokens.slice(closing + 1)];
}

/** The token of the form's last word, undefined when the statement starts otherwise. */
function lastOf(
	form: readonly (readonly string[])[],
	text: string,
	tokens: readonly Token[],
): Token | undefined {
	let at = 0;
	for (const words of form) {
		if (words.some((word) => word !== "" && isWord(text, tokens[at], word))) at++;
		else if (!words.includes("")) return undefined;
	}
	return tokens[at - 1];
}

/** A statement written in lower case gets lower case: words without quotes mean the same in both. */
function withCase(sql: string, { text, tokens }: Written): string {
	const [first] = tokens;
	const word = first ? text.slice(first.start, first.end) : "";
	if (word !== word.toLowerCase()) return sql;
	let folded = "";
	let at = 0;
	for (const { kind, start, end } of tokenize(sql)) {
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

function insertBefore(written: Written, sql: string): readonly TextEdit[] {
	const { text } = written;
	const at = startWithDirectives(written);
	const indent = indentAt(text, at);
	const lineEnd = lineEndOf(text);
	const own = `${laidOut(sql, written)}${lineEnd}`;
	return [insertion(at, indent === undefined ? `${lineEnd}${own}` : `${own}${indent}`)];
}

function insertAfter(written: Written, sql: string): readonly TextEdit[] | undefined {
	const { text, statement, place } = written;
	const { start, end } = statement.range;
	const lineEnd = lineEndOf(text);
	const own = `${lineEnd}${indentAt(text, start) ?? ""}${laidOut(sql, written)}`;
	const following = tokenize(text, { start: end, end: place.within.end });
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
