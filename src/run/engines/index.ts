import path from "node:path";
import type { EngineProblem, RunEngine } from "../engine.ts";

/** Where a plan is to be run, as the command line says it. */
export interface TargetWish {
	readonly url?: string | undefined;
	/** Directory of the embedded database. */
	readonly data?: string | undefined;
	readonly cwd: string;
	readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Opens the database that an address names. */
async function openAddress(address: string, cwd: string): Promise<RunEngine | EngineProblem> {
	if (/^(?:sqlite3?|file):/i.test(address)) {
		const { openSqlite, sqlitePath } = await import("./sqlite.ts");
		const file = sqlitePath(address, cwd);
		if (file !== undefined) return openSqlite(file);
		return {
			code: "badTarget",
			message: "This is not the address of a SQLite database.",
			hint: "Write sqlite:path/to/shop.db.",
		};
	}
	if (/^(?:mysql|mariadb):/i.test(address)) {
		const { openMysql } = await import("./mysql.ts");
		return openMysql(address);
	}
	const { openPostgres } = await import("./postgres.ts");
	return openPostgres(address);
}

/** Where the embedded database is when nothing is said. */
export const defaultData = ".lockkeeper/data";

/**
 * Opens what is named: an address, a directory, the address in LOCKKEEPER_URL, the server in PGHOST or PGDATABASE;
 * the embedded database when nothing is. Only the client that is needed is loaded.
 */
export async function openEngine(wish: TargetWish): Promise<RunEngine | EngineProblem> {
	const { url, data, cwd, environment } = wish;
	if (url !== undefined && data !== undefined) {
		return {
			code: "badTarget",
			message: "--url and --data name two databases.",
			hint: "Leave one of them out.",
		};
	}
	const address = url ?? (data === undefined ? environment["LOCKKEEPER_URL"] : undefined);
	if (address !== undefined && address !== "") return openAddress(address, cwd);
	const hasServer = (environment["PGHOST"] ?? environment["PGDATABASE"] ?? "") !== "";
	if (data === undefined && hasServer) {
		const { openPostgres } = await import("./postgres.ts");
		return openPostgres(undefined);
	}
	const { openPglite } = await import("./pglite.ts");
	return openPglite(path.resolve(cwd, data ?? defaultData));
}
