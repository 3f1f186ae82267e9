import type { OperationKind } from "../core/operation.ts";
import type { Failure } from "./engine.ts";
import type { SqliteEngine } from "./engines/sqlite.ts";
import type { Observation } from "./observe.ts";
import { sqlOf, type Step } from "./script.ts";
import { programOf } from "./sqlite-program.ts";

const dataChanges: ReadonlySet<OperationKind> = new Set(["insert", "update", "delete"] as const);

/** True when a statement does nothing else than what these operations do. */
export function isOnly({ operations }: Step, kinds: ReadonlySet<OperationKind>): boolean {
	return operations.length > 0 && operations.every(({ kind }) => kinds.has(kind));
}

/** The tables and indexes of a database. */
export interface Objects {
	/** Rows of each table, 0 or more than 0. */
	readonly tables: ReadonlyMap<string, number>;
	/** The table of each index. */
	readonly indexes: ReadonlyMap<string, string>;
}

function quoted(name: string): string {
	return `"${name.replaceAll('"', '""')}"`;
}

/** True when there is a row, or when the table cannot be read (a virtual one). */
function hasRow(engine: SqliteEngine, table: string): boolean {
	try {
		return engine.query(`SELECT 1 FROM ${quoted(table)} LIMIT 1`).length > 0;
	} catch {
		return true;
	}
}

function rowsOf(engine: SqliteEngine, table: string): number {
	try {
		return Number(engine.query(`SELECT count(*) FROM ${quoted(table)}`)[0]?.[0] ?? 0);
	} catch {
		return 0;
	}
}

export function objectsOf(engine: SqliteEngine): Objects {
	const rows = engine.query(
		`SELECT type, lower(name), lower(tbl_name)
FROM (SELECT * FROM main.sqlite_schema UNION ALL SELECT * FROM temp.sqlite_schema)
WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!'`,
	);
	const tables = rows.filter(([type]) => type === "table").map(([, name]) => name ?? "");
	const indexes = rows.filter(([type]) => type === "index");
	return {
		tables: new Map(tables.map((name) => [name, Number(hasRow(engine, name))])),
		indexes: new Map(indexes.map(([, name, table]) => [name ?? "", table ?? ""])),
	};
}

function refusesTransaction({ message }: Failure): boolean {
	return /within a transaction|into wal mode|out of wal mode|safety level/i.test(message);
}

/** The tables that ALTER TABLE adds columns and constraints to. */
export function alteredBy({ operations }: Step): readonly string[] {
	return operations.flatMap((operation) =>
		operation.kind === "addColumn" || operation.kind === "addConstraint"
			? [operation.table.name]
			: [],
	);
}

/** Runs a statement and looks at what was there before and is there after it. */
export function observe(engine: SqliteEngine, step: Step, before: Objects): Observation {
	const sql = sqlOf(step);
	const program = programOf(engine, sql);
	const isVacuum = step.operations.some(({ kind }) => kind === "vacuum");
	const isChange = isOnly(step, dataChanges);
	const all = isVacuum ? [...before.tables.keys()].filter((name) => before.tables.get(name)) : [];
	const tested = program.asksVirtualTable ? alteredBy(step) : [];
	const read = [...program.scans, ...tested].map((name) => name.toLowerCase());
	const scans = isVacuum ? all : [...new Set(read)];
	const counted = scans
		.filter((relation) => before.tables.has(relation))
		.map((relation) => ({ relation, rows: rowsOf(engine, relation) }));
	const pagesBefore = engine.pagesWritten();
	const { milliseconds, failure } = engine.execute(sql);
	const pagesAfter = engine.pagesWritten();
	const after = objectsOf(engine);
	const rewrites = isChange ? [] : [...program.rewrites].map((name) => name.toLowerCase());
	const isAlone =
		step.transaction === undefined && pagesBefore !== undefined && pagesAfter !== undefined;
	const made = [...after.indexes].filter(([index]) => !before.indexes.has(index));
	return {
		sampled: false,
		held: [],
		writes: {
			begins: program.writes,
			...(isAlone && { pages: Math.max(0, pagesAfter - pagesBefore) }),
		},
		rewrites: isVacuum ? all : rewrites,
		emptied: isChange ? [...program.emptied] : [],
		sequences: [],
		scans: counted,
		builds: made.map(([index, table]) => ({ index, table })),
		proofs: [],
		milliseconds,
		refusedInTransaction: failure !== undefined && refusesTransaction(failure),
		...(failure && { failure }),
		before: new Map([...before.tables].map(([name, size]) => [name, { kind: "r", size }])),
		created: new Set([...after.tables.keys()].filter((name) => !before.tables.has(name))),
	};
}
