import { runsOnServer, type Plan, type PlanStep, type Undo } from "../plan/plan.ts";
import { sha256 } from "../project/plan-file.ts";
import { version } from "../version.ts";
import { Refused, tellServer } from "./ask.ts";
import { endRun, readRun, readSteps, undoMark, type RunRow, type StepRow } from "./books.ts";
import type { RunContext } from "./context.ts";
import { keepSchema, liveSchema } from "./drift.ts";
import { checksumOf, lastOf, readHistory, writeHistory } from "./history.ts";
import { readEvents } from "./journal.ts";
import type { OpenRun } from "./open-run.ts";
import { judgeStep, rollbackOutlook, type StepOutlook } from "./rollback-outlook.ts";
import { enterTakenBack, undoStep } from "./rollback-step.ts";

/** How far a rollback is to go, and what it may cost. */
export interface RollbackWish {
	/** A step or a phase that stays; everything goes when left out. */
	readonly to?: string;
	readonly ttlHours?: number;
	/** Ids of people's steps that they have taken back. */
	readonly takenBack: ReadonlySet<string>;
	/** How long to try for locks, in milliseconds. */
	readonly patience: number;
	/** Asked once, before anything is done, about the steps that are not free: whether to go on. */
	readonly accept: (doubtful: readonly StepOutlook[]) => Promise<boolean>;
}

export type RollbackOutcome =
	| { readonly is: "done"; readonly steps: readonly string[]; readonly isWhole: boolean }
	| { readonly is: "nothing" }
	| { readonly is: "unknownStep"; readonly to: string }
	/** Not accepted: nothing was changed. */
	| { readonly is: "refused"; readonly doubtful: readonly StepOutlook[] }
	| { readonly is: "waiting"; readonly step: PlanStep }
	| { readonly is: "paused" }
	| { readonly is: "lost"; readonly why: "connection" | "lease" }
	| { readonly is: "failed"; readonly step: PlanStep; readonly why: string };

/** The steps that go, the last first; undefined when there is no such step or phase. */
function stepsBeyond(plan: Plan, to: string | undefined): readonly PlanStep[] | undefined {
	if (to === undefined) return plan.steps.toReversed();
	const last = plan.steps.findLastIndex(({ id, phase }) => id === to || phase === to);
	return last < 0 ? undefined : plan.steps.slice(last + 1).toReversed();
}

/** Steps that may not be taken back without asking. */
export function doubtfulOf(steps: readonly StepOutlook[]): readonly StepOutlook[] {
	return steps.filter(
		({ is, isLate }) =>
			["lossy", "unknown", "impossible"].includes(is) || (isLate && is === "lossless"),
	);
}

/**
 * Says in the history that the revisions of the plan are not applied any more: before the first step goes, so that
 * nobody takes a half undone schema for a whole one.
 */
async function unseal({
	engine,
	session,
	plan,
	planHash,
	operator,
	fence,
}: RunContext): Promise<"held" | "lost"> {
	const history = await readHistory(engine, session);
	const applied = plan.revisions.filter(({ id }) => lastOf(history, id)?.change === "applied");
	const run = await readRun(engine, session, planHash);
	if (!run || (applied.length === 0 && run.state === "running")) return "held";
	const { rev: schemaRev } = await liveSchema(engine, session);
	const target = await engine.ways.targetId(session);
	const events = await readEvents(engine, session, planHash);
	await tellServer(session, engine.ways.begin);
	try {
		for (const revision of applied.toReversed()) {
			await writeHistory(engine, session, {
				revision: revision.id,
				change: "rolledBack",
				checksum: checksumOf(revision),
				operator,
				approvers: run.approvers,
				planHash,
				schemaRevBefore: schemaRev,
				schemaRevAfter: run.schemaRevBefore,
				milliseconds: 0,
				tool: `lockkeeper ${version}`,
				target,
				evidence: sha256(events.map(({ body }) => body).join("\n")),
			});
		}
		await endRun(engine, session, planHash, "running");
		if ((await fence()) === "lost") return "lost";
		await tellServer(session, "COMMIT");
		return "held";
	} catch (error) {
		await session.run("ROLLBACK");
		throw error;
	}
}

