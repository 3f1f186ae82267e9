import type { Range, SourceFile } from "../core/source.ts";

/** What a fingerprint is made from: a finding, or a result of a report for machines. */
export interface Place {
	readonly rule: string;
	/** Relative to the repository's root or the config, with forward slashes. */
	readonly file: string;
	readonly range: Range;
	readonly source: SourceFile | undefined;
}

/**
 * Comments, what is quoted, and blanks. A dollar quote ends at its own tag; what does not end goes on to
 * the end of the text.
 */
const pieces =
	/--[^\r\n]*|\/\*[^]*?(?:\*\/|$)|'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|(\$\w*\$)[^]*?(?:\1|$)|\s+|[^\s'"$/-]+|[^]/g;

/**
 * Returns SQL in the form in which two writings of one statement are equal: without comments, with one
 * blank where there were several or a line end, in lower case outside of quotes.
 */
export function normalizeSql(sql: string): string {
	let normal = "";
	let blank = false;
	for (const [piece] of sql.matchAll(pieces)) {
		if (piece.startsWith("--") || piece.startsWith("/*") || /^\s/.test(piece)) {
			blank = true;
			continue;
		}
		if (blank && normal !== "" && !/[(),;]$/.test(normal) && !/^[(),;]/.test(piece)) normal += " ";
		blank = false;
		normal += /^(?:['"]|\$\w*\$)/.test(piece) ? piece : piece.toLowerCase();
	}
	return normal;
}

/** node:crypto is loaded for reports and baselines that need it, not at the start of every run. */
function hash(parts: readonly string[]): string {
	return process
		.getBuiltinModule("node:crypto")
		.createHash("sha256")
		.update(parts.join("\n"))
		.digest("hex")
		.slice(0, 16);
}

/**
 * Returns what stays the same of a finding when lines above it come and go: a hash of the rule and of
 * the SQL it is about, 16 hexadecimal digits. The same SQL at two places of a file has one fingerprint.
 */
export function fingerprintOf({ rule, range, source }: Omit<Place, "file">): string {
	const sql = source?.text.slice(range.start, range.end) ?? "";
	return hash([rule, normalizeSql(sql)]);
}

/**
 * Returns a fingerprint for each place, no two alike: of file, rule, SQL, and how often the three came
 * before in this list.
 */
export function uniqueFingerprints(places: readonly Place[]): readonly string[] {
	const seen = new Map<string, number>();
	return places.map((place) => {
		const key = `${place.file}\n${fingerprintOf(place)}`;
		const before = seen.get(key) ?? 0;
		seen.set(key, before + 1);
		return hash([key, String(before)]);
	});
}
