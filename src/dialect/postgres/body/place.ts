import type { Range } from "../../../core/source.ts";
import type { LowerSource } from "../lower/source.ts";

/** From a range of a text to the range of the file where it comes from. */
export type Place = (range: Range) => Range;

/** A body as the language's own parser gets it, and the way back to the file. */
export interface BodyText {
	readonly text: string;
	readonly place: Place;
}

/**
 * Finds the string that holds a body: the first one at or after the UTF-8 byte offset `location`. Where the
 * way back is unknown (U& strings, strings in several pieces), every place is the whole string.
 */
export function locateBody(text: string, location: number, source: LowerSource): BodyText {
	const start = source.base + source.offsets(location);
	const token = source.tokens.find(
		({ kind, start: at }) => at >= start && (kind === "string" || kind === "dollarString"),
	);
	if (!token) return { text, place: () => source.statementRange };
	const raw = source.textAt(token);
	const opening = /^(?:\$[^$]*\$|[eE]?')/.exec(raw)?.[0] ?? "";
	const first = token.start + opening.length;
	const offsets = contentOffsets(raw.slice(opening.length), opening, text);
	const { start: from, end: to } = token;
	if (!offsets) return { text, place: () => ({ start: from, end: to }) };
	return {
		text,
		place: ({ start, end }) => ({ start: first + offsets(start), end: first + offsets(end) }),
	};
}

/** From offsets of the content to offsets of what is written between the quotes. */
function contentOffsets(
	written: string,
	opening: string,
	content: string,
): ((offset: number) => number) | undefined {
	if (written.startsWith(content)) return (offset) => offset;
	if (!opening.endsWith("'")) return undefined;
	const starts: number[] = [];
	let read = "";
	for (const match of written.matchAll(opening === "'" ? /''|[^']/gs : /''|\\.|[^']/gs)) {
		if (read.length >= content.length) break;
		starts.push(match.index);
		read += unescape(match[0]);
	}
	if (read !== content) return undefined;
	const last = starts.at(-1) ?? 0;
	return (offset) => starts[offset] ?? last + (/^(?:''|\\.)/s.test(written.slice(last)) ? 2 : 1);
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f" };

function unescape(written: string): string {
	if (written.length === 1) return written;
	const escaped = written.charAt(1);
	return written.startsWith("\\") ? (escapes[escaped] ?? escaped) : "'";
}

/** Moves every range inside freshly made operations or parts; a range that several share moves once. */
export function moveRanges(value: unknown, place: Place, moved = new Set<object>()): void {
	if (typeof value !== "object" || value === null || moved.has(value)) return;
	moved.add(value);
	if (isRange(value)) {
		Object.assign(value, place(value));
		return;
	}
	for (const inner of Object.values(value)) moveRanges(inner, place, moved);
}

function isRange(value: object): value is Range {
	return "start" in value && "end" in value && typeof value.start === "number";
}
