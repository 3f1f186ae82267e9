import { describe, expect, test } from "vitest";
import type { RunEvent } from "../../src/run/context.ts";
import { otlpJson, prometheusText } from "../../src/run/metrics-text.ts";
import { metricsOf, type TimedEvent } from "../../src/run/metrics.ts";
import { parsePrometheus } from "./prometheus-text.ts";

const plan = {
	revisions: [{ id: "0002_orders_paid", files: [] }],
	steps: (["expand-1", "migrate-1", "verify-1", "contract-1"] as const).map((id) => ({
		id,
		phase: id.startsWith("contract") ? ("contract" as const) : ("migrate" as const),
		title: id,
		origin: { migration: "0002_orders_paid", file: "0002.sql", line: 1 },
		needs: [],
		notes: [],
		transaction: "people" as const,
		sql: [],
	})),
};

/** A second for each event, from 1,000 seconds on. */
function timed(...events: readonly RunEvent[]): readonly TimedEvent[] {
	return events.map((event, index) => ({ at: 1_000_000 + index * 1000, event }));
}

const started: RunEvent = { kind: "runStarted", operator: "ada", approvers: ["grace"] };

const whole = timed(
	started,
	{ kind: "phaseStarted", phase: "expand" },
	{
		kind: "lockMissed",
		step: "expand-1",
		attempt: 1,
		blockers: [{ who: "session 4711 (psql, alice)" }],
		nextInMilliseconds: 250,
	},
	{ kind: "stepDone", step: "expand-1", milliseconds: 40, lockWaitMilliseconds: 512 },
	{ kind: "phaseDone", phase: "expand" },
	{ kind: "phaseStarted", phase: "migrate" },
	{
		kind: "batchDone",
		step: "migrate-1",
		rows: 1000,
		total: 1000,
		size: 1000,
		milliseconds: 180,
		share: 0.25,
	},
	{ kind: "throttled", step: "migrate-1", cause: "replica lag", milliseconds: 1500 },
	{ kind: "throttled", step: "migrate-1", cause: "replica lag", milliseconds: 750 },
	{ kind: "paused", why: "asked to" },
	started,
	{ kind: "phaseStarted", phase: "migrate" },
	{
		kind: "batchDone",
		step: "migrate-1",
		rows: 500,
		total: 1500,
		size: 1000,
		milliseconds: 180,
		share: 0.5,
	},
);

