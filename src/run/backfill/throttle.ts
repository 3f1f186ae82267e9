import type { ThrottleConfig } from "../../core/config.ts";
import type { RunContext } from "../context.ts";
import type { Pressure } from "../engine.ts";

/** A reading of the server, and when it was taken in milliseconds of a clock that only rises. */
export interface Reading {
	readonly pressure: Pressure;
	readonly at: number;
}

/** What is asked of the server where the config does not say it. */
const defaults = {
	replicaLagSeconds: 5,
	replicaLagMegabytes: 256,
	logMegabytesPerSecond: 0,
	retainedLogMegabytes: 8192,
	oldestTransactionMinutes: 60,
	deadRowPercent: 200,
	activeConnections: 0,
} satisfies ThrottleConfig;

const megabyte = 1024 * 1024;

const amount = (value: number): string =>
	value.toLocaleString("en-US", { maximumFractionDigits: value < 10 ? 1 : 0 });

/** Returns why changes of rows must wait, in words; empty: they need not. */
export function causesOf(
	{ pressure, at }: Reading,
	before: Reading | undefined,
	config: ThrottleConfig,
): readonly string[] {
	const limits = { ...defaults, ...config };
	const causes: string[] = [];
	const above = (
		value: number | undefined,
		limit: number,
		says: (value: string, limit: string) => string,
	): void => {
		if (limit > 0 && value !== undefined && value > limit)
			causes.push(says(amount(value), amount(limit)));
	};
	const part = (value: number | undefined, unit: number): number | undefined =>
		value === undefined ? undefined : value / unit;
	above(
		part(pressure.replicaLagMilliseconds, 1000),
		limits.replicaLagSeconds,
		(value, limit) => `a replica is ${value} s behind (limit ${limit} s)`,
	);
	above(
		part(pressure.replicaLagBytes, megabyte),
		limits.replicaLagMegabytes,
		(value, limit) => `a replica is ${value} MB behind (limit ${limit} MB)`,
	);
	const seconds = before === undefined ? 0 : (at - before.at) / 1000;
	if (seconds > 0 && pressure.logBytes !== undefined && before?.pressure.logBytes !== undefined) {
		above(
			(pressure.logBytes - before.pressure.logBytes) / megabyte / seconds,
			limits.logMegabytesPerSecond,
			(value, limit) => `the server writes ${value} MB of log each second (limit ${limit} MB)`,
		);
	}
	above(
		part(pressure.retainedLogBytes, megabyte),
		limits.retainedLogMegabytes,
		(value, limit) =>
			`${value} MB of log are kept for a replication slot or the archive (limit ${limit} MB)`,
	);
	above(
		part(pressure.oldestTransactionMilliseconds, 60_000),
		limits.oldestTransactionMinutes,
		(value, limit) =>
			`a transaction is open for ${value} min (limit ${limit} min): dead rows cannot be cleared away`,
	);
	above(
		pressure.deadRowShare === undefined ? undefined : pressure.deadRowShare * 100,
		limits.deadRowPercent,
		(value, limit) =>
			`the table has ${value} dead rows for each hundred live ones (limit ${limit})${pressure.isVacuumed ? ", and is being vacuumed" : ""}`,
	);
	above(
		pressure.activeConnections,
		limits.activeConnections,
		(value, limit) => `${value} connections work (limit ${limit})`,
	);
	return causes;
}

/** Lets changes of rows wait for the server. */
export interface Throttle {
	/** Returns when the server is calm, or why the run is to stop. */
	wait(): Promise<"go" | { readonly stop: string }>;
}

/** How often the server is asked, in milliseconds. */
const interval = 1000;
const longestPause = 5000;

async function ownCause({ observer }: RunContext, sql: string): Promise<readonly string[]> {
	const answer = await observer.run(sql);
	if (!answer.ok) return [`the query of run.throttle.sql failed: ${answer.failure.message}`];
	const [value] = answer.rows[0] ?? [];
	return /^(?:t|true|1)$/.test(value ?? "") ? [] : ["the query of run.throttle.sql is not true"];
}

/** Returns what lets the batches of a step on a table wait. Workers share it. */
export function throttleOf(context: RunContext, step: string, table: string): Throttle {
	const { engine, observer, signal, tell, pause, config: { throttle: config = {} } = {} } = context;
	const giveUp = (config.giveUpMinutes ?? 60) * 60_000;
	let last: Reading | undefined;
	const read = async (): Promise<readonly string[]> => {
		const pressure = await engine.ways.pressure(observer, table);
		const reading = { pressure, at: performance.now() };
		const causes = causesOf(reading, last, config);
		last = reading;
		return config.sql === undefined
			? causes
			: [...causes, ...(await ownCause(context, config.sql))];
	};
	const settle = async (): Promise<"go" | { readonly stop: string }> => {
		if (last !== undefined && performance.now() - last.at < interval) return "go";
		let causes = await read();
		const started = performance.now();
		let length = 250;
		for (const first = causes.join("; "); causes.length > 0; causes = await read()) {
			const milliseconds = Math.round(performance.now() - started);
			const cause = causes.join("; ");
			tell({ kind: "throttled", step, cause, milliseconds });
			if (milliseconds > giveUp) {
				return { stop: `it waited ${config.giveUpMinutes ?? 60} min for the server: ${first}` };
			}
			await pause(length);
			if (signal.aborted) return { stop: "it was asked to stop" };
			length = Math.min(length * 2, longestPause);
		}
		return "go";
	};
	let settling: ReturnType<typeof settle> | undefined;
	return {
		wait() {
			settling ??= settle().finally(() => {
				settling = undefined;
			});
			return settling;
		},
	};
}
