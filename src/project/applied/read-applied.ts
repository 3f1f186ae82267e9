import type { DialectId } from "../../core/dialect.ts";
import type { Row } from "../../trace/engine.ts";
import { layouts } from "../layouts/index.ts";
import type { HistoryTable } from "./history-table.ts";

export interface AppliedRow {
	readonly revision: string;
	readonly checksum: string | undefined;
	/** It stopped half-way: the database is in between. */
	readonly failed: boolean;
}

/** What a database says that a tool has applied. */
export interface AppliedHistory {
	/** The table that said it, with its schema where the server has them. */
	readonly table: string;
	/** In the order of application. */
	readonly rows: readonly AppliedRow[];
}

/** By the id of the layout; a layout without a table in the database is not there. */
export type AppliedHistories = ReadonlyMap<string, AppliedHistory>;

/** A database that can be asked. */
export interface AskedDatabase {
	readonly dialect: DialectId;
	query(sql: string): Promise<readonly Row[]>;
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

interface Found {
	/** For people. */
	readonly name: string;
	readonly sql: string;
}

/** How a kind of server finds a table and writes what is not alike everywhere. */
interface HistoryWays {
	readonly quoted: (name: string) => string;
	concat(values: readonly string[]): string;
	hex(column: string): string;
	/** A query of the schema and the name of a table: the one of the search path first, else the only one. */
	find(schema: string | undefined, table: string): string;
}

const doubleQuoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const joined = (values: readonly string[]): string => values.join(" || ");

const postgres: HistoryWays = {
	quoted: doubleQuoted,
	concat: joined,
	hex: (column) => `encode(${column}, 'hex')`,
	find: (schema, table) => `
		SELECT n.nspname::text, c.relname::text FROM pg_catalog.pg_class c
		JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relname = ${literal(table)} AND c.relkind IN ('r', 'p', 'v')
			${schema === undefined ? "" : `AND n.nspname = ${literal(schema)}`}
		ORDER BY coalesce(array_position(pg_catalog.current_schemas(false), n.nspname), 1000), n.nspname
		LIMIT 1`,
};

/** Another schema is another database here, of another application unless it is the tool's own. */
const mysql: HistoryWays = {
	quoted: (name) => `\`${name.replaceAll("`", "``")}\``,
	concat: (values) => `CONCAT(${values.join(", ")})`,
	hex: (column) => `HEX(${column})`,
	find: (schema, table) => `
		SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES
		WHERE LOWER(TABLE_NAME) = LOWER(${literal(table)})
			AND TABLE_SCHEMA = ${schema === undefined ? "DATABASE()" : literal(schema)} LIMIT 1`,
};

const sqlite: HistoryWays = {
	quoted: doubleQuoted,
	concat: joined,
	hex: (column) => `hex(${column})`,
	find: (schema, table) => `
		SELECT NULL, name FROM sqlite_schema WHERE type IN ('table', 'view')
			AND lower(name) = lower(${literal(table)}) ${schema === undefined ? "" : "AND false"} LIMIT 1`,
};

const waysOf: Readonly<Record<DialectId, HistoryWays>> = {
	postgres,
	mysql,
	mariadb: mysql,
	sqlite,
};

async function find(database: AskedDatabase, name: string): Promise<Found | undefined> {
	const ways = waysOf[database.dialect];
	const dot = name.indexOf(".");
	const wanted = dot === -1 ? undefined : name.slice(0, dot);
	const [row] = await database.query(ways.find(wanted, name.slice(dot + 1)));
	const [schema, table] = row ?? [];
	if (typeof table !== "string") return undefined;
	const parts = typeof schema === "string" ? [schema, table] : [table];
	return { name: parts.join("."), sql: parts.map(ways.quoted).join(".") };
}

function queryOf(rows: string, { sql }: Found, ways: HistoryWays): string {
	return rows
		.replaceAll("{table}", sql)
		.replace(/\{concat ([^}]*)\}/g, (_, values: string) => ways.concat(values.split(", ")))
		.replace(/\{hex (\w+)\}/g, (_, column: string) => ways.hex(column))
		.replace(/\{name (\w+)\}/g, (_, column: string) => ways.quoted(column));
}

async function readTable(
	database: AskedDatabase,
	{ table, also = [], rows, revisionIn = (text) => text }: HistoryTable,
): Promise<AppliedHistory | undefined> {
	for (const name of [table, ...also]) {
		const found = await find(database, name);
		if (!found) continue;
		const answer = await database.query(queryOf(rows, found, waysOf[database.dialect]));
		return {
			table: found.name,
			rows: answer.map(([revision, checksum, failed]) => ({
				revision: revisionIn(revision ?? ""),
				checksum: checksum ?? undefined,
				failed: failed === "t" || failed === "true" || failed === "1",
			})),
		};
	}
	return undefined;
}

/** Reads the history tables of these layouts; a question that the server refuses is thrown. */
export async function readApplied(
	database: AskedDatabase,
	layoutIds: ReadonlySet<string>,
): Promise<AppliedHistories> {
	const found = new Map<string, AppliedHistory>();
	for (const { id, applied } of layouts) {
		if (!applied || !layoutIds.has(id)) continue;
		const history = await readTable(database, applied);
		if (history) found.set(id, history);
	}
	return found;
}
