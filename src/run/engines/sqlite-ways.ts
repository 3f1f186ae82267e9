import { accessSync, constants, realpathSync } from "node:fs";
import { createHash } from "node:crypto";
import { hostname } from "node:os";
import path from "node:path";
import type { RunSession, ServerWays } from "../engine.ts";
import { ask } from "../ask.ts";
import { holds } from "./process-lock.ts";
import { sqliteBatches } from "./sqlite-batches.ts";
import { sqliteBooks } from "./sqlite-books.ts";
import { sqliteSchemaLines } from "./sqlite-schema.ts";

/** Functions that the engine gives to SQL, for the lock that SQLite has no word for. */
export const lockFunctions = {
	take: "lockkeeper_take_lock",
	free: "lockkeeper_free_lock",
} as const;

function isWritable(file: string): boolean {
	try {
		accessSync(file, constants.W_OK);
		return true;
	} catch {
		return false;
	}
}

/** The id of a session names its process: "4711@host 1732176000000". */
export function sessionId(): string {
	return `${process.pid}@${hostname()} ${Date.now()}`;
}

function isAlive(id: string): boolean {
	const [, process_ = "", host = ""] = /^(\d+)@(\S*)/.exec(id) ?? [];
	return holds({ process: Number(process_), host });
}

async function indexesOf(session: RunSession) {
	const rows = await ask(
		session,
		"SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND name NOT LIKE 'lockkeeper\\_%' ESCAPE '\\' ORDER BY name",
	);
	return rows.map(([name, definition]) => ({
		name: `main.${name ?? ""}`,
		definition: definition ?? "",
		isValid: true,
		isBuilding: false,
	}));
}

/** A file with its journal is written beside it: the directory must take new files too. */
function missingRights(file: string): readonly string[] {
	const places = [file, path.dirname(file)].filter((place) => !isWritable(place));
	return places.map((place) => `${path.basename(place)} cannot be written by this user`);
}

/** Returns what a runner must know of a SQLite file. */
export function sqliteWays(file: string): ServerWays {
	return {
		hasBooks:
			"SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'lockkeeper_events')",
		books: sqliteBooks,
		book: (name) => `lockkeeper_${name}`,
		// Julian days count from noon; milliseconds are as exact as the clock of this machine.
		now: "CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)",
		begin: "BEGIN IMMEDIATE",
		beginReadOnly: ["BEGIN"],
		keepRow: "",
		watchClient: [],
		reset: [
			"PRAGMA foreign_keys = OFF",
			"PRAGMA legacy_alter_table = OFF",
			"PRAGMA defer_foreign_keys = OFF",
			"PRAGMA busy_timeout = 5000",
		],
		setsBeforeTransaction: true,
		settingInTransaction: (statement) => statement,
		named: () => [],
		hasTransactionalDdl: true,
		limits: ({ lockTimeout }) => [
			`PRAGMA busy_timeout = ${lockTimeout === 0 ? 600_000 : lockTimeout}`,
		],
		batches: sqliteBatches,
		tryLock: (resource) => ({ sql: `SELECT ${lockFunctions.take}(?)`, values: [resource] }),
		unlock: (resource) => ({ sql: `SELECT ${lockFunctions.free}(?)`, values: [resource] }),
		isAlive: (_session, id) => Promise.resolve(isAlive(id)),
		endIdle: () => Promise.resolve(),
		keepsSession: () => Promise.resolve(true),
		blockers: () => Promise.resolve([]),
		pressure: () => Promise.resolve({}),
		// Every statement is done or not done: what is left of VACUUM INTO is a file that nobody opens.
		probe: () => Promise.resolve({ is: "notDone" }),
		schemaLines: sqliteSchemaLines,
		indexes: indexesOf,
		targetId: () =>
			Promise.resolve(
				createHash("sha256")
					.update(`${hostname()}:${realpathSync(file)}`, "utf8")
					.digest("hex")
					.slice(0, 16),
			),
		isReadOnly: () => Promise.resolve(!isWritable(file)),
		missingRights: () => Promise.resolve(missingRights(file)),
	};
}
