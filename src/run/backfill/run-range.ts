import type { StepOutcome } from "../context.ts";
import type { RunSession } from "../engine.ts";
import { passRow, runBatch, type BatchEnd, type Work } from "./batch.ts";
import type { KeyValues } from "./batch-sql.ts";
import type { RangeState } from "./book.ts";
import type { Throttle } from "./throttle.ts";

/** A row that the server refuses to change. */
export interface Reject {
	readonly key: KeyValues;
	readonly code: string;
	readonly message: string;
}

/** What the ranges of a step share while they run. */
export interface Progress {
	readonly rejects: Reject[];
	/** Rows that were changed, over all attempts. */
	rows: number;
	/** Of the keys between the first and the last, where that can be told. */
	readonly shareOf: (state: RangeState) => number | undefined;
}

/** More rows than anybody looks at one by one: the conversion is wrong, not the rows. */
export const mostRejects = 1000;

const targetMilliseconds = 250;
const largestBatch = 50_000;
/** Rows that stay locked for so long are somebody's to free, in milliseconds. */
const longestWait = 15 * 60_000;

/**
 * Returns how many rows the next batch goes over: towards the time that a batch should take, never more
 * than a fifth at once up, half at once down.
 */
export function nextSize(size: number, average: number, last: number, target: number): number {
	const factor = last > 2 * target ? 0.5 : Math.min(1.2, Math.max(0.5, target / average));
	const next = factor > 1 ? Math.ceil(size * factor) : Math.floor(size * factor);
	return Math.min(largestBatch, Math.max(1, next));
}

/** The wait before another attempt: up to 0.25 s, doubled each time, 10 s at most, at random. */
const backoff = (misses: number): number =>
	Math.random() * Math.min(10_000, 250 * 2 ** Math.min(misses, 10));

type Refused = Extract<BatchEnd, { readonly is: "refused" }>;

/** Changes the rows of one range batch by batch until none is left in it. */
export class RangeRunner {
	readonly #work: Work;
	readonly #session: RunSession;
	readonly #throttle: Throttle;
	readonly #progress: Progress;
	#state: RangeState;
	#average: number | undefined;
	/** The size to come back to when the row that cannot be changed is found. */
	#sizeBefore: number | undefined;
	#endlessTries = 0;
	#misses = 0;
	#missedSince = 0;

	constructor(
		work: Work,
		session: RunSession,
		state: RangeState,
		shared: { readonly throttle: Throttle; readonly progress: Progress },
	) {
		this.#work = work;
		this.#session = session;
		this.#state = state;
		this.#throttle = shared.throttle;
		this.#progress = shared.progress;
	}

	async run(): Promise<StepOutcome> {
		const { signal } = this.#work.context;
		while (!this.#state.done) {
			if (signal.aborted) return { is: "paused", why: "it was asked to stop" };
			const calm = await this.#throttle.wait();
			if (calm !== "go") return { is: "paused", why: calm.stop };
			const end = await runBatch(this.#work, this.#session, this.#state);
			if (end.is === "done") this.#advance(end);
			else {
				const outcome = await this.#recover(end);
				if (outcome) return outcome;
			}
		}
		return { is: "done" };
	}

	#advance(end: Extract<BatchEnd, { readonly is: "done" }>): void {
		const { state, rows, milliseconds, workMilliseconds } = end;
		const { context, step } = this.#work;
		const { config } = context;
		const target = config?.throttle?.batchMilliseconds ?? targetMilliseconds;
		const size = state.batchSize;
		this.#misses = 0;
		this.#endlessTries = 0;
		this.#average =
			this.#average === undefined ? workMilliseconds : 0.7 * this.#average + 0.3 * workMilliseconds;
		this.#progress.rows += rows;
		const share = this.#progress.shareOf(state);
		context.tell({
			kind: "batchDone",
			step: step.id,
			rows,
			total: this.#progress.rows,
			size,
			milliseconds,
			...(share !== undefined && { share }),
		});
		this.#state = {
			...state,
			batchSize: nextSize(size, this.#average, workMilliseconds, target),
		};
	}

	async #recover(
		end: Exclude<BatchEnd, { readonly is: "done" }>,
	): Promise<StepOutcome | undefined> {
		if (end.is === "lost") return end;
		if (end.is === "endless") return this.#endless(end.keys);
		// What a trigger of the application raises is about the row, too.
		if (end.failure.code === "P0001") return this.#isolate(end);
		switch (end.failure.kind) {
			case "lockTimeout":
			case "timeout":
			case "conflict":
				return this.#tryLess(end);
			case "busy":
				return this.#wait(end);
			case "data":
				return this.#isolate(end);
			default:
				return { is: "failed", failure: end.failure };
		}
	}

	/** Without gap locks a row may have come in between: it is not there when the batch is tried again. */
	#endless(keys: readonly KeyValues[]): StepOutcome | undefined {
		if (++this.#endlessTries < 3) return undefined;
		const { table = "", key = [] } = this.#work.step.backfill ?? {};
		const named = keys.map((values) => `${key.join(", ")} = ${values.join(", ")}`);
		return {
			is: "stopped",
			why: `rows of ${table} are to be changed again right after they were changed: repeated, the change would never end`,
			details: [
				...named,
				"Nothing of this batch was kept. Look for a trigger that puts the old values back, or make a plan with another condition.",
			],
			rows: named,
		};
	}

	/** Half as many rows: fewer locks to wait for, less to do at once. */
	#tryLess(end: Refused): Promise<StepOutcome | undefined> {
		const batchSize = Math.max(1, Math.floor(this.#state.batchSize / 2));
		this.#average = undefined;
		this.#state = { ...this.#state, batchSize };
		return this.#wait(end);
	}

	async #wait({ failure, blockers }: Refused): Promise<StepOutcome | undefined> {
		const { context, step } = this.#work;
		const now = performance.now();
		if (this.#misses++ === 0) this.#missedSince = now;
		this.#state = { ...this.#state, attempts: this.#state.attempts + 1 };
		if (now - this.#missedSince > longestWait) {
			return { is: "paused", why: `it could not go on for 15 min: ${failure.message}` };
		}
		const nextInMilliseconds = Math.round(backoff(this.#misses));
		context.tell({
			kind: "lockMissed",
			step: step.id,
			attempt: this.#misses,
			blockers,
			nextInMilliseconds,
		});
		await context.pause(nextInMilliseconds);
		return undefined;
	}

	/** Halves the batch until it is one row, and goes past that one. */
	async #isolate({ failure, bound }: Refused): Promise<StepOutcome | undefined> {
		const { batchSize } = this.#state;
		if (batchSize > 1) {
			this.#sizeBefore ??= batchSize;
			this.#state = { ...this.#state, batchSize: Math.floor(batchSize / 2) };
			return undefined;
		}
		// A row that came meanwhile: the next look finds it.
		if (!bound) return this.#wait({ is: "refused", failure, bound, blockers: [] });
		const { rejects } = this.#progress;
		const end = await passRow(this.#work, this.#session, this.#state, bound);
		if (end.is !== "done") return this.#recover(end);
		rejects.push({ key: bound, code: failure.code, message: failure.message });
		this.#state = { ...end.state, batchSize: this.#sizeBefore ?? 1 };
		this.#sizeBefore = undefined;
		return rejects.length > mostRejects ? { is: "stopped", why: "", details: [] } : undefined;
	}
}
