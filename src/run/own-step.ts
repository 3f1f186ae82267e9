import type { Assertion, ServerStep } from "../plan/plan.ts";
import { ask, isTrue, Refused, tellServer } from "./ask.ts";
import { moveStep } from "./books.ts";
import type { StepOutcome } from "./context.ts";
import type { RunFailure } from "./engine.ts";
import type { OpenRun } from "./open-run.ts";
import { openingOf, resetAfter } from "./transaction.ts";

/** How one attempt at a step ended. */
export type Attempt =
	| { readonly is: "done"; readonly rows: number }
	| { readonly is: "refused"; readonly failure: RunFailure; readonly at: string }
	| { readonly is: "ended"; readonly outcome: StepOutcome };

const stopped = (why: string, details: readonly string[] = []): Attempt => ({
	is: "ended",
	outcome: { is: "stopped", why, details },
});

/** A question to the catalog is answered in a moment; one to a table may read all of it. */
export function asksCatalog({ sql }: Assertion): boolean {
	return /\bpg_|to_reg|information_schema|\bsqlite_schema|\bpragma_/.test(sql);
}

/** Returns the first assertion that does not hold. */
export async function firstFalse(
	run: OpenRun,
	assertions: readonly Assertion[],
): Promise<Assertion | undefined> {
	for (const assertion of assertions) {
		if (!isTrue(await ask(run.context.session, assertion.sql))) return assertion;
	}
	return undefined;
}

/** The name under which the server shows the session. */
export function labelOf(step: ServerStep): string {
	return `lockkeeper ${step.origin.migration} ${step.id}`.slice(0, 63);
}

const nothing = { lockTimeout: 0, statementTimeout: 0 };

/** Asks what reads tables before the transaction, so that no lock is held meanwhile; before batches all. */
export async function askBefore(run: OpenRun, step: ServerStep): Promise<Assertion | undefined> {
	const { engine, session } = run.context;
	const limits = { ...nothing, lockTimeout: step.lockTimeout };
	for (const sql of engine.ways.limits(limits, "session")) await tellServer(session, sql);
	try {
		return await firstFalse(
			run,
			step.before.filter((one) => step.transaction !== "own" || !asksCatalog(one)),
		);
	} finally {
		for (const sql of engine.ways.reset) await session.run(sql);
	}
}

async function statementsOf(run: OpenRun, step: ServerStep): Promise<number | Attempt> {
	const { session, tell } = run.context;
	let rows = 0;
	for (const sql of step.sql) {
		const answer = await session.run(sql);
		if (!answer.ok) return { is: "refused", failure: answer.failure, at: sql };
		if (step.proves !== true) {
			rows += answer.changed;
			continue;
		}
		const passed = isTrue(answer.rows);
		tell({ kind: "verified", step: step.id, what: sql, passed });
		if (!passed) return stopped("A verification failed: what it asks for is not so.", [sql]);
	}
	return rows;
}

/** The fence keeps everybody out whom it cannot ask about: a broken connection too. */
export async function lostOrBroken({ lease, context }: OpenRun): Promise<Attempt> {
	try {
		const isHeld = await lease.isHeld(context.observer);
		if (!isHeld) return { is: "ended", outcome: { is: "lost", why: "lease" } };
	} catch (error) {
		if (!(error instanceof Refused)) throw error;
	}
	const message = "the connection broke before the step was committed";
	return { is: "refused", failure: { kind: "connection", code: "08006", message }, at: "" };
}

async function inTransaction(
	run: OpenRun,
	step: ServerStep,
	lockWait: () => number,
): Promise<Attempt> {
	const { engine, session, planHash, token, operator, fence } = run.context;
	const { ways } = engine;
	const { settings } = step;
	for (const sql of openingOf(ways, { limits: step, settings, name: labelOf(step) })) {
		await tellServer(session, sql);
	}
	// A runner that was frozen until somebody else took over does not even try.
	if (!(await run.lease.isHeld(session))) return lostOrBroken(run);
	const missing = await firstFalse(run, step.before.filter(asksCatalog));
	if (missing) return stopped(`It cannot begin: it is not so that ${missing.says}.`, [missing.sql]);
	const rows = await statementsOf(run, step);
	if (typeof rows !== "number") return rows;
	const failed = await firstFalse(run, step.after);
	if (failed) return stopped(`It was taken back: it is not so that ${failed.says}.`, [failed.sql]);
	// A step that works as somebody else may not write our books as that one.
	if (step.settings.some((setting) => /\brole\b|\bauthorization\b/i.test(setting))) {
		for (const sql of ways.reset) await tellServer(session, sql);
	}
	if ((await fence()) === "lost") return lostOrBroken(run);
	const isOurs = await moveStep(engine, session, planHash, step.id, {
		to: "done",
		from: ["intent"],
		token,
		ends: true,
		rows,
		lockWaitMilliseconds: lockWait(),
		operator,
		message: null,
		schemaRev: null,
	});
	return isOurs ? { is: "done", rows } : { is: "ended", outcome: { is: "lost", why: "lease" } };
}

/**
 * Tries a step in one transaction: assertions, statements, assertions, and its line in the books are there together or
 * not at all.
 */
export async function tryOwn(
	run: OpenRun,
	step: ServerStep,
	lockWait: () => number,
): Promise<Attempt> {
	const { engine, session } = run.context;
	try {
		const attempt = await inTransaction(run, step, lockWait);
		if (attempt.is !== "done") {
			await session.run("ROLLBACK");
			return attempt;
		}
		await tellServer(session, "COMMIT");
		return attempt;
	} catch (error) {
		await session.run("ROLLBACK");
		if (!(error instanceof Refused)) throw error;
		return { is: "refused", failure: error.failure, at: "" };
	} finally {
		await resetAfter(engine.ways, session);
	}
}
