import { isLockMode } from "../dialect/postgres/effects/locks.ts";
import type { Execution, Session, TraceEngine } from "./engine.ts";
import type { LockList } from "./observe.ts";
import type { Relation, Relations } from "./relations.ts";

/** A connection that keeps a table locked, so that a request for it waits and can be seen. */
interface Holder {
	readonly oid: string;
	readonly session: Session;
	/** Its transaction, as those who wait for it to end name it. */
	readonly transaction: string | null | undefined;
	holds: "everything" | "changes" | "reads" | "nothing";
}

/** What a holder lets go of step by step, so that a second, stronger request waits once more. */
const looser = {
	everything: ["changes", "ROLLBACK TO SAVEPOINT changes"],
	changes: ["reads", "ROLLBACK TO SAVEPOINT reads"],
	reads: ["nothing", "ROLLBACK"],
	nothing: ["nothing", "ROLLBACK"],
} as const;

/** Servers allow 100 connections by default. */
const maximumHolders = 24;

function quoted(key: string): string {
	const dot = key.indexOf(".");
	return [key.slice(0, dot), key.slice(dot + 1)]
		.map((part) => `"${part.replaceAll('"', '""')}"`)
		.join(".");
}

async function hold(connect: () => Promise<Session>, relation: Relation): Promise<Holder> {
	const session = await connect();
	const table = quoted(relation.key);
	await session.execute("BEGIN");
	await session.execute(`LOCK TABLE ONLY ${table} IN ACCESS SHARE MODE`);
	await session.execute("SAVEPOINT reads");
	await session.execute(`LOCK TABLE ONLY ${table} IN SHARE UPDATE EXCLUSIVE MODE`);
	await session.execute("SAVEPOINT changes");
	await session.execute(`LOCK TABLE ONLY ${table} IN ACCESS EXCLUSIVE MODE`);
	const [row] = await session.query(
		"SELECT virtualxid FROM pg_catalog.pg_locks WHERE locktype = 'virtualxid' AND pid = pg_backend_pid()",
	);
	return { oid: relation.oid, session, transaction: row?.[0], holds: "everything" };
}

/** Lets the next request pass. */
async function loosen(holder: Holder): Promise<void> {
	const [holds, command] = looser[holder.holds];
	await holder.session.execute(command);
	holder.holds = holds;
}

function watchQuery(processId: string): string {
	return `SELECT relation::text, mode::text, granted::text, locktype::text, virtualxid
		FROM pg_catalog.pg_locks WHERE pid = ${processId}`;
}

/** The holders that a request waits for: of that table, of that transaction, or it may be any. */
function inTheWay(
	holders: readonly Holder[],
	oid: string | null | undefined,
	transaction: string | null | undefined,
): readonly Holder[] {
	const holding = holders.filter(({ holds }) => holds !== "nothing");
	if (typeof oid === "string") return holding.filter((holder) => holder.oid === oid);
	const named = holding.filter((holder) => holder.transaction === transaction);
	return named.length > 0 ? named : holding;
}

/**
 * Runs a statement that refuses a transaction while another connection watches its locks. Every table
 * is held by a connection of its own: the statement's requests wait until they have been seen.
 * What it takes for an instant on relations that cannot be held (indexes, views) may be missed.
 */
export async function watchLocks(
	engine: TraceEngine,
	connect: () => Promise<Session>,
	relations: Relations,
	sql: string,
): Promise<{ readonly run: Execution; readonly locks: LockList }> {
	const [row] = await engine.query("SELECT pg_backend_pid()::text");
	const processId = row?.[0] ?? "0";
	const watcher = await connect();
	const tables = [...relations.values()].filter(
		({ kind, key }) => (kind === "r" || kind === "p") && !key.startsWith("pg_temp."),
	);
	const holders = await Promise.all(
		tables.slice(0, maximumHolders).map((relation) => hold(connect, relation)),
	);
	const seen = new Map<string, LockList[number]>();
	let finished: Execution | undefined;
	const running = engine.execute(sql).then((run) => (finished = run));
	try {
		while (finished === undefined) {
			const rows = await watcher.query(watchQuery(processId));
			for (const [oid, mode, granted, type, transaction] of rows) {
				if (
					type === "relation" &&
					typeof oid === "string" &&
					typeof mode === "string" &&
					isLockMode(mode)
				) {
					seen.set(`${oid} ${mode}`, [oid, mode]);
				}
				if (granted === "true") continue;
				for (const holder of inTheWay(
					holders,
					type === "relation" ? oid : undefined,
					transaction,
				)) {
					await loosen(holder);
				}
			}
		}
		return { run: await running, locks: [...seen.values()] };
	} finally {
		await Promise.all([...holders.map(({ session }) => session.close()), watcher.close()]);
		await running;
	}
}
