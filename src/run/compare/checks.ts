import { runsOnServer, type Plan } from "../../plan/plan.ts";
import { checkWords } from "../../plan/recipe-pieces.ts";
import { isTrue } from "../ask.ts";
import type { Answer, RunEngine, RunSession } from "../engine.ts";

/** A query with one row whose first column is true when it holds. */
export interface Check {
	/** For people: where it comes from. */
	readonly name: string;
	readonly sql: string;
}

export interface CheckResult extends Check {
	/** `unknown`: the server gave no answer, or not one row. */
	readonly is: "passed" | "failed" | "unknown";
	readonly milliseconds: number;
	/** Why it is not known. */
	readonly message?: string;
}

/** Returns what a plan has to prove: the queries of its verify steps and the checks of the others. */
export function checksOf({ steps }: Plan): readonly Check[] {
	const found = new Map<string, Check>();
	for (const step of steps.filter(runsOnServer)) {
		for (const { what, sql } of step.checks) {
			const name = `${step.id} ${step.title}: ${checkWords[what]}`;
			if (!found.has(sql)) found.set(sql, { name, sql });
		}
		for (const sql of step.proves === true ? step.sql : []) {
			if (!found.has(sql)) found.set(sql, { name: `${step.id} ${step.title}`, sql });
		}
	}
	return [...found.values()];
}

/** Asks the queries one by one, each in a transaction that cannot change anything. */
export async function runChecks(
	{ ways }: RunEngine,
	session: RunSession,
	checks: readonly Check[],
	statementTimeout: number,
): Promise<readonly CheckResult[]> {
	const results: CheckResult[] = [];
	for (const check of checks) {
		const started = performance.now();
		let answer: Answer = { ok: true, rows: [], changed: 0 };
		for (const limit of [
			...ways.beginReadOnly,
			...ways.limits({ lockTimeout: 2000, statementTimeout }, "transaction"),
		]) {
			if (answer.ok) answer = await session.run(limit);
		}
		if (answer.ok) answer = await session.run(check.sql);
		await session.run("ROLLBACK");
		const milliseconds = Math.round(performance.now() - started);
		if (!answer.ok) {
			const { message, code } = answer.failure;
			results.push({ ...check, is: "unknown", milliseconds, message: `${message} (${code})` });
		} else if (answer.rows.length !== 1) {
			const message = `it has ${answer.rows.length} rows, not one`;
			results.push({ ...check, is: "unknown", milliseconds, message });
		} else {
			results.push({ ...check, is: isTrue(answer.rows) ? "passed" : "failed", milliseconds });
		}
	}
	return results;
}
