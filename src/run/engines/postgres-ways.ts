import { createHash } from "node:crypto";
import type { ServerStep } from "../../plan/plan.ts";
import type { Blocker, Limits, RunSession, ServerWays } from "../engine.ts";
import { postgresBatches } from "../backfill/batch-sql.ts";
import { ask, isTrue, tellServer } from "../ask.ts";
import { postgresBooks } from "./postgres-books.ts";
import { postgresIndexes } from "./postgres-indexes.ts";
import { postgresPressure } from "./postgres-pressure.ts";
import { probePostgres } from "./postgres-probe.ts";
import { missingRights } from "./postgres-rights.ts";
import { schemaQuery } from "./postgres-schema.ts";

/** "lock" in ASCII: the first half of our advisory locks, as pg_locks shows it in classid. */
const lockClass = 0x6c6f636b;

function lockNumber(resource: string): number {
	return createHash("sha256").update(resource, "utf8").digest().readInt32BE(0);
}

/** A transaction of ours never stays open for longer while we do nothing in it. */
const idleLimit = 60_000;

const settings = ({ lockTimeout, statementTimeout }: Limits): readonly string[] => [
	`lock_timeout = ${lockTimeout}`,
	`statement_timeout = ${statementTimeout}`,
	`idle_in_transaction_session_timeout = ${idleLimit}`,
];

/** application_name holds 63 bytes; the server cuts the rest. */
const quotedLabel = (name: string): string =>
	`'${name
		.replace(/[^ -~]/g, "?")
		.replaceAll("'", "''")
		.slice(0, 63)}'`;

const numberOf = (text: string | null | undefined): number | undefined =>
	text === null || text === undefined ? undefined : Number(text);

async function blockersOf(session: RunSession, id: string): Promise<readonly Blocker[]> {
	const rows = await ask(
		session,
		`SELECT a.pid::text, a.usename::text, a.application_name, a.state,
			floor(extract(epoch FROM clock_timestamp() - a.xact_start) * 1000)::bigint::text,
			left(regexp_replace(a.query, '\\s+', ' ', 'g'), 200),
			CASE WHEN cardinality(pg_blocking_pids(a.pid)) > 0 THEN 'a lock itself' END
		FROM unnest(pg_blocking_pids(?::integer)) AS b(pid) JOIN pg_stat_activity a ON a.pid = b.pid
		ORDER BY a.xact_start`,
		[id.split(" ")[0] ?? "0"],
	);
	return rows.map(([pid, user, program, state, openFor, statement, waitsFor]) => {
		const words = [program, user, state].filter((word) => word !== null && word !== "");
		const milliseconds = numberOf(openFor);
		return {
			who: `session ${pid ?? "?"}${words.length === 0 ? "" : ` (${words.join(", ")})`}`,
			...(milliseconds !== undefined && { openFor: milliseconds }),
			...(typeof statement === "string" && statement !== "" && { statement }),
			...(typeof waitsFor === "string" && { waitsFor }),
		};
	});
}

/** Reads the schema in a transaction of its own, with an empty search_path so that names have their schemas. */
async function readLines(session: RunSession, version: number): Promise<readonly string[]> {
	await tellServer(session, "BEGIN TRANSACTION READ ONLY");
	try {
		await tellServer(session, "SET LOCAL search_path = ''");
		// A server with LLVM compiles the long query for seconds, to read a few rows of the catalog.
		if (version >= 11) await tellServer(session, "SET LOCAL jit = off");
		const rows = await ask(session, schemaQuery(version));
		return rows
			.flatMap(([line]) => line ?? [])
			.filter(
				(line) =>
					!/^(?:materialized )?\w+ (?:lockkeeper(?:[ .]|$)|pg_temp\.)/.test(line) &&
					!/^trigger \S+ \S+ (?:refuse_change|check_history)$/.test(line),
			)
			.sort();
	} finally {
		await session.run("ROLLBACK");
	}
}

