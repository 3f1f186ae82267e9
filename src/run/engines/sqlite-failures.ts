import type { FailureKind, RunFailure } from "../engine.ts";

/** What is to be done about an error of SQLite: not every client has its code, all have its words. */
const kinds: readonly (readonly [RegExp, FailureKind, string])[] = [
	[/database (?:table |schema )?is locked/i, "lockTimeout", "SQLITE_BUSY"],
	[/interrupted/i, "timeout", "SQLITE_INTERRUPT"],
	[/readonly database|read-only/i, "readOnly", "SQLITE_READONLY"],
	[/database or disk is full/i, "full", "SQLITE_FULL"],
	[
		/unable to open database file|disk I\/O error|not a database|malformed/i,
		"other",
		"SQLITE_IOERR",
	],
	[/ already exists|duplicate column name/i, "alreadyThere", "SQLITE_ERROR"],
	[/constraint failed|datatype mismatch|cannot store/i, "data", "SQLITE_CONSTRAINT"],
	[/not authorized/i, "denied", "SQLITE_AUTH"],
];

/** Reads what a client of SQLite threw. */
export function sqliteFailure(error: unknown): RunFailure {
	const message = error instanceof Error ? error.message : String(error);
	const [, kind = "other", code = "SQLITE_ERROR"] =
		kinds.find(([words]) => words.test(message)) ?? [];
	return { kind, code, message };
}
