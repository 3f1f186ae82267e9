import type { Plan, PlanPhase } from "../plan/plan.ts";
import { ask, isTrue, tellServer } from "./ask.ts";
import type { RunEngine, RunSession, Value } from "./engine.ts";

export const stepStates = ["pending", "intent", "done", "failed", "rolledBack"] as const;

/** `intent`: it was begun, and what became of it is not known here. */
export type StepState = (typeof stepStates)[number];

/** What the books have of a step. Times are milliseconds since 1970 by the server's clock. */
export interface StepRow {
	readonly step: string;
	readonly phase: PlanPhase;
	readonly state: StepState;
	readonly token: number;
	readonly attempts: number;
	/** Of a step outside of transactions: how many of its statements are done. */
	readonly statementsDone: number;
	/** The connection that ran it last. */
	readonly session?: string;
	readonly startedAt?: number;
	readonly endedAt?: number;
	readonly rows?: number;
	readonly lockWaitMilliseconds?: number;
	readonly operator?: string;
	readonly evidence?: string;
	readonly message?: string;
	readonly schemaRev?: string;
}

/** In the message of a step's row: its undo has begun, and `statementsDone` counts the groups of the undo. */
export const undoMark = "is being taken back";

/** Returns the step whose undo was begun and not ended. */
export function stepBeingTakenBack(rows: ReadonlyMap<string, StepRow>): StepRow | undefined {
	return [...rows.values()].find(({ message }) => message === undoMark);
}

/** Returns why a plan does not go forward from a step that is half taken back, and what to do. */
export function underRollback({ step }: StepRow): { readonly why: string; readonly hint: string } {
	return {
		why: `A rollback is under way: ${step} is half taken back.`,
		hint: "lockkeeper rollback plan.json --operator <name> ends it; then run goes forward again.",
	};
}

/** What the books have of a run. */
export interface RunRow {
	readonly startedAt: number;
	readonly operator: string;
	readonly approvers: readonly string[];
	readonly schemaRevBefore: string;
	readonly state: "running" | "done" | "rolledBack";
	readonly endedAt?: number;
}

const numberIn = (text: string | null | undefined): number | undefined =>
	text === null || text === undefined ? undefined : Number(text);

/** What of a step's line may be empty. */
function optionalIn(
	row: readonly (string | null | undefined)[],
): Omit<StepRow, "step" | "phase" | "state" | "token" | "attempts" | "statementsDone"> {
	const [session, starts, ends, changed, waited, operator, evidence, message, schemaRev] = row;
	const startedAt = numberIn(starts);
	const endedAt = numberIn(ends);
	const rows = numberIn(changed);
	const lockWaitMilliseconds = numberIn(waited);
	return {
		...(typeof session === "string" && { session }),
		...(startedAt !== undefined && { startedAt }),
		...(endedAt !== undefined && { endedAt }),
		...(rows !== undefined && { rows }),
		...(lockWaitMilliseconds !== undefined && { lockWaitMilliseconds }),
		...(typeof operator === "string" && { operator }),
		...(typeof evidence === "string" && { evidence }),
		...(typeof message === "string" && { message }),
		...(typeof schemaRev === "string" && { schemaRev }),
	};
}

/** Returns whether the tables of the books are there. */
export async function hasBooks({ ways }: RunEngine, session: RunSession): Promise<boolean> {
	return isTrue(await ask(session, ways.hasBooks));
}

/** Makes the tables of the books where they are missing: all of them or none. The lock must be held. */
export async function makeBooks(engine: RunEngine, session: RunSession): Promise<void> {
	if (await hasBooks(engine, session)) return;
	await tellServer(session, engine.ways.begin);
	try {
		for (const sql of engine.ways.books) await tellServer(session, sql);
		await tellServer(session, "COMMIT");
	} catch (error) {
		await session.run("ROLLBACK");
		throw error;
	}
}

/** Returns milliseconds since 1970 by the server's clock. */
export async function serverTime({ ways }: RunEngine, session: RunSession): Promise<number> {
	const [row] = await ask(session, `SELECT ${ways.now}`);
	return Number(row?.[0]);
}

const columns =
	"step_id, phase, state, token, attempts, statements_done, session, started_at, ended_at, rows_changed, lock_wait_ms, operator, evidence, message, schema_rev";

/** Returns what the books have of a plan's steps, by their ids. */
export async function readSteps(
	{ ways, plan }: { readonly ways: RunEngine["ways"]; readonly plan: Plan },
	session: RunSession,
	planHash: string,
): Promise<ReadonlyMap<string, StepRow>> {
	const rows = await ask(
		session,
		`SELECT ${columns} FROM ${ways.book("steps")} WHERE plan_hash = ? ORDER BY place`,
		[planHash],
	);
	const phases = new Map(plan.steps.map(({ id, phase }) => [id, phase]));
	return new Map(
		rows.flatMap((row) => {
			const [step = "", , state, token, attempts, statements, ...rest] = row;
			const phase = phases.get(step ?? "");
			const known = stepStates.find((one) => one === state);
			if (step === null || phase === undefined || known === undefined) return [];
			return [
				[
					step,
					{
						step,
						phase,
						state: known,
						token: Number(token),
						attempts: Number(attempts),
						statementsDone: Number(statements),
						...optionalIn(rest),
					},
				] as const,
			];
		}),
	);
}

