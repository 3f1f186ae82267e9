import type { Operation } from "../../../src/core/operation.ts";
import type { Statement } from "../../../src/core/statement.ts";
import { loadMysql } from "../../../src/dialect/mysql/dialect.ts";
import { loadSqlite } from "../../../src/dialect/sqlite/dialect.ts";

const dialects = { mysql: loadMysql("mysql"), mariadb: loadMysql("mariadb"), sqlite: loadSqlite() };

export type TestedDialect = keyof typeof dialects;

export function read(dialect: TestedDialect, text: string): readonly Statement[] {
	return dialects[dialect].read({ path: "orders.sql", text }, { placeholders: [] }).statements;
}

/** The texts of the statements, and a mark before those that are not read. */
export function pieces(dialect: TestedDialect, text: string): readonly string[] {
	return read(dialect, text).map(
		({ range, unread }) => `${unread ? "! " : ""}${text.slice(range.start, range.end)}`,
	);
}

export function operations(dialect: TestedDialect, text: string): readonly Operation[] {
	return read(dialect, text).flatMap(({ unread, parts }) => {
		if (unread) throw new Error(`${unread.message} in ${text}`);
		return parts.flatMap((part) => part.operations);
	});
}

const dull: ReadonlySet<string> = new Set([
	"cascade",
	"concurrently",
	"deferrable",
	"enforced",
	"foreign",
	"ifExists",
	"ifNotExists",
	"ifTableExists",
	"include",
	"inherits",
	"initiallyDeferred",
	"like",
	"noInherit",
	"notValid",
	"nullsNotDistinct",
	"only",
	"persistence",
	"range",
	"relation",
	"withoutOverlaps",
]);

function short(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(short);
	if (typeof value !== "object" || value === null) return value;
	const entries = Object.entries(value).filter(
		([key, own]) => !isDull(key, own) && !(Array.isArray(own) && own.length === 0),
	);
	if (entries.length === 1 && entries[0]?.[0] === "name") return entries[0][1];
	return Object.fromEntries(entries.map(([key, own]) => [key, short(own)]));
}

/** What says the usual thing: left out of a line, so that the rest can be seen. */
function isDull(key: string, value: unknown): boolean {
	if (key === "range") return true;
	if (key === "dimensions" || key === "modifiers") return value === 0;
	if (key === "enforced") return value === true;
	return dull.has(key) && (value === false || value === "table" || value === "permanent");
}

/** One line for each operation: what it is, and all that it says beside the usual. */
export function lines(dialect: TestedDialect, text: string): readonly string[] {
	return operations(dialect, text).map((operation) => {
		const { kind, ...rest } = operation;
		return `${kind} ${JSON.stringify(short(rest)).replaceAll('"', "")}`;
	});
}
