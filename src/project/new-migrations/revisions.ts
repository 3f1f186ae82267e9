import { compareDigits } from "../layouts/section.ts";

function stampOf(milliseconds: number): string {
	return new Date(milliseconds).toISOString().replace(/\D/g, "").slice(0, 14);
}

/** Fourteen digits as a time in milliseconds since 1970; undefined when they are none. */
function timeOf(digits: string): number | undefined {
	const [, year, month, day, hour, minute, second] =
		/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(digits) ?? [];
	if (second === undefined) return undefined;
	const time = Date.parse(
		`${year ?? ""}-${month ?? ""}-${day ?? ""}T${hour ?? ""}:${minute ?? ""}:${second}Z`,
	);
	return Number.isNaN(time) ? undefined : time;
}

/** Returns revisions that come after those that are there, in their style: times, or numbers of their width. */
export function nextRevisions(
	existing: readonly string[],
	count: number,
	now: number,
): readonly string[] {
	const last = existing
		.filter((id) => /^\d+$/.test(id))
		.toSorted(compareDigits)
		.at(-1);
	const time = last === undefined ? undefined : timeOf(last);
	if (time !== undefined) {
		const start = Math.max(now, time + 1000);
		return Array.from({ length: count }, (_, at) => stampOf(start + at * 1000));
	}
	const width = last?.length ?? 4;
	const start = BigInt(last ?? "0");
	return Array.from({ length: count }, (_, at) =>
		String(start + BigInt(at + 1)).padStart(width, "0"),
	);
}
