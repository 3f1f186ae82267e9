import type { Plan, PlanPhase } from "../plan/plan.ts";
import type { RunEvent } from "./context.ts";

/** An event with its time: milliseconds since 1970, by the clock of the server. */
export interface TimedEvent {
	readonly at: number;
	readonly event: RunEvent;
}

/** What is read beside the events. What was not read is absent from the metrics too, never 0. */
export interface MetricReadings {
	readonly rollbackLossless?: boolean;
	readonly gate?: "open" | "closed" | "unknown";
	readonly schemaRev?: string;
	/** Of a verified vector index: mean change of deltaS, and the worst state of lambda. */
	readonly vectors?: { readonly deltaSDiff: number; readonly lambdaState: 0 | 1 | 2 | 3 };
}

export interface MetricPoint {
	readonly labels: Readonly<Record<string, string>>;
	readonly value: number;
}

export interface Metric {
	readonly name: string;
	readonly help: string;
	/** As UCUM writes it: ms, s, {row}, 1. */
	readonly unit: string;
	readonly kind: "counter" | "gauge";
	readonly points: readonly MetricPoint[];
}

/** Numbers by one label, in the order in which they came. */
class Sums {
	readonly #sums = new Map<string, number>();
	add(key: string, value: number): void {
		this.#sums.set(key, (this.#sums.get(key) ?? 0) + value);
	}
	set(key: string, value: number): void {
		this.#sums.set(key, value);
	}
	has(key: string): boolean {
		return this.#sums.has(key);
	}
	delete(key: string): void {
		this.#sums.delete(key);
	}
	points(label: string): readonly MetricPoint[] {
		return [...this.#sums].map(([key, value]) => ({ labels: { [label]: key }, value }));
	}
}

interface Tallies {
	readonly rows: Sums;
	readonly lag: Sums;
	readonly verified: Map<string, { readonly point: MetricPoint; readonly step: string }>;
	readonly pending: Sums;
	readonly unconvertible: Sums;
	readonly cutover: Sums;
	readonly lockWait: Sums;
	readonly lockRetries: Sums;
	readonly throttled: Sums;
}

function tally(tallies: Tallies, event: RunEvent, phaseOf: ReadonlyMap<string, PlanPhase>): void {
	switch (event.kind) {
		case "batchDone": {
			tallies.rows.set(event.step, event.total);
			const { share, total } = event;
			// The rows behind the cursor are known, the share is estimated: so is what is left.
			if (share !== undefined && share > 0) {
				tallies.lag.set(event.step, Math.max(0, Math.round(total / share - total)));
			}
			return;
		}
		case "stepDone":
			if (event.lockWaitMilliseconds !== undefined) {
				tallies.lockWait.add(event.step, event.lockWaitMilliseconds);
			}
			if (phaseOf.get(event.step) === "contract") {
				tallies.cutover.set(event.step, event.milliseconds);
			}
			if (event.rows !== undefined) tallies.rows.set(event.step, event.rows);
			tallies.lag.delete(event.step);
			// It does not end while a row is left that has no value on the other side.
			if (tallies.unconvertible.has(event.step)) tallies.unconvertible.set(event.step, 0);
			return;
		case "lockMissed":
			tallies.lockRetries.add(event.step, 1);
			return;
		case "throttled":
			tallies.throttled.add(event.cause, event.milliseconds / 1000);
			return;
		case "verified": {
			const { step, what, passed, count } = event;
			const point = { labels: { step, what }, value: passed ? 1 : 0 };
			tallies.verified.set(`${step} ${what}`, { point, step });
			// How many are left is not known of a query that only says no.
			if (count !== undefined) tallies.pending.set(step, count);
			else if (passed) tallies.pending.set(step, 0);
			else tallies.pending.delete(step);
			if (what === "unconvertible" && count !== undefined) tallies.unconvertible.set(step, count);
			return;
		}
		case "rolledBack":
			for (const [key, { step }] of tallies.verified) {
				if (step === event.step) tallies.verified.delete(key);
			}
			tallies.pending.delete(event.step);
			tallies.unconvertible.delete(event.step);
			return;
		default:
			return;
	}
}

/** Seconds in which a run worked on each phase: not those between two runs, nor those after a crash. */
function phaseSeconds(events: readonly TimedEvent[]): Sums {
	const seconds = new Sums();
	let open: { readonly phase: string; readonly since: number } | undefined;
	let last = 0;
	const close = (at: number): void => {
		if (open) seconds.add(open.phase, Math.max(0, at - open.since) / 1000);
		open = undefined;
	};
	for (const { at, event } of events) {
		if (event.kind === "runStarted") close(last);
		else if (event.kind === "phaseStarted") {
			close(at);
			open = { phase: event.phase, since: at };
		} else if (["phaseDone", "paused", "aborted", "runDone"].includes(event.kind)) close(at);
		last = at;
	}
	close(last);
	return seconds;
}

function readingMetrics(readings: MetricReadings): readonly Metric[] {
	const { gate, schemaRev, rollbackLossless, vectors } = readings;
	const one = (value: number | undefined): readonly MetricPoint[] =>
		value === undefined ? [] : [{ labels: {}, value }];
	const yes = (value: boolean | undefined): number | undefined =>
		value === undefined ? undefined : Number(value);
	const gauge = (name: string, help: string, points: readonly MetricPoint[]): Metric => ({
		name,
		help,
		unit: "1",
		kind: "gauge",
		points,
	});
	return [
		gauge("deltaS_diff", "Change of deltaS of the gold questions.", one(vectors?.deltaSDiff)),
		gauge(
			"lambda_state",
			"0 convergent, 1 divergent, 2 recursive, 3 chaotic.",
			one(vectors?.lambdaState),
		),
		gauge(
			"rollback_lossless",
			"1 while all that is done can be taken back without loss.",
			one(yes(rollbackLossless)),
		),
		gauge(
			"gate_state",
			"1 for the state that the gate is in.",
			gate === undefined
				? []
				: ["open", "closed", "unknown"].map((state) => ({
						labels: { state },
						value: Number(state === gate),
					})),
		),
		gauge(
			"schema_rev_info",
			"The schema that the database has.",
			schemaRev === undefined ? [] : [{ labels: { schema_rev: schemaRev }, value: 1 }],
		),
	];
}

/** Returns the metrics of a run: what was measured, and nothing for what was not. */
export function metricsOf(
	plan: Pick<Plan, "revisions" | "steps">,
	events: readonly TimedEvent[],
	readings: MetricReadings = {},
): readonly Metric[] {
	const revision = plan.revisions.at(-1)?.id ?? "";
	const phaseOf = new Map(plan.steps.map(({ id, phase }) => [id, phase]));
	const tallies: Tallies = {
		rows: new Sums(),
		lag: new Sums(),
		verified: new Map(),
		pending: new Sums(),
		unconvertible: new Sums(),
		cutover: new Sums(),
		lockWait: new Sums(),
		lockRetries: new Sums(),
		throttled: new Sums(),
	};
	for (const { event } of events) tally(tallies, event, phaseOf);
	const metric = (
		name: string,
		kind: Metric["kind"],
		unit: string,
		help: string,
		points: readonly MetricPoint[],
	): Metric => ({ name, kind, unit, help, points });
	const all: readonly Metric[] = [
		metric(
			"migrated_rows",
			"counter",
			"{row}",
			"Rows that a step has changed.",
			tallies.rows.points("step"),
		),
		metric(
			"backfill_lag_rows",
			"gauge",
			"{row}",
			"Rows that a change in batches has before it, about.",
			tallies.lag.points("step"),
		),
		metric(
			"checksum_ok",
			"gauge",
			"1",
			"1 when the last verification of a step passed.",
			[...tallies.verified.values()].map(({ point }) => point),
		),
		metric(
			"verify_pending",
			"gauge",
			"{row}",
			"Rows that the last verification of a step found to be wrong.",
			tallies.pending.points("step"),
		),
		metric(
			"dual_write_fail",
			"gauge",
			"{row}",
			"Rows of which a trigger or a change in batches could not make the new value, when last counted.",
			tallies.unconvertible.points("step"),
		),
		metric(
			"cutover_ms",
			"gauge",
			"ms",
			"How long a step of the contract phase took.",
			tallies.cutover.points("step"),
		),
		metric(
			"lock_wait_ms",
			"counter",
			"ms",
			"How long steps waited for their locks.",
			tallies.lockWait.points("step"),
		),
		metric(
			"lock_retries",
			"counter",
			"1",
			"How often a step gave up waiting for a lock and tried again.",
			tallies.lockRetries.points("step"),
		),
		metric(
			"throttle_seconds",
			"counter",
			"s",
			"How long changes in batches made way, by what for.",
			tallies.throttled.points("cause"),
		),
		metric(
			"phase_seconds",
			"counter",
			"s",
			"How long runs worked on a phase.",
			phaseSeconds(events).points("phase"),
		),
		...readingMetrics(readings),
	];
	return all
		.filter(({ points }) => points.length > 0)
		.map((one) => ({
			...one,
			points: one.points.map(({ labels, value }) => ({
				labels: { ...(revision !== "" && { revision }), ...labels },
				value,
			})),
		}));
}
