import type { Effect } from "./effect.ts";
import type { TableStatistics } from "./statistics.ts";

/** Work of a statement that grows with a table. */
type Work = "reads" | "rewrites" | "builds";

const units = ["bytes", "kB", "MB", "GB", "TB"] as const;

/** Returns a size for people: 12 GB, 1.5 MB. Units are powers of 1024, as the server prints them. */
export function showBytes(bytes: number): string {
	let size = bytes;
	let unit = 0;
	while (size >= 1000 && unit < units.length - 1) {
		size /= 1024;
		unit++;
	}
	const shown = size < 10 && unit > 0 ? Math.round(size * 10) / 10 : Math.round(size);
	return `${shown} ${units[unit] ?? ""}`;
}

function showSeconds(seconds: number): string {
	if (seconds < 1) return "less than a second";
	const [value, unit] =
		seconds < 90
			? [seconds, "second"]
			: seconds < 90 * 60
				? [seconds / 60, "minute"]
				: [seconds / 3600, "hour"];
	const rounded = value < 10 ? Math.round(value) : Number(value.toPrecision(1));
	return `${rounded} ${unit}${rounded === 1 ? "" : "s"}`;
}

/** Returns a range of times for people: "10 to 100 seconds", "20 seconds to 4 minutes". */
export function showRange(from: number, to: number): string {
	const [fast, slow] = [showSeconds(from), showSeconds(to)];
	if (fast === slow) return fast;
	const unit = slow.split(" ").at(-1) ?? "";
	const short = fast.endsWith(` ${unit}`) ? fast.slice(0, -unit.length - 1) : fast;
	return `${short} to ${slow}`;
}

/**
 * How fast servers work, in bytes or rows a second, slowest and fastest. Not a promise: a range from
 * network disks that are busy to local disks with much memory. Reading is bound by the disk, writing a table
 * anew by its log as well (all of it goes into the WAL), an index by sorting its rows.
 */
const speeds = {
	readBytes: { slow: 100e6, fast: 1e9, words: "100 MB to 1 GB a second" },
	writeBytes: { slow: 30e6, fast: 200e6, words: "30 to 200 MB a second" },
	indexRows: { slow: 200e3, fast: 2e6, words: "200,000 to 2,000,000 rows a second" },
} as const;

function workOn(effect: Effect, relation: string): Work | undefined {
	if (effect.rewrites.includes(relation)) return "rewrites";
	if (effect.builds.some(({ table }) => table === relation)) return "builds";
	return effect.scans.includes(relation) ? "reads" : undefined;
}

function range(
	amount: number,
	{ slow, fast, words }: { readonly slow: number; readonly fast: number; readonly words: string },
): string {
	return `takes ${showRange(amount / fast, amount / slow)} at ${words}`;
}

function timeOf(work: Work, { rows, bytes, indexBytes = 0 }: TableStatistics): string | undefined {
	if (work === "builds") {
		return rows === undefined
			? undefined
			: `An index over so many rows ${range(rows, speeds.indexRows)}.`;
	}
	if (bytes === undefined) return undefined;
	return work === "reads"
		? `Reading ${showBytes(bytes)} ${range(bytes, speeds.readBytes)}.`
		: `Writing ${showBytes(bytes + indexBytes)} of table and indexes anew ${range(bytes + indexBytes, speeds.writeBytes)}.`;
}

/** Returns how many writes an hour a table gets, if that is known. */
export function writesPerHour({ writesPerHour: writes }: TableStatistics): number | undefined {
	return writes && writes.inserts + writes.updates + writes.deletes;
}

function rateWords(perHour: number): string | undefined {
	const perSecond = perHour / 3600;
	if (perSecond >= 1) {
		return `${Number(perSecond.toPrecision(2)).toLocaleString("en-US")} writes a second`;
	}
	const perMinute = perHour / 60;
	if (perMinute >= 1) return `${Number(perMinute.toPrecision(2))} writes a minute`;
	return perHour >= 1 ? `${Math.round(perHour)} writes an hour` : undefined;
}

/** "about 40,000,000 rows, 12 GB" */
export function sizeWords({ rows, bytes }: TableStatistics): string | undefined {
	if (rows === undefined) return bytes === undefined ? undefined : showBytes(bytes);
	const count = `about ${rows.toLocaleString("en-US")} rows`;
	return bytes === undefined ? count : `${count}, ${showBytes(bytes)}`;
}

/**
 * Returns what an effect means for a table of this size and traffic, in sentences: how long it works, and
 * how many writes wait meanwhile. Without figures there is nothing to say.
 */
export function loadWords(
	effect: Effect,
	relation: string,
	statistics: TableStatistics,
): readonly string[] {
	const work = workOn(effect, relation);
	// By hand people give rows alone, to say what is small: times come with measured sizes.
	const time =
		work === undefined || statistics.bytes === undefined ? undefined : timeOf(work, statistics);
	const blocks = effect.locks.some(
		(lock) =>
			lock.relation === relation && (lock.blocks === "writes" || lock.blocks === "readsAndWrites"),
	);
	const perHour = writesPerHour(statistics);
	const rate = perHour === undefined || !blocks ? undefined : rateWords(perHour);
	return [
		...(time === undefined ? [] : [time]),
		...(rate === undefined ? [] : [`On average ${rate} wait meanwhile.`]),
	];
}
