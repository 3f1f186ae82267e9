import type { ServerStep } from "../plan/plan.ts";
import { ask, isTrue, Refused } from "./ask.ts";
import { runBackfill } from "./backfill/run-backfill.ts";
import { moveStep, readSteps, type StepChange, type StepRow } from "./books.ts";
import type { StepOutcome } from "./context.ts";
import type { RunFailure } from "./engine.ts";
import { endLeft } from "./lasting-session.ts";
import { tryAlone, waitForEarlier } from "./lone-step.ts";
import type { OpenRun } from "./open-run.ts";
import { askBefore, lostOrBroken, tryOwn, type Attempt } from "./own-step.ts";
import { backoff, BlockerWatch, Breaks, isPassing, type RetryLimits } from "./retry.ts";

/** A step that ran into its time limit is tried so often. */
const timeoutAttempts = 3;

/** A server that does not answer is asked again so often: about a minute. */
const connectAttempts = 12;

const lostLease: StepOutcome = { is: "lost", why: "lease" };
const asked: StepOutcome = { is: "paused", why: "asked to stop" };

/** One step on its way: from what the books have of it to its end, over all attempts. */
class StepCourse {
	readonly #run: OpenRun;
	readonly #step: ServerStep;
	readonly #limits: RetryLimits;
	#row: StepRow;
	#attempt = 0;
	#timeouts = 0;
	#lockWait = 0;
	readonly #breaks = new Breaks();
	readonly #started = performance.now();

	constructor(run: OpenRun, step: ServerStep, row: StepRow, limits: RetryLimits) {
		this.#run = run;
		this.#step = step;
		this.#row = row;
		this.#limits = limits;
	}

	/** Runs the step until it is done or cannot be. */
	async follow(): Promise<StepOutcome> {
		const { signal } = this.#run.context;
		for (;;) {
			if (signal.aborted) return this.#rest();
			const attempt = await this.#try();
			if (attempt.is === "done") return this.#done(attempt.rows);
			if (attempt.is === "ended") return this.#end(attempt.outcome);
			const outcome = await this.#afterFailure(attempt.failure);
			if (outcome) return outcome;
		}
	}

