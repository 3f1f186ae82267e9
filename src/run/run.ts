import { planPhases, runsOnServer, type PlanPhase, type PlanStep } from "../plan/plan.ts";
import { sha256 } from "../project/plan-file.ts";
import { version } from "../version.ts";
import { Refused, tellServer } from "./ask.ts";
import {
	endRun,
	moveStep,
	readRun,
	readSteps,
	serverTime,
	stepBeingTakenBack,
	underRollback,
	type StepRow,
} from "./books.ts";
import type { StepOutcome } from "./context.ts";
import { checkDrift } from "./drift-check.ts";
import { knownSchema } from "./drift.ts";
import type { RunFailure } from "./engine.ts";
import { checksumOf, lastOf, readHistory, writeHistory } from "./history.ts";
import { waitingOf, type Waiting } from "./holds.ts";
import { readEvents } from "./journal.ts";
import type { OpenRun } from "./open-run.ts";
import type { RetryLimits } from "./retry.ts";
import { runStep } from "./step.ts";

/** How far a run is to go, and what people say to it. */
export interface RunOrder extends RetryLimits {
	/** The last phase to run. */
	readonly until?: PlanPhase;
	/** People's steps that an operator says are done. */
	readonly done: ReadonlySet<string>;
	/** What an operator has seen, for the steps that ask for it. */
	readonly evidence?: string;
	/** The schema may differ from what was seen last. */
	readonly acceptDrift: boolean;
	readonly approvers: readonly string[];
}

/** How a run ended. */
export type RunEnd =
	| { readonly is: "done" }
	| { readonly is: "until"; readonly phase: PlanPhase }
	| { readonly is: "paused"; readonly why: string }
	| { readonly is: "waiting"; readonly step: string; readonly waiting: Waiting }
	| {
			readonly is: "stopped";
			readonly step?: string;
			readonly why: string;
			readonly details: readonly string[];
			readonly failure?: RunFailure;
	  }
	| { readonly is: "lost"; readonly why: "connection" | "lease" };

/** Goes through the steps of a plan, from the first that is not done. */
class PlanCourse {
	readonly #run: OpenRun;
	readonly #order: RunOrder;
	#rows: ReadonlyMap<string, StepRow> = new Map();
	#phase: PlanPhase | undefined;

	constructor(run: OpenRun, order: RunOrder) {
		this.#run = run;
		this.#order = order;
	}

