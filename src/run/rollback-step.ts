import type { ServerStep } from "../plan/plan.ts";
import { tellServer, Refused } from "./ask.ts";
import { moveStep, undoMark, type StepRow } from "./books.ts";
import type { RunContext } from "./context.ts";
import type { RunFailure } from "./engine.ts";
import { waitForEarlier } from "./lone-step.ts";
import type { OpenRun } from "./open-run.ts";
import { openingOf, resetAfter } from "./transaction.ts";
import { backoff, BlockerWatch, isPassing } from "./retry.ts";

/** Statements of an undo that belong together, and whether a transaction may hold them. */
export interface UndoGroup {
	readonly sql: readonly string[];
	readonly transaction: "own" | "none";
	/** It reads the whole table: no limit, and no stronger lock beside it. */
	readonly scans: boolean;
}

/** Statements without what stands in quotes. */
const bare = (sql: string): string => sql.replace(/"(?:[^"]|"")*"|'(?:[^']|'')*'/g, "");

/**
 * Returns the groups in which an undo runs. What is concurrent runs outside of transactions; a validation runs by
 * itself, so that the strong lock of the statement before it does not last as long as its scan.
 */
export function undoGroups(sql: readonly string[]): readonly UndoGroup[] {
	const groups: UndoGroup[] = [];
	for (const statement of sql) {
		const words = bare(statement);
		const transaction = /\bCONCURRENTLY\b/i.test(words) ? "none" : "own";
		const scans = /\bVALIDATE\s+CONSTRAINT\b/i.test(words);
		const last = groups.at(-1);
		const joins = last?.transaction === "own" && transaction === "own" && !last.scans && !scans;
		if (joins) groups[groups.length - 1] = { ...last, sql: [...last.sql, statement] };
		else groups.push({ sql: [statement], transaction, scans });
	}
	return groups;
}

export type UndoOutcome =
	| { readonly is: "done" }
	| { readonly is: "paused" }
	| { readonly is: "lost"; readonly why: "connection" | "lease" }
	| { readonly is: "failed"; readonly failure: RunFailure };

export interface UndoWish {
	readonly row: StepRow;
	/** When retries end: milliseconds of `performance.now()`. */
	readonly deadline: number;
}

type GroupEnd = UndoOutcome | { readonly is: "missed" };

function endOf(failure: RunFailure): GroupEnd {
	if (failure.kind === "connection") return { is: "lost", why: "connection" };
	return isPassing(failure) ? { is: "missed" } : { is: "failed", failure };
}

const nameOf = ({ plan }: RunContext, { id }: ServerStep): string =>
	`${plan.revisions.at(-1)?.id ?? ""} undo ${id}`;

const shortestWait = 500;

function limitsOf(step: ServerStep, { scans }: UndoGroup) {
	return {
		lockTimeout: step.lockTimeout === 0 ? shortestWait : step.lockTimeout,
		statementTimeout: scans ? 0 : step.statementTimeout,
	};
}

/** One group in one transaction, with the line in the books that says that it is done. */
async function runInTransaction(
	context: RunContext,
	step: ServerStep,
	group: UndoGroup,
	enter: () => Promise<boolean>,
): Promise<GroupEnd> {
	const { engine, session } = context;
	const { ways } = engine;
	const limits = limitsOf(step, group);
	try {
		const { settings } = step;
		for (const sql of openingOf(ways, { limits, settings, name: nameOf(context, step) })) {
			await tellServer(session, sql);
		}
		for (const sql of group.sql) await tellServer(session, sql);
		if ((await context.fence()) === "lost") return { is: "lost", why: "lease" };
		if (!(await enter())) {
			await session.run("ROLLBACK");
			return { is: "lost", why: "lease" };
		}
		await tellServer(session, "COMMIT");
		return { is: "done" };
	} catch (error) {
		if (!(error instanceof Refused)) throw error;
		await session.run("ROLLBACK");
		return endOf(error.failure);
	} finally {
		await resetAfter(ways, session);
	}
}

/** What DROP says of what is gone: PostgreSQL's undefined_object and undefined_table. */
const isGone = ({ code }: RunFailure): boolean => code === "42704" || code === "42P01";

