import { planPhases, type PlanStep } from "../plan/plan.ts";
import type { StepRow } from "./books.ts";

const hour = 3_600_000;

/** Why a step has to wait, though nothing is wrong. */
export type Waiting =
	| { readonly for: "people"; readonly sql: readonly string[] }
	| { readonly for: "soak"; readonly until: number; readonly hours: number }
	| { readonly for: "evidence"; readonly missing: readonly string[] };

/** Returns when the phases before that of a step ended, by the server's clock; undefined: there are none. */
export function endOfEarlierPhases(
	step: PlanStep,
	steps: readonly PlanStep[],
	rows: ReadonlyMap<string, StepRow>,
): number | undefined {
	const place = planPhases.indexOf(step.phase);
	const ends = steps
		.filter(({ phase }) => planPhases.indexOf(phase) < place)
		.flatMap(({ id }) => rows.get(id)?.endedAt ?? []);
	return ends.length === 0 ? undefined : Math.max(...ends);
}

/** Returns what a step still waits for; `now` is the server's time. */
export function waitingOf(
	step: PlanStep,
	steps: readonly PlanStep[],
	rows: ReadonlyMap<string, StepRow>,
	given: { readonly now: number; readonly evidence: string | undefined },
): Waiting | undefined {
	const { hold } = step;
	if (hold) {
		const ended = endOfEarlierPhases(step, steps, rows);
		const until = (ended ?? Number.NEGATIVE_INFINITY) + hold.soakHours * hour;
		if (given.now < until) return { for: "soak", until, hours: hold.soakHours };
		const isGiven = given.evidence !== undefined || rows.get(step.id)?.evidence !== undefined;
		if (hold.missing.length > 0 && !isGiven) return { for: "evidence", missing: hold.missing };
	}
	return step.transaction === "people" ? { for: "people", sql: step.sql } : undefined;
}
