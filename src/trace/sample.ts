import { isLockMode } from "../dialect/postgres/effects/locks.ts";
import type { Execution, Session, TraceEngine } from "./engine.ts";
import type { LockList } from "./observe.ts";
import type { Relation, Relations } from "./relations.ts";

/** A connection that keeps a table locked, so that a request for it waits and can be seen. */
interface Holder {
	readonly oid: string;
	readonly session: Session;
	holds: "everything" | "reads" | "nothing";
}

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
	await session.execute(`LOCK TABLE ONLY ${table} IN ACCESS EXCLUSIVE MODE`);
	return { oid: relation.oid, session, holds: "everything" };
}

/** Lets the next request pass: first all but the strongest, then every one. */
async function loosen(holder: Holder): Promise<void> {
	const weaker = holder.holds === "everything" ? "reads" : "nothing";
	await holder.session.execute(weaker === "reads" ? "ROLLBACK TO SAVEPOINT reads" : "ROLLBACK");
	holder.holds = weaker;
}

function watchQuery(processId: string): string {
	return `SELECT relation::text, mode::text, granted::text, locktype::text
		FROM pg_catalog.pg_locks WHERE pid = ${processId}`;
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
			for (const [oid, mode, granted, type] of rows) {
				if (
					type === "relation" &&
					typeof oid === "string" &&
					typeof mode === "string" &&
					isLockMode(mode)
				) {
					seen.set(`${oid} ${mode}`, [oid, mode]);
				}
				if (granted === "true") continue;
				const waitsFor = holders.filter(
					(holder) => holder.holds !== "nothing" && (type !== "relation" || holder.oid === oid),
				);
				for (const holder of waitsFor) await loosen(holder);
			}
		}
		return { run: await running, locks: [...seen.values()] };
	} finally {
		await Promise.all([...holders.map(({ session }) => session.close()), watcher.close()]);
		await running;
	}
}