/** Returns what the books have of the run of a plan. */
export async function readRun(
	{ ways }: RunEngine,
	session: RunSession,
	planHash: string,
): Promise<RunRow | undefined> {
	const [row] = await ask(
		session,
		`SELECT started_at, operator, approvers, schema_rev_before, state, ended_at FROM ${ways.book("runs")} WHERE plan_hash = ?`,
		[planHash],
	);
	if (!row) return undefined;
	const [startedAt, operator, approvers, schemaRevBefore, state, endedAt] = row;
	const ended = numberIn(endedAt);
	return {
		startedAt: Number(startedAt),
		operator: operator ?? "",
		approvers: listIn(approvers),
		schemaRevBefore: schemaRevBefore ?? "",
		state: state === "done" || state === "rolledBack" ? state : "running",
		...(ended !== undefined && { endedAt: ended }),
	};
}

function listIn(text: string | null | undefined): readonly string[] {
	const value: unknown = JSON.parse(text ?? "[]");
	return Array.isArray(value) ? value.map(String) : [];
}

/** Enters a run and all of its steps as pending; what is there already stays. */
export async function enterRun(
	{ ways }: RunEngine,
	session: RunSession,
	run: {
		readonly plan: Plan;
		readonly planHash: string;
		readonly operator: string;
		readonly approvers: readonly string[];
		readonly schemaRev: string;
		readonly token: number;
	},
): Promise<void> {
	const { plan, planHash, operator, approvers, schemaRev, token } = run;
	await tellServer(
		session,
		`INSERT INTO ${ways.book("runs")} (plan_hash, started_at, operator, approvers, schema_rev_before, state)
		VALUES (?, ${ways.now}, ?, ?, ?, 'running')`,
		[planHash, operator, JSON.stringify(approvers), schemaRev],
	);
	for (const [place, { id, phase }] of plan.steps.entries()) {
		await tellServer(
			session,
			`INSERT INTO ${ways.book("steps")} (plan_hash, step_id, place, phase, state, token, attempts, statements_done)
			VALUES (?, ?, ?, ?, 'pending', ?, 0, 0)`,
			[planHash, id, place + 1, phase, token],
		);
	}
}

/** What is written of a step beside its state. */
export interface StepChange {
	readonly to: StepState;
	/** Only from these states: another runner may have been faster. */
	readonly from: readonly StepState[];
	readonly token: number;
	readonly starts?: boolean;
	readonly ends?: boolean;
	readonly session?: string;
	readonly statementsDone?: number;
	readonly rows?: number;
	readonly lockWaitMilliseconds?: number;
	readonly operator?: string;
	readonly evidence?: string | null;
	readonly message?: string | null;
	readonly schemaRev?: string | null;
}

/** Changes the state of a step if it is still what it was thought to be; returns whether it was. */
export async function moveStep(
	{ ways }: RunEngine,
	session: RunSession,
	planHash: string,
	step: string,
	change: StepChange,
): Promise<boolean> {
	const sets: string[] = ["state = ?", "token = ?"];
	const values: Value[] = [change.to, change.token];
	if (change.starts) sets.push(`started_at = ${ways.now}`, "attempts = attempts + 1");
	if (change.starts) sets.push("ended_at = NULL");
	if (change.ends) sets.push(`ended_at = ${ways.now}`);
	const fields: readonly (readonly [string, Value | undefined])[] = [
		["session", change.session],
		["statements_done", change.statementsDone],
		["rows_changed", change.rows],
		["lock_wait_ms", change.lockWaitMilliseconds],
		["operator", change.operator],
		["evidence", change.evidence],
		["message", change.message],
		["schema_rev", change.schemaRev],
	];
	for (const [name, value] of fields) {
		if (value === undefined) continue;
		sets.push(`${name} = ?`);
		values.push(value);
	}
	const states = change.from.map(() => "?").join(", ");
	const changed = await tellServer(
		session,
		`UPDATE ${ways.book("steps")} SET ${sets.join(", ")}
		WHERE plan_hash = ? AND step_id = ? AND token <= ? AND state IN (${states})`,
		[...values, planHash, step, change.token, ...change.from],
	);
	return changed === 1;
}

/** Writes how a run ended. */
export async function endRun(
	{ ways }: RunEngine,
	session: RunSession,
	planHash: string,
	state: RunRow["state"],
): Promise<void> {
	await tellServer(
		session,
		`UPDATE ${ways.book("runs")} SET state = ?, ended_at = ${state === "running" ? "NULL" : ways.now} WHERE plan_hash = ?`,
		[state, planHash],
	);
}
