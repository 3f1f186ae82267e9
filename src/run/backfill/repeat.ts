import type { ServerStep } from "../../plan/plan.ts";
import type { RunContext, StepOutcome } from "../context.ts";
import { openingOf } from "../transaction.ts";
import type { Throttle } from "./throttle.ts";

/** So many attempts of one batch in a row come to nothing before the step fails. */
const mostAttempts = 20;

const mayTryAgain = (kind: string): boolean =>
	kind === "lockTimeout" || kind === "timeout" || kind === "conflict" || kind === "busy";

/** Runs the statements of a step once, in one transaction; returns how many rows they changed. */
async function runOnce(
	{ engine, session, fence }: RunContext,
	step: ServerStep,
): Promise<number | StepOutcome> {
	const { ways } = engine;
	const first = openingOf(ways, { limits: step, settings: step.settings });
	let rows = 0;
	for (const [at, statement] of [...first, ...step.sql, "COMMIT"].entries()) {
		if (at === first.length && (await fence()) === "lost") return { is: "lost", why: "lease" };
		const answer = await session.run(statement);
		if (answer.ok) {
			if (at >= first.length && statement !== "COMMIT") rows += answer.changed;
			continue;
		}
		const { failure } = answer;
		if (failure.kind === "connection") return { is: "lost", why: "connection" };
		await session.run("ROLLBACK");
		return { is: "failed", failure };
	}
	return rows;
}

/** Repeats the statements of a step that names no key until they change no row. */
export async function repeatStatements(
	context: RunContext,
	step: ServerStep,
	throttle: Throttle,
): Promise<StepOutcome> {
	const { signal, tell, pause } = context;
	let total = 0;
	for (let attempt = 1; ;) {
		if (signal.aborted) return { is: "paused", why: "it was asked to stop" };
		const calm = await throttle.wait();
		if (calm !== "go") return { is: "paused", why: calm.stop };
		const started = performance.now();
		const rows = await runOnce(context, step);
		if (typeof rows === "number") {
			attempt = 1;
			total += rows;
			const milliseconds = performance.now() - started;
			tell({ kind: "batchDone", step: step.id, rows, total, size: rows, milliseconds });
			if (rows === 0) return { is: "done", rows: total };
			continue;
		}
		if (rows.is !== "failed" || !mayTryAgain(rows.failure.kind) || attempt >= mostAttempts)
			return rows;
		const nextInMilliseconds = Math.round(Math.random() * Math.min(10_000, 250 * 2 ** attempt));
		tell({
			kind: "lockMissed",
			step: step.id,
			attempt: attempt++,
			blockers: [],
			nextInMilliseconds,
		});
		await pause(nextInMilliseconds);
	}
}