	async #try(): Promise<Attempt> {
		const step = this.#step;
		const { state, session: earlier } = this.#row;
		const { engine, session, observer } = this.#run.context;
		const isUncertain = state === "intent";
		try {
			// Before it is begun again: the books know only the last connection that ran it.
			if (step.transaction === "none" && isUncertain && earlier !== undefined) {
				if (!(await waitForEarlier(this.#run, step, earlier)))
					return { is: "ended", outcome: asked };
			}
			if (isUncertain && earlier !== undefined && earlier !== session.id) {
				await endLeft(engine, observer, earlier);
			}
			const missing = this.#isToAsk() ? await askBefore(this.#run, step) : undefined;
			if (missing) {
				const why = `It cannot begin: it is not so that ${missing.says}.`;
				return { is: "ended", outcome: { is: "stopped", why, details: [missing.sql] } };
			}
			if (!(await this.#begin())) return await this.#overtaken();
		} catch (error) {
			if (!(error instanceof Refused)) throw error;
			return { is: "refused", failure: error.failure, at: "" };
		}
		if (step.transaction === "batches") return this.#batches();
		const watch = this.#watch();
		watch.start();
		const attempt =
			step.transaction === "own"
				? await tryOwn(this.#run, step, () => this.#lockWait + watch.waited)
				: await tryAlone(this.#run, step, this.#row, isUncertain);
		await watch.stop();
		this.#lockWait += watch.waited;
		const isMiss =
			attempt.is === "refused" &&
			isPassing(attempt.failure) &&
			attempt.failure.kind !== "connection";
		// What a step without a transaction has done stands in the books.
		if (isMiss && step.transaction === "none") await this.#read();
		if (isMiss) await this.#wait(watch);
		return attempt;
	}

	/** What reads tables is asked once; batches that were begun have changed what held before. */
	#isToAsk(): boolean {
		const { transaction } = this.#step;
		if (this.#attempt > 0 || transaction === "none") return false;
		return transaction === "own" || this.#row.state === "pending";
	}

	#watch(): BlockerWatch {
		const { id, transaction } = this.#step;
		return new BlockerWatch(this.#run, (blockers) => {
			if (transaction !== "none") return;
			const what = blockers.map(({ who }) => who).join(", ");
			this.#run.context.tell({ kind: "waitingFor", step: id, what });
		});
	}

	/** Enters the step as begun. */
	async #begin(): Promise<boolean> {
		const { session, tell } = this.#run.context;
		const starts = this.#row.state === "rolledBack" ? { statementsDone: 0 } : {};
		const isOurs = await this.#move({
			to: "intent",
			from: ["pending", "intent", "failed", "rolledBack"],
			starts: true,
			session: session.id,
			...starts,
		});
		if (!isOurs) return false;
		this.#row = { ...this.#row, state: "intent", session: session.id, ...starts };
		this.#attempt += 1;
		tell({ kind: "stepStarted", step: this.#step.id, attempt: this.#attempt });
		return true;
	}

	/** A commit whose answer was lost may have come through meanwhile; else somebody else is at work. */
	async #overtaken(): Promise<Attempt> {
		const isDone = (await this.#read()) && this.#row.state === "done";
		return isDone ? { is: "done", rows: this.#row.rows ?? 0 } : lostOrBroken(this.#run);
	}

	async #batches(): Promise<Attempt> {
		const outcome = await runBackfill(this.#run.context, this.#step);
		if (outcome.is === "lost") return lostOrBroken(this.#run);
		if (outcome.is === "failed") return { is: "refused", failure: outcome.failure, at: "" };
		if (outcome.is !== "done") return { is: "ended", outcome };
		const { engine, session, operator } = this.#run.context;
		for (const sql of engine.ways.reset) await session.run(sql);
		// Before it counts as done: a run that ends in between would never prove them.
		const failed = await this.#check();
		if (failed) return { is: "ended", outcome: failed };
		const rows = outcome.rows ?? 0;
		const isOurs = await this.#move({
			to: "done",
			from: ["intent"],
			ends: true,
			rows,
			operator,
			message: null,
			schemaRev: null,
		});
		return isOurs ? { is: "done", rows } : { is: "ended", outcome: lostLease };
	}

	async #wait(watch: BlockerWatch): Promise<void> {
		const { tell, pause } = this.#run.context;
		const nextInMilliseconds = backoff(this.#attempt, this.#limits.random);
		tell({
			kind: "lockMissed",
			step: this.#step.id,
			attempt: this.#attempt,
			blockers: watch.blockers,
			nextInMilliseconds,
		});
		await pause(nextInMilliseconds);
	}

	/** Decides what a failure means; nothing when the step is tried again. */
	async #afterFailure(failure: RunFailure): Promise<StepOutcome | undefined> {
		if (failure.kind === "connection") {
			if (this.#breaks.isTooMany(this.#step)) return this.#giveUp(failure);
			await this.#run.context.pause(this.#breaks.pause);
			return this.#comeBack();
		}
		const isLate = performance.now() - this.#started > this.#limits.deadline;
		if (isPassing(failure) && !isLate) return undefined;
		if (failure.kind === "timeout" && !this.#run.context.signal.aborted) {
			this.#timeouts += 1;
			if (this.#timeouts < timeoutAttempts) return undefined;
		}
		if (this.#run.context.signal.aborted) return this.#rest();
		return this.#giveUp(failure);
	}

	async #giveUp(failure: RunFailure): Promise<StepOutcome> {
		await this.#run.renew();
		await this.#fail(failure.message, failure.code);
		return { is: "failed", failure };
	}

	/** Connects again and reads what became of the step; nothing when it goes on. */
	async #comeBack(): Promise<StepOutcome | undefined> {
		const { pause, signal } = this.#run.context;
		for (let attempt = 0; attempt < connectAttempts; attempt += 1) {
			const state = await this.#run.renew();
			if (state === "lost") return lostLease;
			if (state === "ready" && (await this.#read())) {
				return this.#row.state === "done" ? this.#done(this.#row.rows ?? 0) : undefined;
			}
			if (signal.aborted) break;
			await pause(Math.min(250 * 2 ** attempt, 10_000));
		}
		return { is: "lost", why: "connection" };
	}

	async #read(): Promise<boolean> {
		const { engine, plan, session, planHash } = this.#run.context;
		try {
			const rows = await readSteps({ ways: engine.ways, plan }, session, planHash);
			const row = rows.get(this.#step.id);
			if (row) this.#row = row;
			return row !== undefined;
		} catch (error) {
			if (error instanceof Refused) return false;
			throw error;
		}
	}

	async #done(rows: number): Promise<StepOutcome> {
		if (this.#step.transaction !== "batches") {
			const failed = await this.#check();
			if (failed) return failed;
		}
		this.#run.context.tell({
			kind: "stepDone",
			step: this.#step.id,
			milliseconds: Math.round(performance.now() - this.#started),
			...(rows > 0 && { rows }),
			...(this.#lockWait > 0 && { lockWaitMilliseconds: Math.round(this.#lockWait) }),
		});
		return { is: "done", rows };
	}

	/** The queries that prove a change of rows, when all rows are changed. */
	async #check(): Promise<StepOutcome | undefined> {
		const { session, tell } = this.#run.context;
		for (const { what, sql } of this.#step.checks) {
			const passed = isTrue(await ask(session, sql));
			const count = passed ? 0 : await this.#count(sql);
			tell({
				kind: "verified",
				step: this.#step.id,
				what,
				passed,
				...(count !== undefined && { count }),
			});
			if (passed) continue;
			const why = `The check of ${words[what]} failed.`;
			await this.#move({ to: "failed", from: ["done"], message: why });
			return { is: "stopped", why, details: [sql] };
		}
		return undefined;
	}

	/** How many rows a check finds; undefined where it asks for something else. */
	async #count(sql: string): Promise<number | undefined> {
		const rows = /^SELECT count\(\*\) = 0 (FROM .*)$/s.exec(sql)?.[1];
		if (rows === undefined) return undefined;
		const [row] = await ask(this.#run.context.session, `SELECT count(*) ${rows}`);
		return Number(row?.[0]);
	}

	/** Stops at a safe place: what is done stays done. */
	async #rest(): Promise<StepOutcome> {
		if (this.#step.transaction === "own") {
			await this.#quietly({ to: "pending", from: ["intent"] });
		}
		return asked;
	}

	async #end(outcome: StepOutcome): Promise<StepOutcome> {
		if (outcome.is === "stopped") await this.#fail(outcome.why, "stopped", outcome.rows);
		return outcome;
	}

	async #fail(message: string, code = "stopped", rows?: readonly string[]): Promise<void> {
		const { id: step } = this.#step;
		this.#run.context.tell({ kind: "stepFailed", step, code, message, ...(rows && { rows }) });
		await this.#quietly({ to: "failed", from: ["intent", "pending"], message });
	}

	/** What the books would say anyway when the step is run again. */
	async #quietly(change: Omit<StepChange, "token">): Promise<void> {
		try {
			await this.#move(change);
		} catch (error) {
			if (!(error instanceof Refused)) throw error;
		}
	}

	#move(change: Omit<StepChange, "token">): Promise<boolean> {
		const { engine, session, planHash, token } = this.#run.context;
		return moveStep(engine, session, planHash, this.#step.id, { ...change, token });
	}
}

const words = {
	pending: "rows that are left to change",
	unconvertible: "values that have no new one",
	lossy: "values that could not be got back",
} as const;

/** Runs a step of the server, as often as it takes, and returns how it ended. */
export function runStep(
	run: OpenRun,
	step: ServerStep,
	row: StepRow,
	limits: RetryLimits,
): Promise<StepOutcome> {
	return new StepCourse(run, step, row, limits).follow();
}
