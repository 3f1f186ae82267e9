import { runsOnServer, type Plan, type PlanStep, type Undo } from "../plan/plan.ts";
import { rowsThatLose } from "../plan/undo.ts";
import { ask, isTrue } from "./ask.ts";
import { hasBooks, readSteps, serverTime, undoMark, type StepRow } from "./books.ts";
import type { RunEngine, RunSession } from "./engine.ts";

export const defaultTtlHours = 72;

/** What taking one step back would mean. */
export interface StepOutlook {
	readonly step: PlanStep;
	readonly state: "intent" | "done" | "failed";
	/** Milliseconds since 1970 by the server's clock. */
	readonly endedAt?: number;
	/** `unknown`: it cannot be told now; `people`: they have to take it back. */
	readonly is: "lossless" | "lossy" | "unknown" | "impossible" | "unneeded" | "people";
	readonly says: string;
	/** It was done longer ago than the config allows without asking. */
	readonly isLate: boolean;
}

/** What taking everything back would mean, the last step first. */
export interface RollbackOutlook {
	readonly steps: readonly StepOutlook[];
	/** Nothing would be lost, nothing is in doubt. */
	readonly isLossless: boolean;
	/** Since when something can never be brought back. */
	readonly lostSince?: number;
}

/** What an outlook is read with. */
export interface OutlookContext {
	readonly engine: RunEngine;
	readonly session: RunSession;
	readonly plan: Plan;
	readonly planHash: string;
	/** Hours for which a step may be taken back without asking; 72 when left out. */
	readonly ttlHours?: number;
}

const limits = { lockTimeout: 2000, statementTimeout: 30_000 } as const;

/** Asks one query in a transaction of its own that changes nothing; undefined: the server did not answer it. */
async function readOnce(
	{ engine, session }: OutlookContext,
	sql: string,
): Promise<{ readonly rows: readonly (readonly (string | null)[])[] } | { readonly why: string }> {
	for (const sql of engine.ways.beginReadOnly) await ask(session, sql);
	try {
		for (const set of engine.ways.limits(limits, "transaction")) await ask(session, set);
		const answer = await session.run(sql);
		return answer.ok ? { rows: answer.rows } : { why: answer.failure.message };
	} finally {
		await session.run("ROLLBACK");
	}
}

type Judged = Pick<StepOutlook, "is" | "says">;

async function judgeLoss(
	context: OutlookContext,
	undo: Extract<Undo, { readonly losslessUntil: unknown }>,
): Promise<Judged> {
	for (const assertion of undo.losslessUntil) {
		const answer = await readOnce(context, assertion.sql);
		if ("why" in answer) {
			return {
				is: "unknown",
				says: `cannot be told now whether ${assertion.says}: ${answer.why}`,
			};
		}
		if (isTrue(answer.rows)) continue;
		const count = rowsThatLose(assertion);
		const counted = count === undefined ? undefined : await readOnce(context, count);
		const rows = counted && "rows" in counted ? Number(counted.rows[0]?.[0]) : undefined;
		const who =
			rows === undefined ? "rows" : rows === 1 ? "1 row" : `${rows.toLocaleString("en-US")} rows`;
		return {
			is: "lossy",
			says: `${who} would lose something: it is not so that ${assertion.says}`,
		};
	}
	return { is: "lossless", says: "lossless" };
}

/** Returns what taking one step back would mean now; only reads. */
export async function judgeStep(context: OutlookContext, step: PlanStep): Promise<Judged> {
	if (!runsOnServer(step))
		return { is: "people", says: `to be taken back by people: ${step.title}` };
	const { undo } = step;
	if ("none" in undo) return { is: "impossible", says: `cannot be undone: ${undo.none}` };
	if ("unneeded" in undo) return { is: "unneeded", says: undo.unneeded };
	return judgeLoss(context, undo);
}

/** What was asked before an undo began cannot be asked in the middle of it, and was answered then. */
function ofTheRest({ message }: StepRow, judged: Judged): Judged {
	if (message !== undoMark || judged.is !== "unknown") return judged;
	return { is: "lossless", says: "half taken back: the rest of it is left" };
}

const isBegun = ({ state }: StepRow): boolean =>
	state === "done" || state === "intent" || state === "failed";

/** Returns what taking a plan back would mean now; only reads. */
export async function rollbackOutlook(context: OutlookContext): Promise<RollbackOutlook> {
	const { engine, session, plan, planHash, ttlHours = defaultTtlHours } = context;
	if (!(await hasBooks(engine, session))) return { steps: [], isLossless: true };
	const rows = await readSteps({ ways: engine.ways, plan }, session, planHash);
	const now = await serverTime(engine, session);
	const steps: StepOutlook[] = [];
	for (const step of plan.steps.toReversed()) {
		const row = rows.get(step.id);
		if (!row || !isBegun(row)) continue;
		const { state, endedAt } = row;
		if (state !== "done" && state !== "intent" && state !== "failed") continue;
		const judged = ofTheRest(row, await judgeStep(context, step));
		const isLate = endedAt !== undefined && now - endedAt > ttlHours * 3_600_000;
		steps.push({ step, state, ...judged, isLate, ...(endedAt !== undefined && { endedAt }) });
	}
	const lost = steps.flatMap(({ is, endedAt }) => (is === "impossible" ? (endedAt ?? []) : []));
	return {
		steps,
		isLossless: steps.every(({ is }) => is === "lossless" || is === "unneeded" || is === "people"),
		...(lost.length > 0 && { lostSince: Math.min(...lost) }),
	};
}

/** Says an outlook in one line, as `status` shows it. */
export function outlookLine({ steps, isLossless, lostSince }: RollbackOutlook): string {
	if (steps.length === 0) return "rollback: nothing is done yet";
	if (isLossless) return "rollback lossless: yes";
	if (lostSince !== undefined) {
		return `rollback lossless: no, since ${new Date(lostSince).toISOString()}`;
	}
	const worst = steps.find(({ is }) => is === "lossy") ?? steps.find(({ is }) => is === "unknown");
	return `rollback lossless: ${worst?.is === "lossy" ? "no" : "not known"}: ${worst?.step.id ?? ""} ${worst?.says ?? ""}`;
}
