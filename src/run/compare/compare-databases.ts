import { ask, Refused } from "../ask.ts";
import type { RunEngine, RunSession } from "../engine.ts";
import type { CompareDialect, ComparedColumn, ComparedTable } from "./compare-dialect.ts";
import { mysqlCompare } from "./mysql-compare.ts";
import { compareWithinSql, postgresCompare } from "./postgres-compare.ts";
import { sqliteCompare } from "./sqlite-compare.ts";
import {
	compareTables,
	type CompareOptions,
	type RowDifference,
	type TableComparison,
} from "./compare-tables.ts";

export interface DatabaseComparison {
	readonly table: string;
	readonly keyColumns: readonly string[];
	readonly comparison?: TableComparison;
	readonly notes: readonly string[];
	readonly problem?: string;
}

export interface DatabaseOptions extends Omit<CompareOptions, "hasKey"> {
	/** Of one query, in milliseconds. */
	readonly statementTimeout: number;
}

/** Columns of the first that the other one has, and what is to be said of the rest. */
function commonColumns(dialect: CompareDialect, here: ComparedTable, there: ComparedTable) {
	const columns: ComparedColumn[] = [];
	const notes: string[] = [];
	for (const column of here.columns) {
		const other = there.columns.find(({ name }) => name === column.name);
		const why = other ? dialect.unlike?.(column, other) : "is only here";
		if (why === undefined) columns.push(column);
		else notes.push(`column ${column.name} ${why}`);
	}
	const onlyThere = there.columns.filter(
		({ name }) => !here.columns.some((column) => column.name === name),
	);
	return {
		columns,
		notes: [...notes, ...onlyThere.map(({ name }) => `column ${name} is only there`)],
	};
}

const sameKey = (here: ComparedTable, there: ComparedTable): boolean =>
	here.key.length > 0 &&
	here.key.map(({ name }) => name).join("\0") === there.key.map(({ name }) => name).join("\0");

/** Returns how tables of an engine are compared. */
export function compareDialectOf({ dialect }: Pick<RunEngine, "dialect">): CompareDialect {
	switch (dialect) {
		case "mysql":
		case "mariadb":
			return mysqlCompare(dialect);
		case "sqlite":
			return sqliteCompare;
		case "postgres":
			return postgresCompare;
	}
}

/** One database of a comparison. */
export interface ComparedDatabase {
	readonly engine: Pick<RunEngine, "dialect">;
	readonly session: RunSession;
}

async function compareSides(
	here: ComparedDatabase,
	there: ComparedDatabase,
	[one, other]: readonly [ComparedTable, ComparedTable],
	options: DatabaseOptions,
): Promise<DatabaseComparison> {
	const dialect = compareDialectOf(here.engine);
	const { columns, notes } = commonColumns(dialect, one, other);
	const hasKey = sameKey(one, other);
	const question = { columns, statementTimeout: options.statementTimeout };
	const sql = dialect.queries(one, { ...question, otherKey: other.key });
	const otherSql = compareDialectOf(there.engine).queries(other, {
		...question,
		otherKey: one.key,
	});
	// Two tables of one session are read at one moment.
	const begin = here.session === there.session ? [] : otherSql.begin;
	const comparison = await compareTables(
		{ session: here.session, sql },
		{ session: there.session, sql: { ...otherSql, begin } },
		{ ...options, hasKey },
	);
	const noKey =
		hasKey || comparison.equal ? [] : ["the rows cannot be named: both sides need the same key"];
	const words = (text: string): string => dialect.keyWords?.(text) ?? text;
	return {
		table: one.name,
		keyColumns: one.key.map((column) => column.name),
		comparison: {
			...comparison,
			rows: comparison.rows.map(({ key, is }) => ({ key: key.map(words), is })),
		},
		notes: [...notes, ...noKey],
	};
}

