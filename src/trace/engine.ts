/** The values of one row as text, in the order of the query. */
export type Row = readonly (string | null)[];

/** Why the server refused a statement. */
export interface Failure {
	/** SQLSTATE, e.g. 42P01. */
	readonly code: string;
	readonly message: string;
	/** Where in the statement, counted in code points from 1, when the server says it. */
	readonly position?: number;
	readonly detail?: string;
	readonly hint?: string;
}

/** What came back for a statement. */
export interface Execution {
	/** Wall time until the answer, in milliseconds. */
	readonly milliseconds: number;
	/** What the server said while it ran, DEBUG1 and up, in order. */
	readonly notices: readonly string[];
	readonly failure?: Failure;
}

/** One connection to a database that nobody needs. */
export interface Session {
	/** Returns the rows of a query of ours; throws when the server refuses it. */
	query(sql: string): Promise<readonly Row[]>;
	/** Runs one statement that was written by others; a refusal is in the answer. */
	execute(sql: string): Promise<Execution>;
	close(): Promise<void>;
}

/** A throw-away PostgreSQL. Its session reports DEBUG1 messages as notices. */
export interface TraceEngine extends Session {
	/** For people: "PGlite 0.5.16 (PostgreSQL 18.6)". */
	readonly name: string;
	/** Major version. */
	readonly version: number;
	/** False for a server that outlives the trace: then no roles are made on it. */
	readonly throwAway: boolean;
	/** Opens another connection to the same database; absent where there is only one. */
	readonly connect?: () => Promise<Session>;
}

/** Why there is no engine, and what to do about it. */
export interface EngineProblem {
	readonly code:
		"engineMissing" | "engineFailed" | "notEmpty" | "notScratch" | "noConnection" | "notPostgres";
	readonly message: string;
	readonly hint: string;
}

/** The setting that makes the server say what it verifies, rewrites and builds. */
export const verbose = "SET client_min_messages = debug1";

/** Returns what the server says it is: "18.6" and its major version. */
export async function versionOf(
	session: Pick<Session, "query">,
): Promise<{ readonly text: string; readonly major: number }> {
	const [row] = await session.query("SELECT current_setting('server_version')");
	const text = /^\S+/.exec(row?.[0] ?? "")?.[0] ?? "";
	return { text, major: Number.parseInt(text, 10) };
}

function textOf(value: unknown): string | undefined {
	return typeof value === "string" && value !== "" ? value : undefined;
}

/**
 * Reads what a client threw. An error without SQLSTATE is a lost connection (08006), which ends a trace;
 * what is no error at all is thrown on.
 */
export function failureOf(error: unknown): Failure {
	if (!(error instanceof Error)) throw error;
	const fields = new Map<string, unknown>(Object.entries(error));
	const position = Number(fields.get("position") ?? Number.NaN);
	const detail = textOf(fields.get("detail"));
	const hint = textOf(fields.get("hint"));
	const code = textOf(fields.get("code")) ?? "";
	return {
		code: /^[0-9A-Z]{5}$/.test(code) ? code : "08006",
		message: error.message,
		...(Number.isInteger(position) && position > 0 && { position }),
		...(detail !== undefined && { detail }),
		...(hint !== undefined && { hint }),
	};
}

/** Returns the text of a value as a client hands it over. */
export function cellText(value: unknown): string | null {
	if (value === null || value === undefined) return null;
	return typeof value === "string" ? value : JSON.stringify(value);
}