	async follow(): Promise<RunEnd> {
		const { plan, signal } = this.#run.context;
		await this.#read();
		const undone = stepBeingTakenBack(this.#rows);
		if (undone) {
			const { why, hint } = underRollback(undone);
			return { is: "stopped", step: undone.step, why, details: [hint] };
		}
		const drifted = await checkDrift(this.#run, this.#rows, this.#order.acceptDrift);
		if (drifted) return drifted;
		for (const step of plan.steps) {
			if (this.#rows.get(step.id)?.state === "done") continue;
			const { until } = this.#order;
			if (until && planPhases.indexOf(step.phase) > planPhases.indexOf(until)) {
				this.#enter(undefined);
				return { is: "until", phase: until };
			}
			if (signal.aborted) return this.#aborted();
			const end = await this.#go(step);
			if (end) return end;
			await this.#run.record();
		}
		this.#enter(undefined);
		return this.#finish();
	}

	async #read(): Promise<void> {
		const { engine, plan, session, planHash } = this.#run.context;
		this.#rows = await readSteps({ ways: engine.ways, plan }, session, planHash);
	}

	/** A signal of ours or a lost lease: the books of the lease tell. */
	async #aborted(): Promise<RunEnd> {
		const { lease, context } = this.#run;
		return (await lease.isHeld(context.observer))
			? { is: "paused", why: "asked to stop" }
			: { is: "lost", why: "lease" };
	}

	#enter(phase: PlanPhase | undefined): void {
		if (phase === this.#phase) return;
		const { tell } = this.#run.context;
		if (this.#phase) tell({ kind: "phaseDone", phase: this.#phase });
		if (phase) tell({ kind: "phaseStarted", phase });
		this.#phase = phase;
	}

	async #go(step: PlanStep): Promise<RunEnd | undefined> {
		const { context } = this.#run;
		const { engine, plan, session, tell } = context;
		const now = await serverTime(engine, session);
		const { evidence, done } = this.#order;
		const waiting = waitingOf(step, plan.steps, this.#rows, { now, evidence });
		const isSaid = waiting?.for === "people" && done.has(step.id);
		if (waiting && !isSaid) {
			tell({ kind: "waitingFor", step: step.id, what: waitingWords(waiting) });
			return { is: "waiting", step: step.id, waiting };
		}
		this.#enter(step.phase);
		if (evidence !== undefined && (step.hold?.missing.length ?? 0) > 0) {
			await this.#keepEvidence(step, evidence);
		}
		if (!runsOnServer(step)) return this.#doneByPeople(step);
		const row = this.#rows.get(step.id);
		if (!row) return stop("The books do not know this step.", step.id);
		const outcome = await runStep(this.#run, step, row, this.#order);
		if (outcome.is !== "done") return this.#stopAt(step, outcome);
		await this.#read();
		return checkDrift(this.#run, this.#rows, this.#order.acceptDrift);
	}

	async #keepEvidence({ id }: PlanStep, evidence: string): Promise<void> {
		const { engine, session, planHash, token, operator, tell } = this.#run.context;
		const from = ["pending", "intent", "failed", "rolledBack"] as const;
		const state = this.#rows.get(id)?.state ?? "pending";
		await moveStep(engine, session, planHash, id, { to: state, from, token, evidence });
		tell({ kind: "stepFound", step: id, says: `${operator} says: ${evidence}` });
	}

	/** What people did may have changed the schema: from now on it is as they left it. */
	async #doneByPeople(step: PlanStep): Promise<RunEnd | undefined> {
		const { engine, session, planHash, token, operator, tell } = this.#run.context;
		const isOurs = await moveStep(engine, session, planHash, step.id, {
			to: "done",
			from: ["pending", "intent", "failed", "rolledBack"],
			token,
			starts: true,
			operator,
		});
		if (!isOurs) return { is: "lost", why: "lease" };
		await moveStep(engine, session, planHash, step.id, {
			to: "done",
			from: ["done"],
			token,
			ends: true,
		});
		tell({ kind: "stepFound", step: step.id, says: `${operator} says that it is done` });
		tell({ kind: "stepDone", step: step.id, milliseconds: 0 });
		await this.#read();
		return checkDrift(this.#run, this.#rows, true);
	}

	async #stopAt(step: PlanStep, outcome: Exclude<StepOutcome, { is: "done" }>): Promise<RunEnd> {
		if (outcome.is === "paused") return this.#aborted();
		if (outcome.is === "lost") return outcome;
		if ("proves" in step && outcome.is === "stopped") await this.#invalidate(step);
		if (outcome.is === "stopped") {
			return { is: "stopped", step: step.id, why: outcome.why, details: outcome.details };
		}
		const { failure } = outcome;
		const details = [failure.detail, failure.hint].flatMap((text) => text ?? []);
		return { is: "stopped", step: step.id, why: failure.message, details, failure };
	}

	/**
	 * What failed once is not believed again: the changes of rows that the verification looks at, and all that was
	 * verified since, are gone through anew from the first row.
	 */
	async #invalidate(step: PlanStep): Promise<void> {
		const { engine, plan, session, planHash, token, fence } = this.#run.context;
		const { ways } = engine;
		const needed = new Set(step.needs);
		for (const one of plan.steps.toReversed()) {
			if (needed.has(one.id)) for (const need of one.needs) needed.add(need);
		}
		const again = plan.steps
			.filter(runsOnServer)
			.filter(({ id, transaction, proves }) =>
				transaction === "batches" ? needed.has(id) : proves === true && id !== step.id,
			)
			.filter(({ id }) => this.#rows.get(id)?.state === "done");
		if (again.length === 0) return;
		await tellServer(session, ways.begin);
		for (const { id } of again) {
			await moveStep(engine, session, planHash, id, { to: "pending", from: ["done"], token });
			await tellServer(
				session,
				`DELETE FROM ${ways.book("backfill")} WHERE plan_hash = ? AND step_id = ?`,
				[planHash, id],
			);
		}
		if ((await fence()) === "held") await tellServer(session, "COMMIT");
	}

	/** All steps are done: the revisions of the plan are applied. */
	async #finish(): Promise<RunEnd> {
		const { engine, plan, planHash, session, operator, fence, tell } = this.#run.context;
		await this.#run.record();
		const run = await readRun(engine, session, planHash);
		const events = await readEvents(engine, session, planHash);
		const known = await knownSchema(engine, session);
		const target = await engine.ways.targetId(session);
		const now = await serverTime(engine, session);
		const history = await readHistory(engine, session);
		await tellServer(session, engine.ways.begin);
		for (const revision of plan.revisions) {
			if (lastOf(history, revision.id)?.change === "applied") continue;
			await writeHistory(engine, session, {
				revision: revision.id,
				change: "applied",
				checksum: checksumOf(revision),
				operator,
				approvers: run?.approvers ?? this.#order.approvers,
				planHash,
				schemaRevBefore: run?.schemaRevBefore ?? "",
				schemaRevAfter: known?.rev ?? "",
				milliseconds: now - (run?.startedAt ?? now),
				tool: `lockkeeper ${version}`,
				target,
				evidence: sha256(events.map(({ body }) => body).join("\n")),
			});
		}
		await endRun(engine, session, planHash, "done");
		if ((await fence()) === "lost") return { is: "lost", why: "lease" };
		await tellServer(session, "COMMIT");
		tell({ kind: "runDone", milliseconds: now - (run?.startedAt ?? now) });
		return { is: "done" };
	}
}

function stop(why: string, step?: string): RunEnd {
	return { is: "stopped", why, details: [], ...(step !== undefined && { step }) };
}

/** Returns what a run waits for, in words. */
export function waitingWords(waiting: Waiting): string {
	switch (waiting.for) {
		case "people":
			return "people, who do this step";
		case "soak":
			return `${waiting.hours} hours in production, until ${new Date(waiting.until).toISOString()}`;
		case "evidence":
			return `evidence: ${waiting.missing.join(" ")}`;
	}
}

/** A server that breaks the connection between two steps is asked again so often. */
const connectAttempts = 10;

/** Follows the plan; where the connection breaks it is followed from the books again. */
async function followAgain(run: OpenRun, course: PlanCourse): Promise<RunEnd> {
	const { session, pause } = run.context;
	for (let attempt = 1; ; attempt += 1) {
		try {
			return await course.follow();
		} catch (error) {
			await session.run("ROLLBACK");
			if (!(error instanceof Refused)) throw error;
			const { failure } = error;
			if (failure.kind !== "connection") {
				return { is: "stopped", why: failure.message, details: [], failure };
			}
			const state = await run.renew();
			if (state === "lost") return { is: "lost", why: "lease" };
			if (attempt === connectAttempts) return { is: "lost", why: "connection" };
			await pause(Math.min(250 * 2 ** attempt, 10_000));
		}
	}
}

/** Runs a plan as far as it goes now. What is done stands in the books: the next run goes on from there. */
export async function runPlan(run: OpenRun, order: RunOrder): Promise<RunEnd> {
	const { context } = run;
	const course = new PlanCourse(run, order);
	context.tell({
		kind: "runStarted",
		operator: context.operator,
		approvers: order.approvers,
		tool: `lockkeeper ${version}`,
	});
	const end = await followAgain(run, course);
	if (end.is === "paused") context.tell({ kind: "paused", why: end.why });
	if (end.is === "stopped") context.tell({ kind: "aborted", why: end.why });
	if (end.is === "lost") context.tell({ kind: "aborted", why: `the ${end.why} is lost` });
	if (end.is !== "lost") {
		try {
			await run.record();
		} catch (error) {
			if (!(error instanceof Refused)) throw error;
		}
	}
	return end;
}
