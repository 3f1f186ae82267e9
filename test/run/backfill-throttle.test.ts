import { expect, test } from "vitest";
import type { Pressure } from "../../src/run/engine.ts";
import { nextSize } from "../../src/run/backfill/run-range.ts";
import { causesOf } from "../../src/run/backfill/throttle.ts";

const megabytes = (count: number): number => count * 1024 * 1024;

test.for<[Pressure, string]>([
	[{ replicaLagMilliseconds: 7400 }, "a replica is 7.4 s behind (limit 5 s)"],
	[{ replicaLagBytes: megabytes(300) }, "a replica is 300 MB behind (limit 256 MB)"],
	[
		{ retainedLogBytes: megabytes(10_000) },
		"10,000 MB of log are kept for a replication slot or the archive (limit 8,192 MB)",
	],
	[
		{ oldestTransactionMilliseconds: 2 * 3_600_000 },
		"a transaction is open for 120 min (limit 60 min): dead rows cannot be cleared away",
	],
	[
		{ deadRowShare: 3, isVacuumed: true },
		"the table has 300 dead rows for each hundred live ones (limit 200), and is being vacuumed",
	],
])("%j lets changes wait without any config", ([pressure, cause]) => {
	expect(causesOf({ pressure, at: 0 }, undefined, {})).toEqual([cause]);
});

test("what is not read, what is below its limit and what is switched off lets nothing wait", () => {
	expect(causesOf({ pressure: {}, at: 0 }, undefined, {})).toEqual([]);
	const busy = { replicaLagMilliseconds: 4999, activeConnections: 900, logBytes: megabytes(9e6) };
	expect(causesOf({ pressure: busy, at: 0 }, undefined, {})).toEqual([]);
	const late = { pressure: { replicaLagMilliseconds: 60_000 }, at: 0 };
	expect(causesOf(late, undefined, { replicaLagSeconds: 0 })).toEqual([]);
});

test("the rate of the log is what was written between two readings", () => {
	const config = { logMegabytesPerSecond: 50 };
	const before = { pressure: { logBytes: megabytes(1000) }, at: 10_000 };
	const after = (bytes: number) => ({ pressure: { logBytes: bytes }, at: 12_000 });
	expect(causesOf(after(megabytes(1090)), before, config)).toEqual([]);
	expect(causesOf(after(megabytes(1120)), before, config)).toEqual([
		"the server writes 60 MB of log each second (limit 50 MB)",
	]);
});

test("connections that work count when a limit is named", () => {
	expect(
		causesOf({ pressure: { activeConnections: 101 }, at: 0 }, undefined, {
			activeConnections: 100,
		}),
	).toEqual(["101 connections work (limit 100)"]);
});

test("a batch grows by a fifth at most, shrinks to half at most, and never to nothing", () => {
	expect(nextSize(1000, 10, 10, 250)).toBe(1200);
	expect(nextSize(1000, 240, 240, 250)).toBe(1042);
	expect(nextSize(1000, 300, 300, 250)).toBe(833);
	expect(nextSize(1000, 250, 600, 250)).toBe(500);
	expect(nextSize(1, 9000, 9000, 250)).toBe(1);
	expect(nextSize(1, 1, 1, 250)).toBe(2);
	expect(nextSize(50_000, 1, 1, 250)).toBe(50_000);
});
