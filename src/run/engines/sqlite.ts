import { existsSync, rmdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { cellText } from "../../trace/engine.ts";
import type { Answer, EngineProblem, RunEngine, RunSession, Value } from "../engine.ts";
import { freeLock, holds, readLock, takeLock } from "./process-lock.ts";
import { findSqliteDriver, type SqliteDatabase, type SqliteDriver } from "./sqlite-drivers.ts";
import { defineHashes } from "./sqlite-hash.ts";
import { sqliteFailure } from "./sqlite-failures.ts";
import { lockFunctions, sessionId, sqliteWays } from "./sqlite-ways.ts";

function textOf(value: unknown): string | null {
	if (value === null || value === undefined) return null;
	if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
	return typeof value === "bigint" ? value.toString() : cellText(value);
}

/** Only UPDATE, DELETE and INSERT count rows: the count of the last one stays until the next. */
function countOf(database: SqliteDatabase, name: "changes" | "total_changes"): number {
	return Number(database.all(`SELECT ${name}()`, [])[0]?.[0]);
}

function runOn(database: SqliteDatabase, sql: string, values: readonly Value[]): Answer {
	try {
		const before = countOf(database, "total_changes");
		const rows = database.all(sql, values).map((row) => row.map(textOf));
		const hasChanged = countOf(database, "total_changes") !== before;
		return { ok: true, rows, changed: hasChanged ? countOf(database, "changes") : 0 };
	} catch (error) {
		return { ok: false, failure: sqliteFailure(error) };
	}
}

/**
 * node-sqlite3-wasm locks a file by a directory beside it, which stays when its process is killed. What a runner left
 * that is gone is cleared away; SQLite itself then takes back the transaction that was open.
 */
function clearLeftLock(file: string, lock: string, driver: SqliteDriver): void {
	const holder = readLock(lock);
	if (driver.sharesLocks || !holder || holds(holder)) return;
	if (existsSync(`${file}.lock`)) rmdirSync(`${file}.lock`);
}

/** Returns the path that an address names: sqlite:shop.db, sqlite:///srv/shop.db, file:shop.db. */
export function sqlitePath(address: string, cwd: string): string | undefined {
	if (/^file:\/\//i.test(address)) {
		try {
			return fileURLToPath(address);
		} catch {
			return undefined;
		}
	}
	const [, rest] = /^(?:sqlite3?|file):(?:\/\/(?=\/|[^/]))?([^?#]+)/i.exec(address) ?? [];
	return rest === undefined || rest === "" ? undefined : path.resolve(cwd, rest);
}

const noDriver: EngineProblem = {
	code: "engineMissing",
	message: "No library that opens SQLite files is installed.",
	hint: "Node 22.5 has one; else npm install --save-dev better-sqlite3, or node-sqlite3-wasm.",
};

function opened(driver: SqliteDriver, file: string): SqliteDatabase | EngineProblem {
	let database: SqliteDatabase | undefined;
	try {
		database = driver.open(file);
		database.all("PRAGMA busy_timeout = 5000", []);
		database.all("SELECT count(*) FROM sqlite_schema", []);
		return database;
	} catch (error) {
		database?.close();
		const { message, kind } = sqliteFailure(error);
		const isLocked = kind === "lockTimeout";
		return {
			code: isLocked ? "inUse" : "noConnection",
			message: `${path.basename(file)} cannot be opened: ${message}.`,
			hint: isLocked
				? driver.sharesLocks
					? "Another program writes to it: try again when it is done."
					: `Another program has it open. When none has, remove the directory ${path.basename(file)}.lock.`
				: "Name the file of a SQLite database.",
		};
	}
}

/**
 * Returns the engine for a SQLite file. One runner at a time: a file beside the database holds its number. An
 * application may go on with the database, but for the moments in which the runner writes.
 */
export async function openSqlite(file: string): Promise<RunEngine | EngineProblem> {
	const driver = await findSqliteDriver();
	if (!driver) return noDriver;
	if (!existsSync(file)) {
		return {
			code: "noConnection",
			message: `There is no file ${path.basename(file)}.`,
			hint: "Name the file of a SQLite database; an empty file is an empty database.",
		};
	}
	const lock = `${file}.lockkeeper`;
	clearLeftLock(file, lock, driver);
	const database = opened(driver, file);
	if ("code" in database) return database;
	let isHeld = false;
	database.define(lockFunctions.take, () => {
		isHeld = takeLock(lock) === undefined;
		return isHeld ? 1 : 0;
	});
	database.define(lockFunctions.free, () => {
		if (isHeld) freeLock(lock);
		isHeld = false;
		return 1;
	});
	defineHashes(database);
	const session: RunSession = {
		id: sessionId(),
		run: (sql, values = []) => Promise.resolve(runOn(database, sql, values)),
		// It runs in this process: nobody could ask for it meanwhile.
		cancel: () => Promise.resolve(),
		close: () => Promise.resolve(),
	};
	const ways = sqliteWays(file);
	for (const sql of ways.reset) await session.run(sql);
	const found = await session.run("SELECT sqlite_version()");
	const version = (found.ok ? found.rows[0]?.[0] : undefined) ?? "";
	const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
	const number = major * 1_000_000 + minor * 1_000 + patch;
	return {
		dialect: "sqlite",
		name: `SQLite ${version} (${driver.name}), ${path.basename(file)}`,
		version: number,
		// What an older one can do a newer one can, and locks as it does.
		suits: (planned) => number >= planned,
		connections: "one",
		ways,
		connect: () => Promise.resolve(session),
		close() {
			if (isHeld) freeLock(lock);
			database.close();
			return Promise.resolve();
		},
	};
}
