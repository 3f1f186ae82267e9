import type { DatabaseId } from "../../core/migration.ts";
import { databaseNamed } from "../database-names.ts";
import type { DialectEvidence } from "../dialect-evidence.ts";
import type { Files } from "../files.ts";
import { textAbove } from "./manifest.ts";

/** Drivers and clients that a tool of Node is set up with, in its settings or among the packages. */
const drivers: Readonly<Record<string, DatabaseId>> = {
	"pg-native": "postgres",
	pgnative: "postgres",
	mysql2: "mysql",
	"better-sqlite3": "sqlite",
	libsql: "sqlite",
	"sql.js": "sqlite",
	tedious: "sqlserver",
};

const setting =
	/\b(?:client|dialect|driver|type)["']?\s*[:=]\s*["'`]([\w.-]+)["'`]|@mikro-orm\/(\w+)|\bnew\s+(Postgres|Mysql|Sqlite)Dialect\b/g;

/**
 * Returns the database that a settings file of these names, in the directory or above it, or else the packages of
 * the program are for. Several are none, unless the other one is SQLite: that is for tests and development.
 */
export function databaseOfDriver(
	directory: string,
	files: Files,
	names: readonly string[],
): DialectEvidence | undefined {
	for (const name of names) {
		const text = textAbove(directory, files, name);
		if (text === undefined) continue;
		const found = [...text.matchAll(setting)].map((words) => words.slice(1).find((word) => word));
		const evidence = onlyOne(found, name);
		if (evidence) return evidence;
	}
	const manifest = textAbove(directory, files, "package.json") ?? "";
	const packages = /"dependencies"\s*:\s*\{([^}]*)\}/.exec(manifest)?.[1] ?? "";
	return onlyOne(
		[...packages.matchAll(/"([^"]+)"\s*:/g)].map(([, name]) => name),
		"package.json",
	);
}

function onlyOne(
	names: readonly (string | undefined)[],
	file: string,
): DialectEvidence | undefined {
	const found = new Map<DatabaseId, string>();
	for (const name of names) {
		if (name === undefined) continue;
		const known = name.toLowerCase();
		const id = Object.hasOwn(drivers, known) ? drivers[known] : namedWhole(known);
		if (id) found.set(id, name);
	}
	if (found.size > 1) found.delete("sqlite");
	const [only, ...others] = found;
	if (!only || others.length > 0) return undefined;
	const [id, name] = only;
	return { id, why: `${name} in ${file}` };
}

/** `mysql`, `postgresql`; not a package that has a database in its name, like pg-boss. */
function namedWhole(name: string): DatabaseId | undefined {
	return /^\w+$/.test(name) ? databaseNamed(name) : undefined;
}
