import { ask, isTrue, Refused, tellServer } from "./ask.ts";
import { makeBooks } from "./books.ts";
import type { EngineProblem, FailureKind, RunEngine, RunFailure, RunSession } from "./engine.ts";
import { endSilentHolder, holderOrNone, resource, type Holder } from "./holder.ts";
import { endLeft } from "./lasting-session.ts";
import { pauseUnless } from "./pause.ts";
import { takeOver } from "./take-over.ts";

/** Why the lock was not got. */
export type NoLease = EngineProblem | { readonly code: "held"; readonly by?: Holder };

/** The right to change the database through lockkeeper, until it is released or somebody else takes it over. */
export interface Lease {
	readonly token: number;
	/** Where the lock is held; in an embedded database the one connection that there is. */
	readonly session: RunSession;
	/** Throws away the open transaction of a session unless the lease is still ours. */
	fence(session: RunSession): Promise<"held" | "lost">;
	/** Asks the books, without a transaction. */
	isHeld(session: RunSession): Promise<boolean>;
	release(): Promise<void>;
}

/** What a lease is asked with. */
export interface LeaseWish {
	readonly operator: string;
	readonly planHash: string;
	/** How long to wait for another holder, in milliseconds. */
	readonly wait: number;
	readonly signal: AbortSignal;
	/** Called once when another one holds it and is waited for. */
	readonly onWait?: (holder: Holder | undefined) => void;
	/** Called when somebody else has taken the lease over. */
	readonly onLost: () => void;
	/** Called when the server has not answered for a while, on no connection. */
	readonly onSilence?: () => void;
}

const beatEvery = 5000;

/** A beat without an answer for so long is given up with its connection. */
const beatLimit = 15_000;

/** After so many vain attempts to reach the server again it is silent: with the waits, about a minute. */
const vainAttempts = 3;

/** The server needs a moment to see that a holder was killed. */
const shortWait = 1500;

/** Tries until the lock is held; a waiting query would stand in the way of CREATE INDEX CONCURRENTLY. */
async function pollLock(
	engine: RunEngine,
	session: RunSession,
	{ wait, signal, onWait }: Pick<LeaseWish, "wait" | "signal" | "onWait">,
): Promise<boolean> {
	const { sql, values } = engine.ways.tryLock(resource);
	const pause = pauseUnless(signal);
	const started = performance.now();
	let told = false;
	for (;;) {
		if (isTrue(await ask(session, sql, values))) return true;
		const waited = performance.now() - started;
		await endSilentHolder(engine, session);
		if (waited >= Math.max(wait, shortWait) || signal.aborted) return false;
		if (!told && wait > shortWait && waited > shortWait) {
			told = true;
			onWait?.(await holderOrNone(engine, session));
		}
		await pause(Math.min(250 + waited / 10, 2000));
	}
}

const pooled: EngineProblem = {
	code: "badTarget",
	message:
		"Between lockkeeper and the server stands a pooler that changes connections between transactions.",
	hint: "Name the server itself, or a pool in session mode: a lock belongs to one connection.",
};

/** Takes the lock for this run, and the books when they are missing; says who has it otherwise. */
export async function takeLease(engine: RunEngine, wish: LeaseWish): Promise<Lease | NoLease> {
	const connected = await engine.connect("lock");
	if ("code" in connected) return connected;
	try {
		if (!(await engine.ways.keepsSession(connected))) {
			await connected.close();
			return pooled;
		}
		if (engine.connections === "many") await watch(engine, connected);
		if (!(await pollLock(engine, connected, wish))) {
			const by = await holderOrNone(engine, connected);
			await connected.close();
			return { code: "held", ...(by && { by }) };
		}
		await makeBooks(engine, connected);
		const token = await takeOver(engine, connected, { ...wish, resource });
		return new HeldLease(engine, connected, token, wish);
	} catch (error) {
		await connected.close();
		if (!(error instanceof Refused)) throw error;
		return notTaken(error.failure);
	}
}

function notTaken({ kind, message }: RunFailure): EngineProblem {
	const hints: Partial<Record<FailureKind, string>> = {
		full: "The server has no room left for its books. Make some, and run it again.",
		connection: "Nothing was changed. Run it again when the server is up.",
	};
	return {
		code: "badTarget",
		message: `The lock could not be taken: ${message}.`,
		hint:
			hints[kind] ?? "lockkeeper needs a schema of its own: GRANT CREATE ON DATABASE to its user.",
	};
}

