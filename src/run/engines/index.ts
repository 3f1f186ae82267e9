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
	if (address !== undefined && address !== "") {
		const { openPostgres } = await import("./postgres.ts");
		return openPostgres(address);
	}
	const hasServer = (environment["PGHOST"] ?? environment["PGDATABASE"] ?? "") !== "";
	if (data === undefined && hasServer) {
		const { openPostgres } = await import("./postgres.ts");
		return openPostgres(undefined);
	}
	const { openPglite } = await import("./pglite.ts");
	return openPglite(path.resolve(cwd, data ?? defaultData));
}
