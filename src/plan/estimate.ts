import type { Effect } from "../core/effect.ts";
import type { TableStatistics } from "../core/statistics.ts";
import { timeClasses, type ServerStep, type StepEstimate } from "./plan.ts";

/**
 * The slow end of what servers do: network disks that are busy. Bytes and rows a second; the same figures
 * that findings tell. Rows of a table without a measured size are taken to have 100 bytes.
 */
const slow = { readBytes: 100e6, writeBytes: 30e6, indexRows: 200e3, batchRows: 5e3 } as const;

const assumedRowBytes = 100;
/** An entry of a B-tree over a column or two, with its share of the pages above. */
const indexEntryBytes = 40;
/** Of the log: the new row, the mark on the old one, and their headers. */
const logHeaderBytes = 100;

type Work = "batches" | "builds" | "reads" | "rewrites";

function workOn(effects: readonly Effect[], relation: string): Work | undefined {
	if (effects.some(({ rewrites }) => rewrites.includes(relation))) return "rewrites";
	if (effects.some(({ builds }) => builds.some(({ table }) => table === relation))) return "builds";
	return effects.some(({ scans }) => scans.includes(relation)) ? "reads" : undefined;
}

function timeClass(seconds: number): StepEstimate["time"] {
	if (seconds < 1) return "moment";
	if (seconds < 60) return "seconds";
	if (seconds < 3600) return "minutes";
	return seconds < 86_400 ? "hours" : "days";
}

function costOf(work: Work, { rows = 0, bytes, indexBytes = 0 }: TableStatistics): StepEstimate {
	const size = bytes ?? rows * assumedRowBytes;
	switch (work) {
		case "reads":
			return { rows, time: timeClass(size / slow.readBytes) };
		case "builds": {
			const built = rows * indexEntryBytes;
			return { rows, walBytes: built, diskBytes: built, time: timeClass(rows / slow.indexRows) };
		}
		case "rewrites": {
			const written = size + indexBytes;
			const time = timeClass(written / slow.writeBytes);
			return { rows, walBytes: written, diskBytes: written, time };
		}
		case "batches": {
			// Old versions stay until VACUUM: the table grows by what is written.
			const written = size + rows * logHeaderBytes;
			return { rows, walBytes: written, diskBytes: size, time: timeClass(rows / slow.batchRows) };
		}
	}
}

/** Returns what a step costs; the largest of the tables that it works on counts. */
export function estimateOf(
	transaction: ServerStep["transaction"],
	effects: readonly Effect[],
	relations: readonly string[],
	statisticsOf: (relation: string) => TableStatistics | undefined,
): StepEstimate {
	let most: StepEstimate = { time: "moment" };
	for (const relation of relations) {
		const work = transaction === "batches" ? "batches" : workOn(effects, relation);
		const statistics = statisticsOf(relation);
		if (!work || !statistics || (statistics.rows ?? statistics.bytes) === undefined) continue;
		const cost = costOf(work, statistics);
		if (timeClasses.indexOf(cost.time) >= timeClasses.indexOf(most.time)) most = cost;
	}
	return most;
}
