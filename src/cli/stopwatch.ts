import type { Counts } from "../core/engine/lint.ts";

interface Stopwatch {
	/** One paragraph for `--stats`: statements, time, statements per second, peak memory. */
	summary(counts: Counts): string;
}

/** Starts measuring the run. */
export function startStopwatch(): Stopwatch {
	// The global `performance` would load node:perf_hooks.
	const started = process.uptime();
	return {
		summary(counts) {
			const seconds = process.uptime() - started;
			const statements = counts.statements + counts.history.statements;
			const migrations = counts.migrations + counts.history.migrations;
			// maxRSS is in kilobytes on every platform (Node's process.resourceUsage).
			const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
			const rate = Math.round(statements / Math.max(seconds, 0.001));
			return `${migrations} migrations, ${statements} statements in ${seconds.toFixed(2)} s (${rate} statements/s), peak memory ${megabytes} MB`;
		},
	};
}
