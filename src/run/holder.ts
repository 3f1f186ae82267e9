import { ask } from "./ask.ts";
import { hasBooks, serverTime } from "./books.ts";
import type { RunEngine, RunSession } from "./engine.ts";
import { endLeft } from "./lasting-session.ts";

/** One runner at a time works on a database. */
export const resource = "lockkeeper";

/** Who holds the lock. */
export interface Holder {
	readonly operator: string;
	readonly host: string;
	readonly process: number;
	readonly session: string;
	readonly token: number;
	readonly planHash: string;
	/** Milliseconds since 1970 by the server's clock. */
	readonly since: number;
	readonly lastBeat: number;
	/** It has let the lock go. */
	readonly released: boolean;
	/** Whether its connection still stands; undefined: the server does not say. */
	readonly alive?: boolean;
}

/** Returns who holds the lock, or held it last. */
export async function readHolder(
	{ ways }: RunEngine,
	session: RunSession,
): Promise<Holder | undefined> {
	const [row] = await ask(
		session,
		`SELECT l.holder, l.host, l.process, l.session, l.token, l.plan_hash, l.acquired_at, b.beat_at, l.released_at
		FROM ${ways.book("lease")} AS l LEFT JOIN ${ways.book("heartbeat")} AS b ON b.resource = l.resource
		WHERE l.resource = ?`,
		[resource],
	);
	if (!row) return undefined;
	const [operator, host, process_, id, token, planHash, since, beat, released] = row;
	const alive = await ways.isAlive(session, id ?? "");
	return {
		operator: operator ?? "",
		host: host ?? "",
		process: Number(process_),
		session: id ?? "",
		token: Number(token),
		planHash: planHash ?? "",
		since: Number(since),
		lastBeat: Number(beat ?? since),
		released: released !== null,
		...(alive !== undefined && { alive }),
	};
}

/** Returns the holder, undefined where there are no books yet. */
export async function holderOrNone(
	engine: RunEngine,
	session: RunSession,
): Promise<Holder | undefined> {
	return (await hasBooks(engine, session)) ? readHolder(engine, session) : undefined;
}

/** A holder that has not been heard of for so long is frozen or cut off, in milliseconds by the server's clock. */
const silentAfter = 60_000;

/**
 * Ends the connection with which a silent holder keeps the lock: its client may be frozen, and the server goes on
 * believing in it (before PostgreSQL 14, and MySQL, for hours). What it does when it wakes is fenced off.
 */
export async function endSilentHolder(engine: RunEngine, session: RunSession): Promise<void> {
	if (engine.connections === "one") return;
	const holder = await holderOrNone(engine, session);
	if (!holder || holder.released || holder.alive === false) return;
	if ((await serverTime(engine, session)) - holder.lastBeat < silentAfter) return;
	await endLeft(engine, session, holder.session);
}
