import type { Plan, PlanStep } from "../plan/plan.ts";
import { ask } from "./ask.ts";
import {
	hasBooks,
	readRun,
	readSteps,
	serverTime,
	stepBeingTakenBack,
	type RunRow,
	type StepRow,
} from "./books.ts";
import { knownSchema, liveSchema } from "./drift.ts";
import type { RunEngine, RunSession } from "./engine.ts";
import { readHistory, type HistoryRow } from "./history.ts";
import { waitingOf, type Waiting } from "./holds.ts";
import { readEvents, type JournalEntry } from "./journal.ts";
import { readHolder, type Holder } from "./holder.ts";

/** Where one step of a plan stands. */
export interface StepStatus {
	readonly step: PlanStep;
	readonly state: StepRow["state"];
	readonly row?: StepRow;
}

/** What there is to do next. */
export type NextAction =
	| { readonly is: "nothing" }
	| { readonly is: "wait"; readonly holder: Holder }
	| { readonly is: "run"; readonly step: string }
	/** A rollback was broken off in the middle of this step. */
	| { readonly is: "rollBack"; readonly step: string }
	| { readonly is: "waiting"; readonly step: string; readonly waiting: Waiting };

/** Where the run of a plan stands on a database. */
export interface RunStatus {
	readonly run?: RunRow;
	readonly steps: readonly StepStatus[];
	/** Who works now; absent when nobody does. */
	readonly holder?: Holder;
	readonly events: readonly JournalEntry[];
	readonly next: NextAction;
	/** The schema is not what lockkeeper saw last. */
	readonly drifted: boolean;
}

/** What the books have of one run, when no plan is named. */
export interface KnownRun {
	readonly planHash: string;
	readonly startedAt: number;
	readonly operator: string;
	readonly state: string;
	readonly stepsDone: number;
	readonly steps: number;
}

/** What the books have altogether. */
export interface BooksStatus {
	readonly runs: readonly KnownRun[];
	readonly history: readonly HistoryRow[];
	readonly holder?: Holder;
	/** The first row of the history that is not what was written. */
	readonly brokenAt?: number;
}

function workingHolder(holder: Holder | undefined): Holder | undefined {
	return holder && !holder.released && holder.alive !== false ? holder : undefined;
}

/** Returns where the run of a plan stands; changes nothing. Throws `Refused`. */
export async function statusOf(
	engine: RunEngine,
	session: RunSession,
	{ plan, planHash }: { readonly plan: Plan; readonly planHash: string },
	eventCount: number,
): Promise<RunStatus> {
	const known = await hasBooks(engine, session);
	const run = known ? await readRun(engine, session, planHash) : undefined;
	const rows: ReadonlyMap<string, StepRow> = known
		? await readSteps({ ways: engine.ways, plan }, session, planHash)
		: new Map();
	const holder = known ? workingHolder(await readHolder(engine, session)) : undefined;
	const now = await serverTime(engine, session);
	const steps = plan.steps.map((step): StepStatus => {
		const row = rows.get(step.id);
		return { step, state: row?.state ?? "pending", ...(row && { row }) };
	});
	const seen = run ? await knownSchema(engine, session) : undefined;
	return {
		...(run && { run }),
		steps,
		...(holder && { holder }),
		events: known ? await readEvents(engine, session, planHash, eventCount) : [],
		next: nextOf(plan, rows, { holder, now }),
		drifted:
			seen !== undefined &&
			holder === undefined &&
			(await liveSchema(engine, session)).rev !== seen.rev,
	};
}

function nextOf(
	plan: Plan,
	rows: ReadonlyMap<string, StepRow>,
	{ holder, now }: { readonly holder: Holder | undefined; readonly now: number },
): NextAction {
	if (holder) return { is: "wait", holder };
	const undone = stepBeingTakenBack(rows);
	if (undone) return { is: "rollBack", step: undone.step };
	const step = plan.steps.find(({ id }) => rows.get(id)?.state !== "done");
	if (!step) return { is: "nothing" };
	const waiting = waitingOf(step, plan.steps, rows, { now, evidence: undefined });
	return waiting ? { is: "waiting", step: step.id, waiting } : { is: "run", step: step.id };
}

/** Returns what the books of a database have; undefined when there are none. */
export async function booksStatus(
	engine: RunEngine,
	session: RunSession,
): Promise<BooksStatus | undefined> {
	if (!(await hasBooks(engine, session))) return undefined;
	const { ways } = engine;
	const rows = await ask(
		session,
		`SELECT r.plan_hash, r.started_at, r.operator, r.state,
			(SELECT count(*) FROM ${ways.book("steps")} AS s WHERE s.plan_hash = r.plan_hash AND s.state = 'done'),
			(SELECT count(*) FROM ${ways.book("steps")} AS s WHERE s.plan_hash = r.plan_hash)
		FROM ${ways.book("runs")} AS r ORDER BY r.started_at`,
	);
	const history = await readHistory(engine, session);
	const holder = workingHolder(await readHolder(engine, session));
	return {
		runs: rows.map(([planHash, startedAt, operator, state, done, all]) => ({
			planHash: planHash ?? "",
			startedAt: Number(startedAt),
			operator: operator ?? "",
			state: state ?? "",
			stepsDone: Number(done),
			steps: Number(all),
		})),
		history: history.rows,
		...(history.brokenAt !== undefined && { brokenAt: history.brokenAt }),
		...(holder && { holder }),
	};
}