async function watch({ ways }: RunEngine, session: RunSession): Promise<void> {
	for (const sql of ways.watchClient) await session.run(sql);
}

/** Keeps the lock alive: the connection that holds it may break while nobody else comes. */
class HeldLease implements Lease {
	readonly token: number;
	session: RunSession;
	readonly #engine: RunEngine;
	readonly #wish: LeaseWish;
	readonly #timer: NodeJS.Timeout | undefined;
	#beating: Promise<void> | undefined;
	#ended = false;
	#vain = 0;

	constructor(engine: RunEngine, session: RunSession, token: number, wish: LeaseWish) {
		this.#engine = engine;
		this.session = session;
		this.token = token;
		this.#wish = wish;
		if (engine.connections === "many") {
			this.#timer = setInterval(() => {
				this.#beating ??= this.#beat().finally(() => {
					this.#beating = undefined;
				});
			}, beatEvery);
			this.#timer.unref();
		}
	}

	async fence(session: RunSession): Promise<"held" | "lost"> {
		const { ways } = this.#engine;
		const answer = await session.run(
			`SELECT token FROM ${ways.book("lease")} WHERE resource = ? ${ways.keepRow}`,
			[resource],
		);
		if (answer.ok && Number(answer.rows[0]?.[0]) === this.token) return "held";
		await session.run("ROLLBACK");
		return "lost";
	}

	async isHeld(session: RunSession): Promise<boolean> {
		const rows = await ask(
			session,
			`SELECT token FROM ${this.#engine.ways.book("lease")} WHERE resource = ?`,
			[resource],
		);
		return Number(rows[0]?.[0]) === this.token;
	}

	async release(): Promise<void> {
		this.#ended = true;
		clearInterval(this.#timer);
		if (this.#vain > 0) this.session.cut?.();
		await this.#beating;
		const { ways } = this.#engine;
		const isSaid = await this.#sayReleased(this.session);
		if (!isSaid && this.#engine.connections === "many") {
			// Its connection broke since the last beat: the books need not say that we are still at work.
			const other = await this.#engine.connect("lock");
			if (!("code" in other)) {
				await this.#sayReleased(other);
				await other.close();
			}
		}
		const { sql, values } = ways.unlock(resource);
		await this.session.run(sql, values);
		await this.session.close();
	}

	async #sayReleased(session: RunSession): Promise<boolean> {
		const { ways } = this.#engine;
		const { ok } = await session.run(
			`UPDATE ${ways.book("lease")} SET released_at = ${ways.now} WHERE resource = ? AND token = ?`,
			[resource, this.token],
		);
		return ok;
	}

	async #beat(): Promise<void> {
		const { ways } = this.#engine;
		const { session } = this;
		// A network that swallows everything breaks no connection for a quarter of an hour.
		const limit = setTimeout(() => session.cut?.(), beatLimit);
		const answer = await session.run(
			`UPDATE ${ways.book("heartbeat")} SET beat_at = ${ways.now} WHERE resource = ? AND token = ?`,
			[resource, this.token],
		);
		clearTimeout(limit);
		if (this.#ended || (answer.ok && answer.changed === 1)) return;
		const isGone = !answer.ok && answer.failure.kind === "connection";
		if (isGone) await this.#comeBack();
		else this.#lose();
	}

	#lose(): void {
		if (!this.#ended) this.#wish.onLost();
	}

	/** Takes the lock again on a new connection, as long as nobody has taken the lease over. */
	async #comeBack(): Promise<void> {
		const connected = await this.#engine.connect("lock");
		// The next beat tries again; until then the token keeps others' work safe from ours.
		if ("code" in connected) {
			this.#vain += 1;
			if (this.#vain >= vainAttempts) this.#wish.onSilence?.();
			return;
		}
		this.#vain = 0;
		const limit = setTimeout(() => connected.cut?.(), beatLimit);
		await watch(this.#engine, connected);
		try {
			const { sql, values } = this.#engine.ways.tryLock(resource);
			const isOurs = await this.isHeld(connected);
			if (isOurs) await endLeft(this.#engine, connected, this.session.id);
			if (isOurs && isTrue(await ask(connected, sql, values))) {
				await tellServer(
					connected,
					`UPDATE ${this.#engine.ways.book("lease")} SET session = ? WHERE resource = ? AND token = ?`,
					[connected.id, resource, this.token],
				);
				await this.session.close();
				this.session = connected;
				return;
			}
			await connected.close();
			if (!isOurs) this.#lose();
		} catch {
			await connected.close();
		} finally {
			clearTimeout(limit);
		}
	}
}
