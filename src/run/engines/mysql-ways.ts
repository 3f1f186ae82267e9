import { createHash } from "node:crypto";
import type { ServerStep } from "../../plan/plan.ts";
import type { Blocker, Limits, Pressure, Probe, RunSession, ServerWays } from "../engine.ts";
import { ask, isTrue } from "../ask.ts";
import { mysqlBatches } from "./mysql-batches.ts";
import { mysqlBooks } from "./mysql-books.ts";
import { mysqlSchemaLines } from "./mysql-schema.ts";

export type Flavor = "mysql" | "mariadb";

/** The longest wait for a lock that both servers take, in seconds. */
const forever = 31_536_000;

const secondsOf = (milliseconds: number): number =>
	milliseconds === 0 ? forever : Math.max(1, Math.ceil(milliseconds / 1000));

/** MySQL breaks off only queries that read; MariaDB every statement. */
export function limitsOf(
	{ lockTimeout, statementTimeout }: Limits,
	flavor: Flavor,
): readonly string[] {
	const wait = secondsOf(lockTimeout);
	const run =
		flavor === "mariadb"
			? `max_statement_time = ${statementTimeout / 1000}`
			: `max_execution_time = ${statementTimeout}`;
	return [`SET SESSION lock_wait_timeout = ${wait}, innodb_lock_wait_timeout = ${wait}, ${run}`];
}

/** What migrations set for their session. */
const variables = [
	"lock_wait_timeout",
	"innodb_lock_wait_timeout",
	"foreign_key_checks",
	"unique_checks",
	"sql_mode",
	"time_zone",
	"sql_safe_updates",
	"group_concat_max_len",
];

const resetOf = (flavor: Flavor): readonly string[] => [
	"UNLOCK TABLES",
	`SET SESSION ${[...variables, flavor === "mariadb" ? "max_statement_time" : "max_execution_time"].map((name) => `${name} = DEFAULT`).join(", ")}`,
	"SET NAMES utf8mb4",
];

const numberOf = (text: string | null | undefined): number | undefined =>
	text === null || text === undefined ? undefined : Number(text);

/**
 * Who may stand in the way: of a session that waits for a lock, the transactions that are open beside it, the oldest
 * first. Locks on metadata are kept until a transaction ends, also by one that only reads.
 */
async function blockersOf(session: RunSession, id: string): Promise<readonly Blocker[]> {
	const own = id.split(" ")[0] ?? "0";
	const [waiting] = await ask(
		session,
		`SELECT EXISTS (SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = ? AND STATE LIKE 'Waiting for%lock%')
			OR EXISTS (SELECT 1 FROM information_schema.INNODB_TRX WHERE trx_mysql_thread_id = ? AND trx_state = 'LOCK WAIT')`,
		[own, own],
	);
	if (waiting?.[0] !== "1") return [];
	const rows = await ask(
		session,
		`SELECT p.ID, p.USER, p.COMMAND, TIMESTAMPDIFF(SECOND, t.trx_started, NOW()) * 1000,
			LEFT(COALESCE(t.trx_query, p.INFO), 200), p.STATE
		FROM information_schema.INNODB_TRX AS t
		JOIN information_schema.PROCESSLIST AS p ON p.ID = t.trx_mysql_thread_id
		WHERE p.ID <> ? ORDER BY t.trx_started LIMIT 5`,
		[own],
	);
	return rows.map(([number, user, command, openFor, statement, state]) => {
		const milliseconds = numberOf(openFor);
		return {
			who: `session ${number ?? "?"} (${[user, command].filter(Boolean).join(", ")})`,
			...(milliseconds !== undefined && { openFor: milliseconds }),
			...(typeof statement === "string" && statement !== "" && { statement }),
			...(/lock/i.test(state ?? "") && { waitsFor: "a lock itself" }),
		};
	});
}

async function pressureOf(session: RunSession): Promise<Pressure> {
	const [oldest] = await ask(
		session,
		"SELECT MAX(TIMESTAMPDIFF(SECOND, trx_started, NOW())) * 1000 FROM information_schema.INNODB_TRX WHERE trx_mysql_thread_id <> CONNECTION_ID()",
	);
	const [running] = await ask(session, "SHOW GLOBAL STATUS LIKE 'Threads_running'");
	const age = numberOf(oldest?.[0]);
	const active = numberOf(running?.[1]);
	return {
		...(age !== undefined && { oldestTransactionMilliseconds: age }),
		...(active !== undefined && { activeConnections: active }),
	};
}

/** A change of the schema is there as a whole or not at all: what must hold after the step tells which. */
async function probe(session: RunSession, { after }: ServerStep): Promise<Probe> {
	if (after.length === 0) return { is: "notDone" };
	for (const { sql } of after) {
		if (!isTrue(await ask(session, sql))) return { is: "notDone" };
	}
	return { is: "done" };
}

