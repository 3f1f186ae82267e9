import type { Dialect } from "../../core/dialect.ts";

/** A table, or one of its columns, as the command line names it. */
export interface UsageTarget {
	readonly schema: string;
	readonly table: string;
	readonly column?: string;
}

/** `possible`: it reads the table and names a column that may be another table's, or all columns. */
export type Mention = "certain" | "possible" | "none" | "unread";

interface Seen {
	/** Names and aliases of the table. */
	readonly own: Set<string>;
	readonly others: Set<string>;
	/** Columns as they are written: `o.status` is ["o", "status"]. */
	readonly paths: (readonly string[])[];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is readonly string[] {
	return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function noteTable(name: unknown, alias: unknown, target: UsageTarget, seen: Seen): void {
	if (!isRecord(name) || typeof name["name"] !== "string") return;
	const { schema } = name;
	const isOwn = name["name"] === target.table && (schema === undefined || schema === target.schema);
	const names = isOwn ? seen.own : seen.others;
	names.add(name["name"]);
	if (typeof alias === "string") names.add(alias);
}

/** Operations are plain data: every part of them is looked at, whatever their kind. */
function look(value: unknown, target: UsageTarget, seen: Seen): void {
	if (Array.isArray(value)) {
		for (const item of value) look(item, target, seen);
		return;
	}
	if (!isRecord(value)) return;
	const { kind, column, columns, path } = value;
	if (kind === "table") noteTable(value["name"], value["alias"], target, seen);
	noteTable(value["table"], value["alias"], target, seen);
	if (kind === "column" && isTexts(path)) seen.paths.push(path);
	if (typeof column === "string") seen.paths.push([column]);
	if (isTexts(columns)) for (const name of columns) seen.paths.push([name]);
	for (const part of Object.values(value)) look(part, target, seen);
}

function mentionOfColumn(column: string, { own, others, paths }: Seen): Mention {
	let mention: Mention = "none";
	for (const path of paths) {
		const name = path.at(-1);
		const qualifier = path.at(-2);
		const isElsewhere = qualifier !== undefined && !own.has(qualifier);
		if ((name !== column && name !== "*") || isElsewhere) continue;
		if (name === column && (qualifier !== undefined || others.size === 0)) return "certain";
		mention = "possible";
	}
	return mention;
}

/** Returns whether a statement that ran touches a table or a column, read with our own parser. */
export function mentionOf(sql: string, target: UsageTarget, dialect: Dialect): Mention {
	const { statements } = dialect.read({ path: "statement.sql", text: sql }, { placeholders: [] });
	if (statements.some(({ unread }) => unread !== undefined)) return "unread";
	const seen: Seen = { own: new Set(), others: new Set(), paths: [] };
	for (const { parts } of statements) {
		for (const { operations } of parts) look(operations, target, seen);
	}
	if (seen.own.size === 0) return "none";
	return target.column === undefined ? "certain" : mentionOfColumn(target.column, seen);
}
