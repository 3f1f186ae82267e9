import type { Extension, Extensions, PGlite } from "@electric-sql/pglite";
import {
	cellText,
	failureOf,
	verbose,
	versionOf,
	type EngineProblem,
	type Row,
	type TraceEngine,
} from "../engine.ts";

/** The file of a contrib extension in the package: "uuid-ossp" is uuid_ossp there. */
function moduleOf(extension: string): string {
	return extension.replaceAll("-", "_");
}

/** Loads those of the extensions that come with PGlite; the server refuses the others by itself. */
async function loadExtensions(names: readonly string[]): Promise<Extensions> {
	const loaded: Extensions = {};
	for (const name of new Set(names.map(moduleOf))) {
		if (!/^[a-z0-9_]+$/.test(name)) continue;
		try {
			const module: unknown = await import(`@electric-sql/pglite/contrib/${name}`);
			const found = new Map<string, unknown>(Object.entries(module ?? {})).get(name);
			if (isExtension(found)) loaded[name] = found;
		} catch {
			// Not in the package: CREATE EXTENSION will say so, with its place.
		}
	}
	return loaded;
}

function isExtension(value: unknown): value is Extension {
	return typeof value === "object" && value !== null && "setup" in value;
}

async function loadPglite(): Promise<typeof PGlite | undefined> {
	try {
		return (await import("@electric-sql/pglite")).PGlite;
	} catch {
		return undefined;
	}
}

/**
 * Starts PGlite in memory: PostgreSQL 18 in this process, with one connection. `extensions` are those
 * that the migrations create; the ones in its package are made available.
 */
export async function startPglite(
	extensions: readonly string[] = [],
): Promise<TraceEngine | EngineProblem> {
	const loaded = await loadPglite();
	if (!loaded) {
		return {
			code: "engineMissing",
			message: "PGlite, the embedded PostgreSQL, is not installed.",
			hint: "npm install --save-dev @electric-sql/pglite, or use --postgres <major> or --url <scratch database>.",
		};
	}
	const database = await loaded.create({ extensions: await loadExtensions(extensions) });
	const engine: Omit<TraceEngine, "name" | "version"> = {
		throwAway: true,
		async query(sql) {
			const results = await database.exec(sql, { rowMode: "array" });
			const rows: unknown[] = results.at(-1)?.rows ?? [];
			return rows.map((row): Row => (Array.isArray(row) ? row.map(cellText) : []));
		},
		async execute(sql) {
			const notices: string[] = [];
			const started = performance.now();
			try {
				await database.exec(sql, {
					onNotice: ({ message }) => {
						if (message !== undefined) notices.push(message);
					},
				});
				return { milliseconds: performance.now() - started, notices };
			} catch (error) {
				const milliseconds = performance.now() - started;
				return { milliseconds, notices, failure: failureOf(error) };
			}
		},
		close: () => database.close(),
	};
	const { text, major } = await versionOf({ ...engine });
	await engine.execute(verbose);
	return { ...engine, name: `PGlite (PostgreSQL ${text})`, version: major };
}
