import { ask, Refused } from "../ask.ts";
import type { RunSession } from "../engine.ts";
import { compareWithinSql, postgresCompare } from "./compare-sql.ts";
import { readTable, tableNames, type ComparedTable } from "./compared-table.ts";
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
function commonColumns(here: ComparedTable, there: ComparedTable) {
	const has = (table: ComparedTable, name: string): boolean =>
		table.columns.some((column) => column.name === name);
	return {
		columns: here.columns.filter(({ name }) => has(there, name)),
		notes: [
			...here.columns
				.filter(({ name }) => !has(there, name))
				.map(({ name }) => `column ${name} is only here`),
			...there.columns
				.filter(({ name }) => !has(here, name))
				.map(({ name }) => `column ${name} is only there`),
		],
	};
}

const sameKey = (here: ComparedTable, there: ComparedTable): boolean =>
	here.key.length > 0 &&
	here.key.map(({ name }) => name).join("\0") === there.key.map(({ name }) => name).join("\0");

async function compareOne(
	here: RunSession,
	there: RunSession,
	[name, otherName]: readonly [string, string],
	options: DatabaseOptions,
): Promise<DatabaseComparison> {
	const [one, other] = await Promise.all([readTable(here, name), readTable(there, otherName)]);
	const empty = { table: name, keyColumns: [], notes: [] };
	if (!one || !other)
		return { ...empty, problem: `the ${one ? "other" : "first"} database does not have it` };
	const { columns, notes } = commonColumns(one, other);
	const hasKey = sameKey(one, other);
	const limits = { statementTimeout: options.statementTimeout };
	const comparison = await compareTables(
		{ session: here, sql: postgresCompare(one, columns, limits) },
		{ session: there, sql: postgresCompare(other, columns, limits) },
		{ ...options, hasKey },
	);
	const noKey =
		hasKey || comparison.equal ? [] : ["the rows cannot be named: both sides need the same key"];
	return {
		table: one.name,
		keyColumns: one.key.map((column) => column.name),
		comparison,
		notes: [...notes, ...noKey],
	};
}

/** Compares tables of two databases, all of them when none is named: those of both sides. */
export async function compareDatabases(
	here: RunSession,
	there: RunSession,
	names: readonly (readonly [string, string])[],
	options: DatabaseOptions,
): Promise<readonly DatabaseComparison[]> {
	const all = async (): Promise<readonly (readonly [string, string])[]> => {
		const known = new Set([...(await tableNames(here)), ...(await tableNames(there))]);
		return [...known].sort().map((name) => [name, name] as const);
	};
	const results: DatabaseComparison[] = [];
	for (const pair of names.length > 0 ? names : await all()) {
		try {
			results.push(await compareOne(here, there, pair, options));
		} catch (error) {
			if (!(error instanceof Refused)) throw error;
			const { message, code } = error.failure;
			results.push({ table: pair[0], keyColumns: [], notes: [], problem: `${message} (${code})` });
		}
	}
	return results;
}

function rowsIn(json: string | null | undefined): readonly RowDifference[] {
	const rows: unknown = JSON.parse(json ?? "[]");
	return (Array.isArray(rows) ? rows : []).flatMap((row: unknown): RowDifference[] => {
		const [key, which] = Array.isArray(row) ? (row as readonly unknown[]) : [];
		const is = which === "onlyHere" || which === "onlyThere" ? which : "different";
		return Array.isArray(key) ? [{ key: key.map(String), is }] : [];
	});
}

/** Compares two tables of one database exactly, in one statement. */
export async function compareWithin(
	session: RunSession,
	[name, otherName]: readonly [string, string],
	{ statementTimeout, most }: Pick<DatabaseOptions, "statementTimeout" | "most">,
): Promise<DatabaseComparison> {
	const [one, other] = [await readTable(session, name), await readTable(session, otherName)];
	const table = `${name} = ${otherName}`;
	const empty = { table, keyColumns: [], notes: [] };
	const missing = one ? otherName : name;
	if (!one || !other) return { ...empty, problem: `${missing} is not there` };
	if (!sameKey(one, other)) return { ...empty, problem: "both need the same key" };
	const { columns, notes } = commonColumns(one, other);
	try {
		await ask(session, "BEGIN READ ONLY");
		await ask(session, `SET LOCAL statement_timeout = ${statementTimeout}`);
		const [row] = await ask(session, compareWithinSql(one, other, columns, most));
		const [here, there, different, rows] = row ?? [];
		return {
			table,
			keyColumns: one.key.map((column) => column.name),
			notes,
			comparison: {
				here: Number(here),
				there: Number(there),
				equal: Number(different) === 0,
				rows: rowsIn(rows),
				more: Number(different) > most,
				rechecks: 0,
				settled: 0,
			},
		};
	} catch (error) {
		if (!(error instanceof Refused)) throw error;
		return { ...empty, problem: `${error.failure.message} (${error.failure.code})` };
	} finally {
		await session.run("ROLLBACK");
	}
}
