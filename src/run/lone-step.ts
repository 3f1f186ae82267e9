import type { ServerStep } from "../plan/plan.ts";
import { isTrue, Refused, tellServer } from "./ask.ts";
import { moveStep, type StepRow } from "./books.ts";
import type { OpenRun } from "./open-run.ts";
import { firstFalse, labelOf, type Attempt } from "./own-step.ts";

/** The connection of a runner that was killed may still work: the server does not see that its client is gone. */
export async function waitForEarlier(
	run: OpenRun,
	step: ServerStep,
	earlier: string,
): Promise<boolean> {
	const { engine, observer, session, tell, pause, signal } = run.context;
	if (engine.connections === "one" || earlier === session.id) return true;
	let told = false;
	while ((await engine.ways.isAlive(observer, earlier)) === true) {
		if (signal.aborted) return false;
		if (!told) {
			const what = `session ${earlier.split(" ")[0] ?? ""}, which still runs it for a runner that is gone`;
			tell({ kind: "waitingFor", step: step.id, what });
			told = true;
		}
		await engine.ways.endIdle(observer, earlier);
		await pause(500);
	}
	return true;
}

/** Finds out what became of a statement, and clears away or ends what it left half done. */
async function settle(
	run: OpenRun,
	step: ServerStep,
	statement: string,
): Promise<"done" | "notDone" | Attempt> {
	const { engine, session, tell } = run.context;
	const probe = await engine.ways.probe(session, { ...step, sql: [statement] });
	if (probe.is === "done" || probe.is === "notDone") return probe.is;
	tell({ kind: "stepFound", step: step.id, says: probe.says });
	for (const sql of probe.is === "halfDone" ? probe.mend : probe.finish) {
		const answer = await session.run(sql);
		if (!answer.ok) return { is: "refused", failure: answer.failure, at: sql };
	}
	return probe.is === "halfDone" ? "notDone" : "done";
}

async function prepare(run: OpenRun, step: ServerStep): Promise<void> {
	const { engine, session } = run.context;
	for (const sql of [
		...engine.ways.limits(step, "session"),
		...engine.ways.named(labelOf(step), "session"),
		...step.settings,
	]) {
		await tellServer(session, sql);
	}
}

async function runStatement(
	run: OpenRun,
	step: ServerStep,
	statement: string,
): Promise<number | Attempt> {
	const { session } = run.context;
	const answer = await session.run(statement);
	if (answer.ok) {
		if (step.proves !== true || isTrue(answer.rows)) return answer.changed;
		const why = "A verification failed: what it asks for is not so.";
		return { is: "ended", outcome: { is: "stopped", why, details: [statement] } };
	}
	const { failure } = answer;
	if (failure.kind === "connection") return { is: "refused", failure, at: statement };
	const left = await settle(run, step, statement);
	if (left === "done") return 0;
	if (typeof left !== "string") return left;
	const isThere = failure.kind === "alreadyThere" && step.after.length > 0;
	if (isThere && !(await firstFalse(run, step.after))) return 0;
	return { is: "refused", failure, at: statement };
}

async function runStatements(
	run: OpenRun,
	step: ServerStep,
	row: StepRow,
	isUncertain: boolean,
): Promise<Attempt> {
	const { context, lease } = run;
	const { engine, session, observer, planHash, token } = context;
	// Who has locked some tables sees no others, and its locks end with its connection: all of it is done again.
	const locksTables = step.sql.some((sql) => /^\s*LOCK\s+TABLES\b/i.test(sql));
	const books = locksTables ? observer : session;
	const first = locksTables ? 0 : row.statementsDone;
	let rows = 0;
	for (const [place, statement] of step.sql.entries()) {
		if (place < first) continue;
		if (!(await lease.isHeld(books))) {
			return { is: "ended", outcome: { is: "lost", why: "lease" } };
		}
		const left =
			isUncertain && place === first ? await settle(run, step, statement) : ("notDone" as const);
		if (typeof left !== "string") return left;
		const changed = left === "done" ? 0 : await runStatement(run, step, statement);
		if (typeof changed !== "number") return changed;
		rows += changed;
		await moveStep(engine, books, planHash, step.id, {
			to: "intent",
			from: ["intent"],
			token,
			statementsDone: place + 1,
		});
	}
	return { is: "done", rows };
}

/**
 * Tries a step outside of any transaction, statement by statement. That it was begun stands in the books before; a
 * statement whose end is not known is looked up in the catalog.
 */
export async function tryAlone(
	run: OpenRun,
	step: ServerStep,
	row: StepRow,
	isUncertain: boolean,
): Promise<Attempt> {
	const { engine, session, planHash, token, operator } = run.context;
	try {
		if (!isUncertain && row.statementsDone === 0) {
			const missing = await firstFalse(run, step.before);
			if (missing) {
				const why = `It cannot begin: it is not so that ${missing.says}.`;
				return { is: "ended", outcome: { is: "stopped", why, details: [missing.sql] } };
			}
		}
		await prepare(run, step);
		const attempt = await runStatements(run, step, row, isUncertain);
		for (const sql of engine.ways.reset) await session.run(sql);
		if (attempt.is !== "done") return attempt;
		const failed = await firstFalse(run, step.after);
		if (failed) {
			const why = `It ran, but it is not so that ${failed.says}.`;
			return { is: "ended", outcome: { is: "stopped", why, details: [failed.sql] } };
		}
		const isOurs = await moveStep(engine, session, planHash, step.id, {
			to: "done",
			from: ["intent"],
			token,
			ends: true,
			rows: attempt.rows,
			operator,
			message: null,
			schemaRev: null,
		});
		return isOurs ? attempt : { is: "ended", outcome: { is: "lost", why: "lease" } };
	} catch (error) {
		if (!(error instanceof Refused)) throw error;
		return { is: "refused", failure: error.failure, at: "" };
	}
}