/**
 * The lock that a session of ours holds from its first to its last moment: numbers of connections begin anew with the
 * server, and another client may have the number of one that is gone.
 */
export const sessionLock = (mark: string): string => `lockkeeper-session:${mark}`;

/** The number of the connection that holds the lock of a session; undefined when it is gone. */
async function threadOf(session: RunSession, id: string): Promise<string | undefined> {
	const [, mark = ""] = id.split(" ");
	const [row] = await ask(session, "SELECT IS_USED_LOCK(?)", [sessionLock(mark)]);
	return row?.[0] ?? undefined;
}

const isAlive = async (session: RunSession, id: string): Promise<boolean> =>
	(await threadOf(session, id)) !== undefined;

async function endIdle(session: RunSession, id: string): Promise<void> {
	const thread = await threadOf(session, id);
	if (thread === undefined) return;
	const rows = await ask(
		session,
		"SELECT COMMAND = 'Sleep' FROM information_schema.PROCESSLIST WHERE ID = ?",
		[thread],
	);
	if (isTrue(rows)) await session.run(`KILL ${Number(thread)}`);
}

async function keepsSession(session: RunSession): Promise<boolean> {
	for (let time = 0; time < 5; time += 1) {
		const [row] = await ask(session, "SELECT CONNECTION_ID()");
		if (row?.[0] !== session.id.split(" ")[0]) return false;
	}
	return true;
}

async function indexesOf(session: RunSession) {
	const rows = await ask(
		session,
		`SELECT TABLE_NAME, INDEX_NAME, MAX(NON_UNIQUE), MAX(INDEX_TYPE),
			GROUP_CONCAT(CONCAT(COALESCE(COLUMN_NAME, '(expression)'), COALESCE(CONCAT('(', SUB_PART, ')'), '')) ORDER BY SEQ_IN_INDEX)
		FROM information_schema.STATISTICS
		WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME NOT LIKE 'lockkeeper\\_%'
		GROUP BY TABLE_NAME, INDEX_NAME ORDER BY TABLE_NAME, INDEX_NAME`,
	);
	return rows.map(([table, name, nonUnique, type, columns]) => ({
		name: `${table ?? ""}.${name ?? ""}`,
		definition: `${nonUnique === "0" ? "UNIQUE " : ""}${type ?? ""} ${name ?? ""} ON ${table ?? ""} (${columns ?? ""})`,
		isValid: true,
		isBuilding: false,
	}));
}

/** The name of the server stays as long as its data; the name of the database alone is the same in every region. */
async function targetId(session: RunSession, flavor: Flavor): Promise<string> {
	const server = await session.run(
		flavor === "mariadb" ? "SELECT @@server_uid" : "SELECT @@server_uuid",
	);
	const [database] = await ask(session, "SELECT DATABASE()");
	const words = [database?.[0] ?? "", server.ok ? (server.rows[0]?.[0] ?? "") : ""];
	return createHash("sha256").update(words.join("/"), "utf8").digest("hex").slice(0, 16);
}

/** Returns what a runner must know of MySQL or MariaDB. */
export function mysqlWays(flavor: Flavor, database: string): ServerWays {
	const lockOf = (resource: string): string =>
		`${resource}:${createHash("sha256").update(database, "utf8").digest("hex").slice(0, 32)}`;
	return {
		hasBooks:
			"SELECT EXISTS (SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'lockkeeper_heartbeat')",
		books: mysqlBooks,
		book: (name) => `lockkeeper_${name}`,
		now: "CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED)",
		begin: "START TRANSACTION",
		beginReadOnly: ["START TRANSACTION READ ONLY"],
		keepRow: "LOCK IN SHARE MODE",
		watchClient: [],
		reset: resetOf(flavor),
		setsBeforeTransaction: true,
		settingInTransaction: (statement) => statement,
		named: () => [],
		hasTransactionalDdl: false,
		limits: (limits) => limitsOf(limits, flavor),
		batches: mysqlBatches,
		tryLock: (resource) => ({ sql: "SELECT GET_LOCK(?, 0)", values: [lockOf(resource)] }),
		unlock: (resource) => ({ sql: "SELECT RELEASE_LOCK(?)", values: [lockOf(resource)] }),
		isAlive,
		endIdle,
		keepsSession,
		blockers: blockersOf,
		pressure: pressureOf,
		probe,
		schemaLines: (session) => mysqlSchemaLines(session, flavor),
		indexes: indexesOf,
		targetId: (session) => targetId(session, flavor),
		isReadOnly: async (session) => isTrue(await ask(session, "SELECT @@global.read_only")),
		// What a user lacks, the server says before a statement does anything.
		missingRights: () => Promise.resolve([]),
	};
}