async function compareOne(
	here: ComparedDatabase,
	there: ComparedDatabase,
	[name, otherName]: readonly [string, string],
	options: DatabaseOptions,
): Promise<DatabaseComparison> {
	const [one, other] = await Promise.all([
		compareDialectOf(here.engine).readTable(here.session, name),
		compareDialectOf(there.engine).readTable(there.session, otherName),
	]);
	const empty = { table: name, keyColumns: [], notes: [] };
	if (!one || !other)
		return { ...empty, problem: `the ${one ? "other" : "first"} database does not have it` };
	return compareSides(here, there, [one, other], options);
}

/** Compares tables of two databases of one kind, all of them when none is named: those of both sides. */
export async function compareDatabases(
	here: ComparedDatabase,
	there: ComparedDatabase,
	names: readonly (readonly [string, string])[],
	options: DatabaseOptions,
): Promise<readonly DatabaseComparison[]> {
	const all = async (): Promise<readonly (readonly [string, string])[]> => {
		const known = new Set([
			...(await compareDialectOf(here.engine).tableNames(here.session)),
			...(await compareDialectOf(there.engine).tableNames(there.session)),
		]);
		return [...known].sort().map((name) => [name, name] as const);
	};
	const results: DatabaseComparison[] = [];
	for (const pair of names.length > 0 ? names : await all()) {
		try {
			results.push(await compareOne(here, there, pair, options));
		} catch (error) {
			if (!(error instanceof Refused)) throw error;
			results.push({ table: pair[0], keyColumns: [], notes: [], problem: wordsOf(error) });
		}
	}
	return results;
}

const wordsOf = ({ failure }: Refused): string => `${failure.message} (${failure.code})`;

function rowsIn(json: string | null | undefined): readonly RowDifference[] {
	const rows: unknown = JSON.parse(json ?? "[]");
	return (Array.isArray(rows) ? rows : []).flatMap((row: unknown): RowDifference[] => {
		const [key, which] = Array.isArray(row) ? (row as readonly unknown[]) : [];
		const is = which === "onlyHere" || which === "onlyThere" ? which : "different";
		return Array.isArray(key) ? [{ key: key.map(String), is }] : [];
	});
}

/**
 * Compares two tables of one database at one moment: in one statement on PostgreSQL, in one transaction that sees one
 * moment on other servers.
 */
export async function compareWithin(
	database: ComparedDatabase,
	[name, otherName]: readonly [string, string],
	{ statementTimeout, most }: Pick<DatabaseOptions, "statementTimeout" | "most">,
): Promise<DatabaseComparison> {
	const { engine, session } = database;
	const dialect = compareDialectOf(engine);
	const table = `${name} = ${otherName}`;
	const empty = { table, keyColumns: [], notes: [] };
	try {
		const one = await dialect.readTable(session, name);
		const other = await dialect.readTable(session, otherName);
		if (!one || !other) return { ...empty, problem: `${one ? otherName : name} is not there` };
		if (!sameKey(one, other)) return { ...empty, problem: "both need the same key" };
		if (engine.dialect === "postgres") {
			const { columns, notes } = commonColumns(dialect, one, other);
			const query = compareWithinSql(one, other, columns, most);
			const comparison = await askWithin(session, query, { statementTimeout, most });
			return { table, keyColumns: one.key.map((column) => column.name), notes, comparison };
		}
		const options = { statementTimeout, most, rechecks: 0, pause: () => Promise.resolve() };
		return { ...(await compareSides(database, database, [one, other], options)), table };
	} catch (error) {
		if (!(error instanceof Refused)) throw error;
		return { ...empty, problem: wordsOf(error) };
	}
}

async function askWithin(
	session: RunSession,
	query: string,
	{ statementTimeout, most }: Pick<DatabaseOptions, "statementTimeout" | "most">,
): Promise<TableComparison> {
	try {
		await ask(session, "BEGIN READ ONLY");
		await ask(session, `SET LOCAL statement_timeout = ${statementTimeout}`);
		const [row] = await ask(session, query);
		const [here, there, different, rows] = row ?? [];
		return {
			here: Number(here),
			there: Number(there),
			equal: Number(different) === 0,
			rows: rowsIn(rows),
			more: Number(different) > most,
			rechecks: 0,
			settled: 0,
		};
	} finally {
		await session.run("ROLLBACK");
	}
}