/** A step without an undo of its own: its line in the books is all that changes. */
async function mark(
	open: OpenRun,
	step: PlanStep,
	message: string,
): Promise<RollbackOutcome | undefined> {
	const { engine, session, fence } = open.context;
	await open.record();
	await tellServer(session, engine.ways.begin);
	try {
		const isOurs = await enterTakenBack(open, step.id, message);
		if (!isOurs) await session.run("ROLLBACK");
		if (!isOurs || (await fence()) === "lost") return { is: "lost", why: "lease" };
		await tellServer(session, "COMMIT");
		return undefined;
	} catch (error) {
		await session.run("ROLLBACK");
		throw error;
	}
}

/** Whether a step that did not end has changed nothing: its transaction went away as a whole. */
const neverHappened = (step: PlanStep, { state, message }: StepRow): boolean =>
	state !== "done" && step.transaction === "own" && message !== undoMark;

const undoOf = (step: PlanStep): Undo =>
	runsOnServer(step) ? step.undo : { unneeded: "people have taken it back" };

async function takeBack(
	open: OpenRun,
	step: PlanStep,
	row: StepRow,
	deadline: number,
): Promise<RollbackOutcome | undefined> {
	const { context } = open;
	const undo = undoOf(step);
	if (neverHappened(step, row)) {
		return mark(open, step, "it had changed nothing");
	}
	if (!("sql" in undo) || !runsOnServer(step)) {
		const why =
			"none" in undo ? `left as it is: ${undo.none}` : "unneeded" in undo ? undo.unneeded : "";
		if ("none" in undo) context.tell({ kind: "stepFound", step: step.id, says: why });
		return mark(open, step, why);
	}
	const end = await undoStep(open, step, undo.sql, { row, deadline });
	switch (end.is) {
		case "done":
			return undefined;
		case "failed":
			return { is: "failed", step, why: end.failure.message };
		default:
			return end;
	}
}

/** A server that does not answer is asked again so often: about a minute. */
const connectAttempts = 12;

/** Connects again; what became of the step stands in the books. */
async function comeBack(
	open: OpenRun,
	step: PlanStep,
): Promise<StepRow | { readonly is: "lost"; readonly why: "connection" | "lease" }> {
	const { engine, plan, planHash, session, signal, pause } = open.context;
	for (let attempt = 0; attempt < connectAttempts && !signal.aborted; attempt += 1) {
		const state = await open.renew();
		if (state === "lost") return { is: "lost", why: "lease" };
		if (state === "ready") {
			const row = (await readSteps({ ways: engine.ways, plan }, session, planHash)).get(step.id);
			if (row) return row;
		}
		await pause(Math.min(250 * 2 ** attempt, 10_000));
	}
	return { is: "lost", why: "connection" };
}

async function takeBackOnce(
	open: OpenRun,
	step: PlanStep,
	row: StepRow,
	deadline: number,
): Promise<RollbackOutcome | undefined> {
	try {
		return await takeBack(open, step, row, deadline);
	} catch (error) {
		if (!(error instanceof Refused) || error.failure.kind !== "connection") throw error;
		return { is: "lost", why: "connection" };
	}
}

/** Takes a step back over broken connections. */
async function takeBackSurely(
	open: OpenRun,
	step: PlanStep,
	row: StepRow,
	deadline: number,
): Promise<RollbackOutcome | undefined> {
	let now = row;
	for (;;) {
		const outcome = await takeBackOnce(open, step, now, deadline);
		if (outcome?.is !== "lost" || outcome.why !== "connection") return outcome;
		const found = await comeBack(open, step);
		if ("is" in found) return found;
		if (found.state === "rolledBack") return undefined;
		now = found;
	}
}