async function isAlive(session: RunSession, id: string): Promise<boolean | undefined> {
	const [pid = "0", start] = id.split(" ");
	const [row] = await ask(
		session,
		"SELECT floor(extract(epoch FROM backend_start) * 1000000)::bigint::text FROM pg_stat_activity WHERE pid = ?::integer",
		[pid],
	);
	if (!row) return false;
	// The start of another user's session is not shown to everybody.
	return row[0] === null ? undefined : row[0] === start;
}

async function endIdle(session: RunSession, id: string): Promise<void> {
	const [pid = "0", start = ""] = id.split(" ");
	// Who may not end it waits until it ends by itself.
	await session.run(
		`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ?::integer
		AND floor(extract(epoch FROM backend_start) * 1000000)::bigint::text = ? AND state LIKE 'idle%'`,
		[pid, start],
	);
}

async function keepsSession(session: RunSession): Promise<boolean> {
	for (let time = 0; time < 5; time += 1) {
		const [row] = await ask(session, "SELECT pg_backend_pid()::text");
		if (row?.[0] !== session.id.split(" ")[0]) return false;
	}
	return true;
}

/** The same as long as the database lives: the name alone is the same in every region. */
async function targetId(session: RunSession): Promise<string> {
	const database = await ask(
		session,
		"SELECT oid::text || '/' || datname FROM pg_database WHERE datname = current_database()",
	);
	// Not everybody may ask for the number of the cluster.
	const cluster = await session.run("SELECT system_identifier::text FROM pg_control_system()");
	const words = [database[0]?.[0] ?? "", cluster.ok ? (cluster.rows[0]?.[0] ?? "") : ""];
	return createHash("sha256").update(words.join("/"), "utf8").digest("hex").slice(0, 16);
}

/** Returns what a runner must know of PostgreSQL of a major version. */
export function postgresWays(version: number): ServerWays {
	return {
		hasBooks: "SELECT to_regclass('lockkeeper.events') IS NOT NULL",
		books: postgresBooks,
		book: (name) => `lockkeeper.${name}`,
		now: "floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint",
		begin: "BEGIN",
		beginReadOnly: ["BEGIN TRANSACTION READ ONLY"],
		setsBeforeTransaction: false,
		batches: postgresBatches,
		keepRow: "FOR SHARE",
		watchClient: [
			"SET tcp_keepalives_idle = 10",
			"SET tcp_keepalives_interval = 5",
			"SET tcp_keepalives_count = 3",
			...(version >= 14 ? ["SET idle_session_timeout = '60s'"] : []),
		],
		reset: ["RESET ALL", "RESET ROLE"],
		settingInTransaction: (statement) =>
			statement.replace(
				/^(\s*SET\s+)(?:SESSION\s+(?!AUTHORIZATION|CHARACTERISTICS)|LOCAL\s+)?/i,
				"$1LOCAL ",
			),
		named: (name, scope) => [
			`SET ${scope === "transaction" ? "LOCAL " : ""}application_name = ${quotedLabel(name)}`,
		],
		hasTransactionalDdl: true,
		limits: (limits, scope) =>
			settings(limits).map((setting) => `SET ${scope === "transaction" ? "LOCAL " : ""}${setting}`),
		tryLock: (resource) => ({
			sql: "SELECT pg_try_advisory_lock(?::integer, ?::integer)",
			values: [lockClass, lockNumber(resource)],
		}),
		unlock: (resource) => ({
			sql: "SELECT pg_advisory_unlock(?::integer, ?::integer)",
			values: [lockClass, lockNumber(resource)],
		}),
		isAlive,
		endIdle,
		keepsSession,
		blockers: blockersOf,
		pressure: postgresPressure,
		probe: probePostgres,
		schemaLines: (session) => readLines(session, version),
		indexes: (session) => postgresIndexes(session, version),
		targetId,
		isReadOnly: async (session) =>
			isTrue(
				await ask(
					session,
					"SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on'",
				),
			),
		missingRights: (session, steps: readonly ServerStep[]) => missingRights(session, steps),
	};
}
