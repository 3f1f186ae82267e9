import { planPhases, type Plan, type PlanStep } from "../plan/plan.ts";
import { sha256 } from "../project/plan-file.ts";
import type { RunEvent } from "./context.ts";
import type { TimedEvent } from "./metrics.ts";

export const receiptPhases = [...planPhases, "rollback"] as const;

export type ReceiptPhase = (typeof receiptPhases)[number];

/** What one step of the phase did. */
export interface StepReceipt {
	readonly id: string;
	readonly title: string;
	readonly outcome: "done" | "rolledBack" | "byPeople";
	/** SHA-256 of its statements, joined by line ends: those of the undo when it was taken back. */
	readonly sql: string;
	/** ISO 8601, by the clock of the server. */
	readonly endedAt: string;
	readonly milliseconds?: number;
	readonly attempts: number;
	/** How often it gave up waiting for a lock. */
	readonly lockMisses: number;
	readonly lockWaitMilliseconds?: number;
	readonly rows?: number;
}

/** What a phase of a run leaves behind: who ran what, when, with what outcome. */
export interface Receipt {
	readonly version: 1;
	/** Its place in the chain, from 1. */
	readonly number: number;
	readonly phase: ReceiptPhase;
	/** SHA-256 of the plan. */
	readonly plan: string;
	readonly revisions: readonly string[];
	/** A stable name of the database, without secrets. */
	readonly target: string;
	/** What ran it: "lockkeeper 0.1.0". */
	readonly tools: readonly string[];
	readonly operators: readonly string[];
	readonly approvers: readonly string[];
	/** ISO 8601, by the clock of the server. */
	readonly startedAt: string;
	readonly endedAt: string;
	readonly steps: readonly StepReceipt[];
	/** The last word of each verification. */
	readonly verifications: readonly {
		readonly step: string;
		readonly what: string;
		readonly passed: boolean;
		readonly count?: number;
	}[];
	readonly throttled: readonly { readonly cause: string; readonly milliseconds: number }[];
	/** What stopped the run on the way. */
	readonly stops: readonly {
		readonly at: string;
		readonly why: string;
		/** The keys of rows that stood in the way. */
		readonly rows?: readonly string[];
	}[];
	/** SHA-256 of the receipt before it; absent in the first. */
	readonly previous?: string;
	/** SHA-256 of all the rest as JSON without blanks. */
	readonly sha256: string;
}

/** What receipts are made of: the plan, and what the database has written down. */
export interface ReceiptSource {
	readonly plan: Plan;
	readonly planHash: string;
	readonly target: string;
	/** All events of the plan on this target, in order. */
	readonly events: readonly TimedEvent[];
}

type RunStarted = Extract<RunEvent, { readonly kind: "runStarted" }>;

const isoTime = (at: number): string => new Date(at).toISOString();

function unique(texts: readonly string[]): readonly string[] {
	return [...new Set(texts)].sort();
}

function eventsOf<Kind extends RunEvent["kind"]>(
	events: readonly TimedEvent[],
	kind: Kind,
): readonly { readonly at: number; readonly event: Extract<RunEvent, { readonly kind: Kind }> }[] {
	const is = (event: RunEvent): event is Extract<RunEvent, { readonly kind: Kind }> =>
		event.kind === kind;
	return events.flatMap(({ at, event }) => (is(event) ? [{ at, event }] : []));
}

function undoSql(step: PlanStep): readonly string[] {
	return step.transaction !== "people" && "sql" in step.undo ? step.undo.sql : [];
}

function stepReceipt(step: PlanStep, events: readonly TimedEvent[]): readonly StepReceipt[] {
	const own = events.filter(({ event }) => "step" in event && event.step === step.id);
	const done = eventsOf(own, "stepDone").at(-1);
	const back = eventsOf(own, "rolledBack").at(-1);
	const end = back ?? done;
	if (!end) return [];
	const batches = eventsOf(own, "batchDone");
	const rows = done?.event.rows ?? batches.at(-1)?.event.total;
	return [
		{
			id: step.id,
			title: step.title,
			outcome: back ? "rolledBack" : step.transaction === "people" ? "byPeople" : "done",
			sql: sha256((back ? undoSql(step) : step.sql).join("\n")),
			endedAt: isoTime(end.at),
			...(done && { milliseconds: done.event.milliseconds }),
			attempts: eventsOf(own, "stepStarted").length,
			lockMisses: eventsOf(own, "lockMissed").length,
			...(done?.event.lockWaitMilliseconds !== undefined && {
				lockWaitMilliseconds: done.event.lockWaitMilliseconds,
			}),
			...(rows !== undefined && { rows }),
		},
	];
}

function verifications(events: readonly TimedEvent[]): Receipt["verifications"] {
	const last = new Map<string, Receipt["verifications"][number]>();
	for (const { event } of eventsOf(events, "verified")) {
		const { step, what, passed, count } = event;
		last.set(`${step} ${what}`, { step, what, passed, ...(count !== undefined && { count }) });
	}
	return [...last.values()];
}

function throttled(events: readonly TimedEvent[]): Receipt["throttled"] {
	const causes = new Map<string, number>();
	for (const { event } of eventsOf(events, "throttled")) {
		causes.set(event.cause, (causes.get(event.cause) ?? 0) + event.milliseconds);
	}
	return [...causes].map(([cause, milliseconds]) => ({ cause, milliseconds }));
}

