import { ask, Refused, tellServer } from "./ask.ts";
import { rowHash } from "./chain.ts";
import type { RunEvent } from "./context.ts";
import type { RunEngine, RunSession } from "./engine.ts";
import { resource } from "./holder.ts";

/** An event as the books have it. */
export interface JournalEntry {
	readonly seq: number;
	/** Milliseconds since 1970 by the server's clock. */
	readonly at: number;
	readonly planHash: string;
	readonly step?: string;
	readonly token: number;
	readonly kind: string;
	/** The event as JSON. */
	readonly body: string;
}

/** What comes so often that the books would fill with it; the table of ranges has the numbers. */
const passing: ReadonlySet<RunEvent["kind"]> = new Set(["batchDone"]);

/** What an event is written with. */
interface Entry {
	readonly planHash: string;
	readonly token: number;
	readonly event: RunEvent;
}

/** An old holder of the lease may write at the same time, until it hears that it is one. */
const mostAttempts = 5;

/** Writes an event behind the last one; nothing when somebody else has taken the lease over. */
export async function writeEvent(
	engine: RunEngine,
	session: RunSession,
	entry: Entry,
): Promise<void> {
	if (passing.has(entry.event.kind)) return;
	for (let attempt = 1; ; attempt += 1) {
		try {
			await append(engine, session, entry);
			return;
		} catch (error) {
			const isTaken = error instanceof Refused && error.failure.kind === "data";
			if (!isTaken || attempt === mostAttempts) throw error;
		}
	}
}

async function append(
	{ ways }: RunEngine,
	session: RunSession,
	{ planHash, token, event }: Entry,
): Promise<void> {
	const book = ways.book("events");
	const [last] = await ask(
		session,
		`SELECT e.seq, e.row_hash, ${ways.now}, (SELECT l.token FROM ${ways.book("lease")} AS l WHERE l.resource = ?)
		FROM (SELECT 1) AS one LEFT JOIN ${book} AS e ON e.seq = (SELECT max(seq) FROM ${book})`,
		[resource],
	);
	const [seq, previous, at, holder] = last ?? [];
	if (Number(holder ?? token) !== token) return;
	const own = Number(seq ?? 0) + 1;
	const step = "step" in event ? event.step : null;
	const body = JSON.stringify(event);
	const fields = [own, at ?? "", planHash, step ?? "", token, event.kind, body];
	await tellServer(
		session,
		`INSERT INTO ${book} (seq, at, plan_hash, step_id, token, kind, body, prev_hash, row_hash)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		[
			own,
			at ?? null,
			planHash,
			step,
			token,
			event.kind,
			body,
			previous ?? "",
			rowHash(fields, previous ?? ""),
		],
	);
}

/** Returns the events of a plan in order, the last ones when there is a limit. */
export async function readEvents(
	{ ways }: RunEngine,
	session: RunSession,
	planHash: string,
	last?: number,
): Promise<readonly JournalEntry[]> {
	const rows = await ask(
		session,
		`SELECT seq, at, step_id, token, kind, body FROM ${ways.book("events")}
		WHERE plan_hash = ? ORDER BY seq DESC${last === undefined ? "" : ` LIMIT ${last}`}`,
		[planHash],
	);
	return rows.toReversed().map(([seq, at, step, token, kind, body]) => ({
		seq: Number(seq),
		at: Number(at),
		planHash,
		...(typeof step === "string" && { step }),
		token: Number(token),
		kind: kind ?? "",
		body: body ?? "",
	}));
}

/** Returns the number of the first event that is not what was written; undefined when all are. */
export async function brokenEvent(
	{ ways }: RunEngine,
	session: RunSession,
): Promise<number | undefined> {
	const rows = await ask(
		session,
		`SELECT seq, at, plan_hash, step_id, token, kind, body, prev_hash, row_hash FROM ${ways.book("events")} ORDER BY seq`,
	);
	let previous = "";
	for (const [place, row] of rows.entries()) {
		const [seq, at, planHash, step, token, kind, body, before, hash] = row;
		const fields = [seq, at, planHash, step, token, kind, body].map((field) => field ?? "");
		const isNext = Number(seq) === place + 1 && before === previous;
		if (!isNext || hash !== rowHash(fields, previous)) return Number(seq);
		previous = hash;
	}
	return undefined;
}
