import type { RunConfig } from "../core/config.ts";
import type { Plan } from "../plan/plan.ts";
import type { RunContext, RunEvent } from "./context.ts";
import type { EngineProblem, RunEngine, RunSession } from "./engine.ts";
import type { Holder } from "./holder.ts";
import { writeEvent } from "./journal.ts";
import { LastingSession } from "./lasting-session.ts";
import { takeLease, type Lease, type NoLease } from "./lease.ts";
import { pauseUnless } from "./pause.ts";

/** What a run is opened with. */
export interface RunWish {
	readonly engine: RunEngine;
	readonly plan: Plan;
	readonly planHash: string;
	readonly operator: string;
	/** Set when the run is to stop at the next safe place. */
	readonly signal: AbortSignal;
	/** How long to wait for another runner, in milliseconds. */
	readonly wait: number;
	readonly tell: (event: RunEvent) => void;
	readonly onWait?: (holder: Holder | undefined) => void;
	readonly config?: RunConfig;
}

/** A run that holds the lease. */
export interface OpenRun {
	readonly context: RunContext;
	readonly lease: Lease;
	/** Writes what was told since the last time into the books; not inside a transaction. */
	record(): Promise<void>;
	/**
	 * Writes an event in the transaction that is open on the run's session: it is there with what it tells of or not
	 * at all. People are told by `say` when the transaction is committed.
	 */
	recordInside(event: RunEvent): Promise<void>;
	/** Tells people of an event that the books have already. */
	say(event: RunEvent): void;
	/**
	 * Puts new connections in the place of broken ones, and asks whether the lease is still ours. `gone`: the server
	 * does not answer.
	 */
	renew(): Promise<"ready" | "lost" | "gone">;
	close(): Promise<void>;
}

interface Connections {
	readonly work: RunSession;
	readonly observer: RunSession;
	readonly lasting: readonly LastingSession[];
}

async function connectionsOf(
	engine: RunEngine,
	lease: Lease,
): Promise<Connections | EngineProblem> {
	if (engine.connections === "one") {
		return { work: lease.session, observer: lease.session, lasting: [] };
	}
	const work = await LastingSession.open(engine, "run");
	if ("code" in work) return work;
	const observer = await LastingSession.open(engine, "watch", { renewsItself: true });
	if ("code" in observer) {
		await work.close();
		return observer;
	}
	return { work, observer, lasting: [work, observer] };
}

const recordEvery = 2000;

/** Takes the lease, connects, and returns the run; or says who holds the lock, or why there is no connection. */
export async function openRun(wish: RunWish): Promise<OpenRun | NoLease> {
	const { engine, plan, planHash, operator } = wish;
	const lost = new AbortController();
	const open: LastingSession[] = [];
	const signal = AbortSignal.any([wish.signal, lost.signal]);
	const lease = await takeLease(engine, {
		...wish,
		signal,
		onLost: () => {
			lost.abort();
		},
		// What waits for an answer on a dead connection hears that it is dead, and goes the way of broken ones.
		onSilence: () => {
			for (const session of open) session.cut();
		},
	});
	if ("code" in lease) return lease;
	const connections = await connectionsOf(engine, lease);
	if ("code" in connections) {
		await lease.release();
		return connections;
	}
	const { work, observer, lasting } = connections;
	open.push(...lasting);
	const told: RunEvent[] = [];
	let writing = Promise.resolve();
	const writeTold = async (): Promise<void> => {
		for (let event = told[0]; event; event = told[0]) {
			await writeEvent(engine, observer, { planHash, token: lease.token, event });
			told.shift();
		}
	};
	const record = (): Promise<void> => {
		writing = writing.catch(() => undefined).then(writeTold);
		return writing;
	};
	// A long step says much before it ends; with one connection its transaction may be open.
	const timer =
		engine.connections === "many"
			? setInterval(() => void record().catch(() => undefined), recordEvery).unref()
			: undefined;
	const context: RunContext = {
		engine,
		plan,
		planHash,
		operator,
		token: lease.token,
		session: work,
		observer,
		signal,
		tell(event) {
			told.push(event);
			wish.tell(event);
		},
		fence: (session = work) => lease.fence(session),
		pause: pauseUnless(signal),
		...(wish.config && { config: wish.config }),
	};
	return {
		context,
		lease,
		record,
		recordInside: (event) => writeEvent(engine, work, { planHash, token: lease.token, event }),
		say: wish.tell,
		async renew() {
			for (const session of lasting) {
				if (await session.renew()) return "gone";
			}
			try {
				return (await lease.isHeld(observer)) ? "ready" : "lost";
			} catch {
				return "gone";
			}
		},
		async close() {
			clearInterval(timer);
			await writing.catch(() => undefined);
			await Promise.all(lasting.map((session) => session.close()));
			await lease.release();
		},
	};
}