function stops(events: readonly TimedEvent[]): Receipt["stops"] {
	return events.flatMap(({ at, event }) => {
		if (event.kind === "paused" || event.kind === "aborted") {
			return [{ at: isoTime(at), why: event.why }];
		}
		return event.kind === "stepFailed"
			? [
					{
						at: isoTime(at),
						why: `${event.step}: ${event.message}`,
						...(event.rows && { rows: event.rows }),
					},
				]
			: [];
	});
}

/** Returns the hash that a receipt must carry. */
export function receiptHash({ sha256: _, ...content }: Receipt): string {
	return sha256(JSON.stringify(content));
}

/** A part of the events that makes one receipt. */
interface Section {
	readonly phase: ReceiptPhase;
	readonly events: readonly TimedEvent[];
	/** The run that it belongs to, when that began earlier. */
	readonly earlier?: RunStarted;
}

/** Cuts the events where the last step of a phase is done, and where a rollback ends. */
function sectionsOf({ plan, events }: ReceiptSource): readonly Section[] {
	const sections: Section[] = [];
	const phases = new Map(plan.steps.map(({ id, phase }) => [id, phase]));
	const open = new Set(phases.keys());
	let from = 0;
	let start: RunStarted | undefined;
	/** Where the last run began, and the one before that. */
	let began: { readonly at: number; readonly earlier: RunStarted | undefined } | undefined;
	/** A step was taken back, and no rollback has ended since. */
	let isGoingBack = false;
	const cut = (phase: ReceiptPhase, to: number, earlier: RunStarted | undefined): void => {
		sections.push({ phase, events: events.slice(from, to), ...(earlier && { earlier }) });
		from = to;
	};
	for (const [place, { event }] of events.entries()) {
		if (event.kind === "runStarted") {
			began = { at: place, earlier: start };
			start = event;
		}
		if (event.kind === "rolledBack") {
			open.add(event.step);
			isGoingBack = true;
		}
		if (event.kind === "phaseStarted" && event.phase !== "rollback" && isGoingBack && began) {
			// It was broken off where it had to say that it ends, and the plan goes forward again.
			cut("rollback", began.at, began.earlier);
			isGoingBack = false;
		}
		if (event.kind === "phaseDone" && event.phase === "rollback") {
			cut("rollback", place + 1, start);
			isGoingBack = false;
		}
		if (event.kind !== "stepDone" || !open.delete(event.step)) continue;
		const phase = phases.get(event.step);
		const isLast = phase !== undefined && ![...open].some((id) => phases.get(id) === phase);
		if (isLast) cut(phase, place + 1, start);
	}
	return sections;
}

/**
 * Returns the receipts of a plan on a target, one for each phase that has ended: a function of what the
 * database has written down, so that a lost file can be made again and a forged one is found out.
 */
export function receiptsOf(source: ReceiptSource): readonly Receipt[] {
	const { plan, planHash, target } = source;
	const receipts: Receipt[] = [];
	for (const { phase, events, earlier } of sectionsOf(source)) {
		const own = eventsOf(events, "runStarted").map(({ event }) => event);
		const starts = own.length > 0 ? own : earlier ? [earlier] : [];
		const previous = receipts.at(-1)?.sha256;
		const receipt: Receipt = {
			version: 1,
			number: receipts.length + 1,
			phase,
			plan: planHash,
			revisions: plan.revisions.map(({ id }) => id),
			target,
			tools: unique(starts.flatMap(({ tool }) => tool ?? [])),
			operators: unique(starts.map(({ operator }) => operator)),
			approvers: unique(starts.flatMap(({ approvers }) => approvers)),
			startedAt: isoTime(events[0]?.at ?? 0),
			endedAt: isoTime(events.at(-1)?.at ?? 0),
			steps: plan.steps.flatMap((step) => stepReceipt(step, events)),
			verifications: verifications(events),
			throttled: throttled(events),
			stops: stops(events),
			...(previous !== undefined && { previous }),
			sha256: "",
		};
		receipts.push({ ...receipt, sha256: receiptHash(receipt) });
	}
	return receipts;
}

/** What is wrong with receipts. */
export interface ReceiptProblem {
	readonly code: "changed" | "chain" | "missing" | "other";
	readonly message: string;
}

/**
 * Returns what is wrong with the receipts at hand: each must have its own hash and name the one before it,
 * and be what the database says, when that is known.
 */
export function judgeReceipts(
	receipts: readonly Receipt[],
	expected?: readonly Receipt[],
): readonly ReceiptProblem[] {
	const problems: ReceiptProblem[] = [];
	receipts.forEach((receipt, index) => {
		const name = `receipt ${receipt.number} (${receipt.phase})`;
		if (receiptHash(receipt) !== receipt.sha256) {
			problems.push({ code: "changed", message: `${name} was changed after it was written` });
		}
		if (receipt.number !== index + 1 || receipt.previous !== receipts[index - 1]?.sha256) {
			problems.push({ code: "chain", message: `${name} does not follow the receipt before it` });
		}
		const known = expected?.[index];
		if (expected && known?.sha256 !== receipt.sha256) {
			problems.push({
				code: "other",
				message: `${name} is not what the database has written down`,
			});
		}
	});
	for (const { number, phase } of expected?.slice(receipts.length) ?? []) {
		problems.push({ code: "missing", message: `receipt ${number} (${phase}) is missing` });
	}
	return problems;
}
