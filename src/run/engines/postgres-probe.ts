import type { ServerStep } from "../../plan/plan.ts";
import type { Probe, RunSession, Value } from "../engine.ts";
import { ask } from "../ask.ts";

const name = String.raw`(?:"(?:[^"]|"")+"|[\w$]+)`;
const qualified = String.raw`(${name}(?:\s*\.\s*${name})?)`;
const createIndex = new RegExp(
	String.raw`^\s*CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+(?:IF\s+NOT\s+EXISTS\s+)?(${name})\s+ON\s+(?:ONLY\s+)?${qualified}`,
	"i",
);
const reindex = new RegExp(
	String.raw`^\s*REINDEX\s+(?:\([^)]*\)\s*)?(INDEX|TABLE)\s+CONCURRENTLY\s+${qualified}`,
	"i",
);
const dropIndex = new RegExp(
	String.raw`^\s*DROP\s+INDEX\s+CONCURRENTLY\s+(?:IF\s+EXISTS\s+)?${qualified}`,
	"i",
);
const detach = new RegExp(
	String.raw`^\s*ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?${qualified}\s+DETACH\s+PARTITION\s+${qualified}\s+CONCURRENTLY`,
	"i",
);

/** The name as the catalog has it. */
function bareName(text: string): string {
	return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text.toLowerCase();
}

const notDone: Probe = { is: "notDone" };

async function rowsOf(
	session: RunSession,
	sql: string,
	values: readonly Value[],
): Promise<readonly (string | null)[]> {
	return (await ask(session, sql, values)).map(([first]) => first ?? null);
}

const dropAll = (indexes: readonly (string | null)[]): readonly string[] =>
	indexes.flatMap((index) => (index === null ? [] : [`DROP INDEX CONCURRENTLY ${index}`]));

async function probeIndex(session: RunSession, index: string, table: string): Promise<Probe> {
	const [row] = await ask(
		session,
		`SELECT i.indisvalid, quote_ident(n.nspname) || '.' || quote_ident(c.relname)
		FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relname = ? AND i.indrelid = to_regclass(?)`,
		[bareName(index), table],
	);
	if (!row) return notDone;
	if (row[0] === "t") return { is: "done" };
	return {
		is: "halfDone",
		says: `the index ${row[1] ?? index} is INVALID: writes maintain it and no query uses it`,
		mend: dropAll([row[1] ?? null]),
	};
}

/** An index that is half dropped is INVALID, and dropped by the same statement. */
async function probeDrop(session: RunSession, index: string): Promise<Probe> {
	const [row] = await ask(session, "SELECT to_regclass(?) IS NULL", [index]);
	return row?.[0] === "t" ? { is: "done" } : notDone;
}

/** What REINDEX CONCURRENTLY leaves when it ends early: indexes that end in _ccnew or _ccold (PostgreSQL 12). */
async function probeReindex(session: RunSession, what: string, of: string): Promise<Probe> {
	const relation =
		what.toUpperCase() === "TABLE"
			? "to_regclass(?)"
			: "(SELECT indrelid FROM pg_index WHERE indexrelid = to_regclass(?))";
	const left = await rowsOf(
		session,
		`SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname)
		FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE i.indrelid = ${relation} AND NOT i.indisvalid AND c.relname ~ '_cc(new|old)[0-9]*$'`,
		[of],
	);
	return left.length === 0
		? notDone
		: {
				is: "halfDone",
				says: `${left.join(", ")} was left INVALID by a REINDEX that ended early`,
				mend: dropAll(left),
			};
}

async function probeDetach(session: RunSession, parent: string, partition: string): Promise<Probe> {
	const [row] = await ask(
		session,
		"SELECT inhdetachpending FROM pg_inherits WHERE inhrelid = to_regclass(?) AND inhparent = to_regclass(?)",
		[partition, parent],
	);
	if (!row) return { is: "done" };
	if (row[0] !== "t") return notDone;
	return {
		is: "unfinished",
		says: `${partition} is half detached from ${parent}`,
		finish: [`ALTER TABLE ${parent} DETACH PARTITION ${partition} FINALIZE`],
	};
}

/**
 * Finds out what became of a statement that PostgreSQL runs outside a transaction and that can end half done:
 * CREATE INDEX, DROP INDEX, REINDEX and DETACH PARTITION with CONCURRENTLY.
 */
export async function probePostgres(session: RunSession, { sql }: ServerStep): Promise<Probe> {
	for (const statement of sql) {
		const probe = await probeStatement(session, statement);
		if (probe !== undefined && probe.is !== "done") return probe;
		if (probe?.is === "done" && statement === sql.at(-1)) return probe;
	}
	return notDone;
}

async function probeStatement(session: RunSession, statement: string): Promise<Probe | undefined> {
	const [, index, table] = createIndex.exec(statement) ?? [];
	if (index !== undefined && table !== undefined) return probeIndex(session, index, table);
	const [, dropped] = dropIndex.exec(statement) ?? [];
	if (dropped !== undefined) return probeDrop(session, dropped);
	const [, what, of] = reindex.exec(statement) ?? [];
	if (what !== undefined && of !== undefined) return probeReindex(session, what, of);
	const [, parent, partition] = detach.exec(statement) ?? [];
	if (parent !== undefined && partition !== undefined) {
		return probeDetach(session, parent, partition);
	}
	return undefined;
}
