import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { findSqliteDriver, type SqliteDatabase } from "../../run/engines/sqlite-drivers.ts";
import { cellText, type EngineProblem, type Failure, type Row } from "../engine.ts";

/** A throw-away SQLite in this process. */
export interface SqliteEngine {
	/** For people: "SQLite 3.53.4 (node-sqlite3-wasm)". */
	readonly name: string;
	/** As the server counts: 3053004. */
	readonly version: number;
	/** Returns the rows of a query of ours; throws when SQLite refuses it. */
	query(sql: string): readonly Row[];
	/** Runs one statement that was written by others. */
	execute(sql: string): { readonly milliseconds: number; readonly failure?: Failure };
	/** Pages that were written so far; absent once the migrations have changed the journal mode. */
	pagesWritten(): number | undefined;
	close(): void;
}

/** Bytes before the first frame of a write-ahead log, and before the page in each (fileformat2.html#walformat). */
const logHeader = 32;
const frameHeader = 24;
const pageSize = 4096;

function textOf(value: unknown): string | null {
	return typeof value === "bigint" ? String(value) : cellText(value);
}

/** SQLite's own words tell whether rows or the statement are to blame; clients spell its codes otherwise. */
function failureOf(error: unknown): Failure {
	if (!(error instanceof Error)) throw error;
	const isAboutRows = /constraint failed|datatype mismatch/i.test(error.message);
	return { code: isAboutRows ? "SQLITE_CONSTRAINT" : "SQLITE_ERROR", message: error.message };
}

function openScratch(database: SqliteDatabase, foreignKeys: boolean): void {
	const pragmas = [
		`page_size = ${pageSize}`,
		// Without memory that is shared with others the log works for one connection only.
		"locking_mode = EXCLUSIVE",
		"journal_mode = WAL",
		"wal_autocheckpoint = 0",
		"synchronous = OFF",
		`foreign_keys = ${foreignKeys ? "ON" : "OFF"}`,
	];
	for (const pragma of pragmas) database.all(`PRAGMA ${pragma}`, []);
}

/** Opens a database in a directory of its own, which goes when it is closed. */
export async function startSqlite(foreignKeys: boolean): Promise<SqliteEngine | EngineProblem> {
	const driver = await findSqliteDriver();
	if (!driver) {
		return {
			code: "engineMissing",
			message: "no SQLite is installed for Node.js.",
			hint: "npm install --save-dev node-sqlite3-wasm (or better-sqlite3, or Node.js 22.5 and later).",
		};
	}
	const directory = mkdtempSync(path.join(tmpdir(), "lockkeeper-trace-"));
	const file = path.join(directory, "trace.db");
	const database = driver.open(file);
	openScratch(database, foreignKeys);
	const query = (sql: string): readonly Row[] =>
		database.all(sql, []).map((row) => row.map(textOf));
	const version = query("SELECT sqlite_version()")[0]?.[0] ?? "";
	const [major = 3, minor = 0, patch = 0] = version.split(".").map(Number);
	return {
		name: `SQLite ${version} (${driver.name})`,
		version: major * 1_000_000 + minor * 1000 + patch,
		query,
		execute(sql) {
			const started = performance.now();
			try {
				database.all(sql, []);
				return { milliseconds: performance.now() - started };
			} catch (error) {
				return { milliseconds: performance.now() - started, failure: failureOf(error) };
			}
		},
		pagesWritten() {
			const size = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size;
			if (size === undefined) return undefined;
			return Math.max(0, Math.floor((size - logHeader) / (frameHeader + pageSize)));
		},
		close() {
			database.close();
			rmSync(directory, { recursive: true, force: true });
		},
	};
}
