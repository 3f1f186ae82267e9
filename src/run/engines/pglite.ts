import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import type { PGlite } from "@electric-sql/pglite";
import { cellText } from "../../trace/engine.ts";
import type { Answer, EngineProblem, RunEngine, RunSession, Value } from "../engine.ts";
import { numberPlaceholders } from "./placeholders.ts";
import { freeLock, takeLock } from "./process-lock.ts";
import { postgresFailure } from "./postgres-failures.ts";
import { postgresWays } from "./postgres-ways.ts";

/** Hands every value over as the text that the server sent. */
const asText = new Proxy<Record<number, (value: string) => string>>(
	{},
	{ get: () => (value: string) => value },
);

interface Results {
	readonly rows: readonly unknown[];
	readonly affectedRows?: number;
}

async function runOn(database: PGlite, sql: string, values: readonly Value[]): Promise<Answer> {
	const options = { rowMode: "array", parsers: asText } as const;
	try {
		const result: Results | undefined =
			values.length === 0
				? (await database.exec(sql, options)).at(-1)
				: await database.query(numberPlaceholders(sql), [...values], options);
		const rows = result?.rows ?? [];
		return {
			ok: true,
			rows: rows.map((row) => (Array.isArray(row) ? row.map(cellText) : [])),
			changed: result?.affectedRows ?? 0,
		};
	} catch (error) {
		return { ok: false, failure: postgresFailure(error) };
	}
}

async function loadPglite(): Promise<typeof PGlite | undefined> {
	try {
		return (await import("@electric-sql/pglite")).PGlite;
	} catch {
		return undefined;
	}
}

/**
 * Returns the engine for PostgreSQL in this process, with its files in a directory, which is made when it is not
 * there. One process at a time may have it: a file beside the directory holds its number.
 */
export async function openPglite(directory: string): Promise<RunEngine | EngineProblem> {
	const loaded = await loadPglite();
	if (!loaded) {
		return {
			code: "engineMissing",
			message: "PGlite, the embedded PostgreSQL, is not installed.",
			hint: "npm install --save-dev @electric-sql/pglite, or name a server with --url.",
		};
	}
	if (existsSync(directory) && !existsSync(path.join(directory, "PG_VERSION"))) {
		const message = `${directory} is no directory of a database.`;
		return { code: "badTarget", message, hint: "Name an empty place, or one that a run has made." };
	}
	mkdirSync(path.dirname(directory), { recursive: true });
	const lock = `${directory}.lock`;
	const holder = takeLock(lock);
	if (holder !== undefined) {
		return {
			code: "inUse",
			message: `${directory} is in use by process ${holder.process}.`,
			hint: "An embedded database belongs to one process at a time: try again when that one has ended.",
		};
	}
	const database = await loaded.create({ dataDir: directory });
	const session = await sessionOn(database);
	const version = await session.run("SELECT current_setting('server_version')");
	const text = (version.ok ? version.rows[0]?.[0] : undefined) ?? "";
	return {
		dialect: "postgres",
		name: `PGlite (PostgreSQL ${/^\S+/.exec(text)?.[0] ?? ""}) in ${path.basename(directory)}`,
		version: Number.parseInt(text, 10),
		connections: "one",
		ways: postgresWays(Number.parseInt(text, 10)),
		connect: () => Promise.resolve(session),
		async close() {
			await database.close();
			freeLock(lock);
		},
	};
}

async function sessionOn(database: PGlite): Promise<RunSession> {
	const pid = await runOn(database, "SELECT pg_backend_pid()::text", []);
	return {
		id: `${(pid.ok ? pid.rows[0]?.[0] : undefined) ?? "0"} ${process.pid}-${Date.now()}`,
		run: (sql, values = []) => runOn(database, sql, values),
		// It runs in this process: nobody could ask for it meanwhile.
		cancel: () => Promise.resolve(),
		close: () => Promise.resolve(),
	};
}
