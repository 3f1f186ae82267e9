import type { EmbeddedSql } from "../../core/migration.ts";
import type { Range } from "../../core/source.ts";
import { quoteIdentifier, quoteString } from "../../dialect/postgres/quote.ts";

/**
 * A hole in SQL that is being put together stands between these two characters of the private use area:
 * so text with holes can be joined like any other.
 */
const open = "\uE000";
const close = "\uE001";
const marks = /[\uE000\uE001]/g;

/** Returns a stretch of SQL that only the running program knows, named by its own text. */
export function hole(source: string): string {
	return `${open}${source.replace(marks, "") || "value"}${close}`;
}

/** True for SQL that has a value of the program in it. */
export function hasHole(sql: string): boolean {
	return sql.includes(open);
}

/** Returns the name as SQL; a name that has a hole stays as the program writes it. */
export function nameOf(text: string): string {
	return hasHole(text) ? text : quoteIdentifier(text);
}

/** Returns the names with commas between them, in parentheses. */
export function nameList(names: readonly string[]): string {
	return `(${names.map(nameOf).join(", ")})`;
}

/** Returns a string constant as SQL. */
export function stringOf(text: string): string {
	return quoteString(text);
}

/** Returns the piece of a call or a literal whose SQL is put together. */
export function generated(sql: string, range: Range): EmbeddedSql {
	return { kind: "sql", ...withoutMarks(sql), range, verbatim: false, isBuilt: true };
}

/** Returns the piece of a literal: at its place where its characters are the SQL. */
export function literal(sql: string, range: Range, inner: Range | undefined): EmbeddedSql {
	const plain = withoutMarks(sql);
	const isSame = inner !== undefined && inner.end - inner.start === plain.sql.length;
	return { kind: "sql", ...plain, range: isSame ? inner : range, verbatim: isSame };
}

/** Returns the piece of a call that cannot be told without running it. */
export function unread(range: Range, message: string): EmbeddedSql {
	return { kind: "unread", range, message };
}

function withoutMarks(sql: string): { readonly sql: string; readonly holes: readonly Range[] } {
	const holes: Range[] = [];
	let text = "";
	let start = 0;
	for (const piece of sql.split(/([\uE000\uE001])/)) {
		if (piece === open) start = text.length;
		else if (piece === close) holes.push({ start, end: text.length });
		else text += piece;
	}
	return { sql: text, holes };
}