/** Whether a rollback took its last step back and was broken off before it could say so. */
async function isOpen({ engine, session, planHash }: RunContext): Promise<boolean> {
	const events = await readEvents(engine, session, planHash);
	const last = events.findLast(({ kind, body }) => kind === "runStarted" || isOfRollback(body));
	return last?.kind === "phaseStarted";
}

function isOfRollback(body: string): boolean {
	const event: unknown = JSON.parse(body);
	return (
		typeof event === "object" && event !== null && "phase" in event && event.phase === "rollback"
	);
}

/** Writes that a rollback is over; returns whether nothing of the plan is left. */
async function end(open: OpenRun): Promise<boolean> {
	const { engine, session, plan, planHash, tell } = open.context;
	const left = await readSteps({ ways: engine.ways, plan }, session, planHash);
	const isWhole = [...left.values()].every(
		({ state }) => state === "pending" || state === "rolledBack",
	);
	const state: RunRow["state"] = isWhole ? "rolledBack" : "running";
	await endRun(engine, session, planHash, state);
	tell({ kind: "phaseDone", phase: "rollback" });
	await open.record();
	return isWhole;
}

/**
 * Takes the steps of a plan back, the last one first, as far as it is wished. All that is done is in the books: a
 * rollback that was broken off at any instant goes on where it ended.
 */
export async function rollBack(open: OpenRun, wish: RollbackWish): Promise<RollbackOutcome> {
	const { context } = open;
	const { engine, session, plan, planHash } = context;
	const beyond = stepsBeyond(plan, wish.to);
	if (!beyond) return { is: "unknownStep", to: wish.to ?? "" };
	const wanted = new Set(beyond.map(({ id }) => id));
	const outlook = await rollbackOutlook({
		...context,
		...(wish.ttlHours !== undefined && { ttlHours: wish.ttlHours }),
	});
	const steps = outlook.steps.filter(({ step }) => wanted.has(step.id));
	if (steps.length === 0) {
		if (!(await isOpen(context))) return { is: "nothing" };
		return { is: "done", steps: [], isWhole: await end(open) };
	}
	const doubtful = doubtfulOf(steps);
	if (doubtful.length > 0 && !(await wish.accept(doubtful))) return { is: "refused", doubtful };
	const run = await readRun(engine, session, planHash);
	context.tell({
		kind: "runStarted",
		operator: context.operator,
		approvers: run?.approvers ?? [],
		tool: `lockkeeper ${version}`,
	});
	if ((await unseal(context)) === "lost") return { is: "lost", why: "lease" };
	context.tell({ kind: "phaseStarted", phase: "rollback" });
	await open.record();
	const deadline = performance.now() + wish.patience;
	const undone: string[] = [];
	for (const seen of steps) {
		const { step } = seen;
		if (context.signal.aborted) return { is: "paused" };
		if (!runsOnServer(step) && !wish.takenBack.has(step.id)) {
			context.tell({ kind: "waitingFor", step: step.id, what: `take back: ${step.title}` });
			return { is: "waiting", step };
		}
		const row = (await readSteps({ ways: engine.ways, plan }, session, planHash)).get(step.id);
		if (!row) continue;
		const now = seen.is === "lossless" ? await judgeStep(context, step) : seen;
		if (now !== seen && now.is === "lossy")
			return { is: "refused", doubtful: [{ ...seen, ...now }] };
		context.tell({ kind: "stepStarted", step: step.id, attempt: row.attempts + 1 });
		const stopped = await takeBackSurely(open, step, row, deadline);
		if (stopped) {
			if (stopped.is === "failed") {
				context.tell({ kind: "stepFailed", step: step.id, code: "", message: stopped.why });
			}
			return stopped;
		}
		await keepSchema(engine, session, await liveSchema(engine, session));
		open.say({ kind: "rolledBack", step: step.id });
		undone.push(step.id);
	}
	return { is: "done", steps: undone, isWhole: await end(open) };
}
