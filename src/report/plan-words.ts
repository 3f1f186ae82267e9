import {
	runsOnServer,
	type Plan,
	type PlanPhase,
	type PlanStep,
	type ServerStep,
	type Undo,
} from "../plan/plan.ts";
import { showBytes } from "../core/table-load.ts";
import { countOf } from "./report.ts";

/** What each phase is for. */
export const phaseWords: Readonly<Record<PlanPhase, string>> = {
	expand: "adds to the schema; running code notices nothing",
	migrate: "changes data, a few rows at a time",
	verify: "proves what was changed",
	contract: "takes away what code no longer uses",
};

const waitWords = {
	nothing: "nobody waits",
	schemaChanges: "nobody waits",
	writes: "writes wait",
	readsAndWrites: "everybody waits",
} as const;

const weight = { nothing: 0, schemaChanges: 1, writes: 2, readsAndWrites: 3 } as const;

const shortName = (relation: string): string => relation.replace(/^public\./, "");

/** Who waits while a step runs, and about how long: "everybody waits, a moment". */
export function waitOf(step: PlanStep): string {
	if (!runsOnServer(step)) return "people";
	const [worst] = step.locks.toSorted((a, b) => weight[b.waits] - weight[a.waits]);
	const who = worst === undefined ? waitWords.nothing : waitWords[worst.waits];
	return `${who}, ${timeOf(step)}`;
}

/** Without figures only what does not grow with a table is known to be short. */
function timeOf({ estimate: { rows, time }, statementTimeout, transaction }: ServerStep): string {
	const grows = statementTimeout === 0 || transaction === "batches";
	if (grows && rows === undefined) return "time not known";
	return time === "moment" ? "a moment" : time;
}

/** The tables that a step locks, and for whom: "orders: everybody waits". */
export function lockWords(step: PlanStep): readonly string[] {
	if (!runsOnServer(step)) return [];
	return step.locks.map(({ relation, waits }) => `${shortName(relation)}: ${waitWords[waits]}`);
}

const limit = (milliseconds: number): string =>
	milliseconds === 0
		? "no limit"
		: milliseconds < 1000
			? `${milliseconds} ms`
			: `${milliseconds / 1000} s`;

/** How long a step may wait and run. */
export function limitWords(step: PlanStep): string {
	if (!runsOnServer(step)) return "";
	return `waits for a lock: ${limit(step.lockTimeout)}; runs: ${limit(step.statementTimeout)}`;
}

/** Where a step runs. */
export const placeWords: Readonly<Record<PlanStep["transaction"], string>> = {
	own: "one transaction",
	none: "outside any transaction",
	batches: "a transaction for each batch",
	people: "by people",
};

/** How much a step handles, where it is known. */
export function costWords(step: PlanStep): string | undefined {
	if (!runsOnServer(step) || step.estimate.rows === undefined) return undefined;
	const { rows, walBytes, diskBytes } = step.estimate;
	return [
		`${rows.toLocaleString("en-US")} rows`,
		...(walBytes === undefined ? [] : [`${showBytes(walBytes)} of log`]),
		...(diskBytes === undefined ? [] : [`${showBytes(diskBytes)} more disk`]),
	].join(", ");
}

/** How a step is taken back, in words. */
export function undoWords(undo: Undo): string {
	if ("none" in undo) return `Cannot be taken back: ${undo.none}.`;
	if ("unneeded" in undo) return `Nothing to take back: ${undo.unneeded}.`;
	if (undo.losslessUntil.length === 0) return "Can be taken back, nothing is lost.";
	return `Can be taken back; nothing is lost while ${undo.losslessUntil.map(({ says }) => says).join(" and ")}.`;
}

/** Where a step comes from: file:line, and the recipe. */
export function originWords({ origin }: PlanStep): string {
	const place = `${origin.file}:${origin.line}`;
	return origin.recipe === undefined ? place : `${place}, by ${origin.recipe}`;
}

/** What a reader must not miss of a step. */
export function warningsOf(step: PlanStep): readonly string[] {
	const own = runsOnServer(step)
		? [
				...(step.window === undefined ? [] : [step.window]),
				...step.remarks.map(({ rule, severity, message }) => `${severity} ${rule}: ${message}`),
			]
		: [];
	return [
		...own,
		...step.notes,
		...(step.hold?.missing ?? []).map((missing) => `Missing: ${missing}`),
	];
}

/** The plan in one sentence. */
export function planSummary(plan: Plan): string {
	const people = plan.steps.filter((step) => !runsOnServer(step)).length;
	const windows = plan.steps.filter(
		(step) => runsOnServer(step) && step.window !== undefined,
	).length;
	const migrations = plan.revisions.map(({ id }) => id).join(", ");
	return `${countOf(plan.steps.length, "step")} for ${countOf(plan.revisions.length, "migration")} (${migrations}): ${countOf(people, "step")} of people, ${windows === 0 ? "none needs" : countOf(windows, "step needs", "steps need")} a maintenance window.`;
}

/** Hours that all earlier phases must have been in production before the contract steps; undefined: there are none. */
export function soakOf(plan: Plan): number | undefined {
	return plan.steps.find(({ hold }) => hold)?.hold?.soakHours;
}