/** One statement outside of transactions: what an earlier try left of it is cleared away first. */
async function runAlone(
	context: RunContext,
	step: ServerStep,
	group: UndoGroup,
	enter: () => Promise<boolean>,
): Promise<GroupEnd> {
	const { engine, session } = context;
	const { ways } = engine;
	try {
		for (const sql of [
			// A concurrent build must not be broken off by a lock: it would stay INVALID.
			...ways.limits({ lockTimeout: 0, statementTimeout: 0 }, "session"),
			...ways.named(nameOf(context, step), "session"),
			...step.settings,
		]) {
			await tellServer(session, sql);
		}
		if ((await context.fence()) === "lost") return { is: "lost", why: "lease" };
		const probe = await ways.probe(session, { ...step, sql: group.sql, after: [] });
		if (probe.is === "halfDone") for (const sql of probe.mend) await tellServer(session, sql);
		if (probe.is === "unfinished") for (const sql of probe.finish) await tellServer(session, sql);
		if (probe.is === "notDone" || probe.is === "halfDone") {
			for (const sql of group.sql) {
				const answer = await session.run(sql);
				const wasGone = !answer.ok && isGone(answer.failure) && /^\s*DROP\s/i.test(sql);
				if (!answer.ok && !wasGone) return endOf(answer.failure);
			}
		}
		await tellServer(session, ways.begin);
		if ((await context.fence()) === "lost") return { is: "lost", why: "lease" };
		const isEntered = await enter();
		await tellServer(session, isEntered ? "COMMIT" : "ROLLBACK");
		return isEntered ? { is: "done" } : { is: "lost", why: "lease" };
	} catch (error) {
		if (!(error instanceof Refused)) throw error;
		return endOf(error.failure);
	} finally {
		for (const sql of ways.reset) await session.run(sql);
	}
}

const undoneFrom = ["done", "intent", "failed"] as const;

/** Writes that so many groups of an undo are done. */
function enterBegun(
	{ engine, session, planHash, token, operator }: RunContext,
	step: string,
	groupsDone: number,
): Promise<boolean> {
	return moveStep(engine, session, planHash, step, {
		to: "intent",
		from: undoneFrom,
		token,
		operator,
		session: session.id,
		statementsDone: groupsDone,
		message: undoMark,
	});
}

/**
 * Writes that a step is taken back, with its event, in the transaction that is open: receipts are made of events, so
 * that none may be lost when the process ends right behind its commit.
 */
export async function enterTakenBack(
	open: OpenRun,
	step: string,
	message: string | null,
): Promise<boolean> {
	const { engine, session, planHash, token, operator } = open.context;
	const isOurs = await moveStep(engine, session, planHash, step, {
		to: "rolledBack",
		from: undoneFrom,
		token,
		operator,
		statementsDone: 0,
		message,
		ends: true,
	});
	if (isOurs) await open.recordInside({ kind: "rolledBack", step });
	return isOurs;
}

/**
 * Takes one step back, group by group, each with its line in the books; goes on where an earlier try ended. A lock
 * that is not got is tried for again until the deadline.
 */
export async function undoStep(
	open: OpenRun,
	step: ServerStep,
	sql: readonly string[],
	{ row, deadline }: UndoWish,
): Promise<UndoOutcome> {
	const { context } = open;
	const groups = undoGroups(sql);
	const first = row.message === undoMark ? row.statementsDone : 0;
	if (row.state === "intent" && row.session !== undefined) {
		if (!(await waitForEarlier(open, step, row.session))) return { is: "paused" };
	}
	for (const [place, group] of groups.entries()) {
		if (place < first) continue;
		const enter = (): Promise<boolean> =>
			place === groups.length - 1
				? enterTakenBack(open, step.id, null)
				: enterBegun(context, step.id, place + 1);
		// What runs outside of transactions may have happened though nobody could write it down.
		const isToMark = place === 0 && group.transaction === "none" && row.message !== undoMark;
		if (isToMark && !(await enterBegun(context, step.id, 0))) return { is: "lost", why: "lease" };
		// What was told before stands before what the transaction tells.
		await open.record();
		const run = group.transaction === "own" ? runInTransaction : runAlone;
		for (let attempt = 1; ; attempt += 1) {
			if (context.signal.aborted) return { is: "paused" };
			const watch = new BlockerWatch(open, (blockers) => {
				if (group.transaction === "own") return;
				const what = blockers.map(({ who }) => who).join(", ");
				context.tell({ kind: "waitingFor", step: step.id, what });
			});
			watch.start();
			const end = await run(context, step, group, enter);
			await watch.stop();
			if (end.is === "done") break;
			if (end.is !== "missed") return end;
			const pause = backoff(attempt);
			context.tell({
				kind: "lockMissed",
				step: step.id,
				attempt,
				blockers: watch.blockers,
				nextInMilliseconds: pause,
			});
			if (performance.now() + pause > deadline) {
				const message = `the lock was not got in ${attempt} tries`;
				return { is: "failed", failure: { kind: "lockTimeout", code: "55P03", message } };
			}
			await context.pause(pause);
		}
	}
	return { is: "done" };
}
