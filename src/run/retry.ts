import type { ServerStep } from "../plan/plan.ts";
import type { Blocker, RunFailure } from "./engine.ts";
import type { OpenRun } from "./open-run.ts";

/** How long a step that waits for locks is tried. */
export interface RetryLimits {
	/** Milliseconds from the first attempt; after them the step fails. */
	readonly deadline: number;
	/** From 0 to 1, for tests that need no chance. */
	readonly random?: () => number;
}

const base = 250;
const cap = 10_000;

/** Returns how long to wait before the next attempt: anything up to twice as much as before, 10 s at most. */
export function backoff(attempt: number, random: () => number = Math.random): number {
	return Math.round(random() * Math.min(cap, base * 2 ** attempt));
}

/** Failures that say nothing against another attempt. */
export function isPassing({ kind }: RunFailure): boolean {
	return kind === "lockTimeout" || kind === "conflict" || kind === "busy" || kind === "connection";
}

/** A step whose connection breaks so often is given up. */
const mostBreaks = 8;

/** Batches that ran for so long since the connection broke, in milliseconds, did something. */
const calmAfter = 60_000;

/** Counts broken connections: a statement that ends its connection each time is not run for ever. */
export class Breaks {
	#count = 0;
	#last = 0;

	isTooMany({ transaction }: ServerStep): boolean {
		const now = performance.now();
		const isCalm = transaction === "batches" && now - this.#last > calmAfter;
		this.#count = isCalm ? 1 : this.#count + 1;
		this.#last = now;
		return this.#count > mostBreaks;
	}

	/** How long to wait before the next attempt, in milliseconds. */
	get pause(): number {
		return this.#count > 3 ? backoff(this.#count - 3) : 0;
	}
}

/** Watches who stands in the way of the session that works, while it works. */
export class BlockerWatch {
	readonly #run: OpenRun;
	#blockers: readonly Blocker[] = [];
	#waited = 0;
	#timer: NodeJS.Timeout | undefined;
	#busy = false;
	readonly #onLong: ((blockers: readonly Blocker[]) => void) | undefined;

	/** `onLong` is called once when a wait lasts for 5 seconds. */
	constructor(run: OpenRun, onLong?: (blockers: readonly Blocker[]) => void) {
		this.#run = run;
		this.#onLong = onLong;
	}

	get blockers(): readonly Blocker[] {
		return this.#blockers;
	}

	/** Milliseconds in which the session was seen waiting. */
	get waited(): number {
		return this.#waited;
	}

	start(): void {
		const { engine, session, observer } = this.#run.context;
		if (engine.connections === "one") return;
		const every = 100;
		let told = false;
		this.#timer = setInterval(() => {
			if (this.#busy) return;
			this.#busy = true;
			engine.ways
				.blockers(observer, session.id)
				.then((found) => {
					if (found.length === 0) return;
					this.#blockers = found;
					this.#waited += every;
					if (!told && this.#waited >= 5000) {
						told = true;
						this.#onLong?.(found);
					}
				})
				// Who cannot be asked tells nothing.
				.catch(() => undefined)
				.finally(() => {
					this.#busy = false;
				});
		}, every);
	}

	async stop(): Promise<void> {
		clearInterval(this.#timer);
		while (this.#busy) await new Promise((resolve) => setTimeout(resolve, 5));
	}
}