describe("metrics of a run", () => {
	test("a run that is under way, as Prometheus reads it", () => {
		const text = prometheusText(
			metricsOf(plan, whole, { rollbackLossless: true, gate: "unknown", schemaRev: "ab12" }),
		);
		expect(parsePrometheus(text)).toHaveLength(12);
		expect(text).toMatchInlineSnapshot(`
			"# HELP migrated_rows Rows that a step has changed.
			# TYPE migrated_rows counter
			migrated_rows{revision="0002_orders_paid",step="migrate-1"} 1500
			# HELP backfill_lag_rows Rows that a change in batches has before it, about.
			# TYPE backfill_lag_rows gauge
			backfill_lag_rows{revision="0002_orders_paid",step="migrate-1"} 1500
			# HELP lock_wait_ms How long steps waited for their locks.
			# TYPE lock_wait_ms counter
			lock_wait_ms{revision="0002_orders_paid",step="expand-1"} 512
			# HELP lock_retries How often a step gave up waiting for a lock and tried again.
			# TYPE lock_retries counter
			lock_retries{revision="0002_orders_paid",step="expand-1"} 1
			# HELP throttle_seconds How long changes in batches made way, by what for.
			# TYPE throttle_seconds counter
			throttle_seconds{revision="0002_orders_paid",cause="replica lag"} 2.25
			# HELP phase_seconds How long runs worked on a phase.
			# TYPE phase_seconds counter
			phase_seconds{revision="0002_orders_paid",phase="expand"} 3
			phase_seconds{revision="0002_orders_paid",phase="migrate"} 5
			# HELP rollback_lossless 1 while all that is done can be taken back without loss.
			# TYPE rollback_lossless gauge
			rollback_lossless{revision="0002_orders_paid"} 1
			# HELP gate_state 1 for the state that the gate is in.
			# TYPE gate_state gauge
			gate_state{revision="0002_orders_paid",state="open"} 0
			gate_state{revision="0002_orders_paid",state="closed"} 0
			gate_state{revision="0002_orders_paid",state="unknown"} 1
			# HELP schema_rev_info The schema that the database has.
			# TYPE schema_rev_info gauge
			schema_rev_info{revision="0002_orders_paid",schema_rev="ab12"} 1
			"
		`);
	});

	test("rows that are left are gone from the metrics when the step is done", () => {
		const done = [
			...whole,
			...timed({ kind: "stepDone", step: "migrate-1", milliseconds: 9000, rows: 1500 }),
		];
		const samples = parsePrometheus(prometheusText(metricsOf(plan, done)));
		expect(samples.filter(({ name }) => name === "backfill_lag_rows")).toEqual([]);
		expect(samples.find(({ name }) => name === "migrated_rows")?.value).toBe(1500);
	});

	test("a verification counts by its last word", () => {
		const verified = (passed: boolean, count?: number): RunEvent => ({
			kind: "verified",
			step: "verify-1",
			what: "pending",
			passed,
			...(count !== undefined && { count }),
		});
		const values = (...events: readonly RunEvent[]) =>
			Object.fromEntries(
				metricsOf(plan, timed(...events)).map(({ name, points }) => [name, points[0]?.value]),
			);
		expect(values(verified(true), verified(false, 7))).toEqual({
			checksum_ok: 0,
			verify_pending: 7,
		});
		expect(values(verified(false, 7), verified(true))).toEqual({
			checksum_ok: 1,
			verify_pending: 0,
		});
		expect(values(verified(false))).toEqual({ checksum_ok: 0 });
		expect(values(verified(true), { kind: "rolledBack", step: "verify-1" })).toEqual({});
	});

	test("the time between a crash and the next run belongs to no phase", () => {
		const events = [
			...timed(started, { kind: "phaseStarted", phase: "expand" }).map((one) => one),
			{ at: 9_000_000, event: started },
			{ at: 9_001_000, event: { kind: "phaseStarted", phase: "expand" } as const },
			{ at: 9_003_000, event: { kind: "phaseDone", phase: "expand" } as const },
		];
		const [seconds] = metricsOf(plan, events);
		expect(seconds).toMatchObject({ name: "phase_seconds", points: [{ value: 2 }] });
	});

	test("what was not measured is absent, never 0", () => {
		expect(metricsOf(plan, timed(started))).toEqual([]);
		const names = metricsOf(plan, [], {
			vectors: { deltaSDiff: 0.01, lambdaState: 0 },
		}).map(({ name }) => name);
		expect(names).toEqual(["deltaS_diff", "lambda_state"]);
	});

	test("quotes, backslashes and line ends in names survive a scrape", () => {
		const cause = 'custom "SELECT\n \\ok"';
		const events = timed({ kind: "throttled", step: "migrate-1", cause, milliseconds: 10 });
		const [sample] = parsePrometheus(prometheusText(metricsOf(plan, events)));
		expect(sample?.labels["cause"]).toBe(cause);
	});
});

/** The message that a collector takes, as far as it is used: every key known, every value of its kind. */
function checkOtlp(text: string): readonly string[] {
	const request = JSON.parse(text) as {
		resourceMetrics: {
			resource: { attributes: object[] };
			scopeMetrics: { scope: object; metrics: Record<string, unknown>[] }[];
		}[];
	};
	expect(Object.keys(request)).toEqual(["resourceMetrics"]);
	return request.resourceMetrics.flatMap(({ scopeMetrics }) =>
		scopeMetrics.flatMap(({ metrics }) =>
			metrics.map((metric) => {
				const { name, description, unit, sum, gauge, ...rest } = metric;
				expect(rest).toEqual({});
				expect([typeof name, typeof description, typeof unit]).toEqual(Array(3).fill("string"));
				const data = (sum ?? gauge) as { dataPoints: Record<string, unknown>[] };
				if (sum !== undefined) {
					expect(sum).toMatchObject({ aggregationTemporality: 2, isMonotonic: true });
					expect(gauge).toBeUndefined();
				}
				for (const point of data.dataPoints) {
					const { attributes, startTimeUnixNano, timeUnixNano, asInt, asDouble, ...more } = point;
					expect(more).toEqual({});
					expect(timeUnixNano).toMatch(/^\d{19}$/);
					if (sum !== undefined) expect(startTimeUnixNano).toMatch(/^\d{19}$/);
					if (asInt === undefined) expect(asDouble).toBeTypeOf("number");
					else expect(asInt).toMatch(/^-?\d+$/);
					for (const pair of attributes as object[]) {
						expect(pair).toEqual({
							key: expect.any(String) as string,
							value: { stringValue: expect.any(String) as string },
						});
					}
				}
				return String(name);
			}),
		),
	);
}

test("the OTLP file has the shape of a metrics request", () => {
	const metrics = metricsOf(plan, whole, { vectors: { deltaSDiff: 0.015, lambdaState: 0 } });
	const span = { from: 1_790_000_000_000, to: 1_790_000_012_345 };
	expect(checkOtlp(otlpJson(metrics, span))).toEqual([
		"migrated_rows",
		"backfill_lag_rows",
		"lock_wait_ms",
		"lock_retries",
		"throttle_seconds",
		"phase_seconds",
		"wfgy.semantic.deltaS",
		"wfgy.logic.lambda",
	]);
});
