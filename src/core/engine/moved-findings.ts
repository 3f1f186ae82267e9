import type { Finding, RelatedPlace } from "../finding.ts";
import type { FilledFix } from "../fix.ts";
import { positionAt, type Range, type SourceFile } from "../source.ts";

/** What an edit has replaced. */
export interface TextChange {
	readonly range: Range;
	readonly text: string;
	/** The whole text before. */
	readonly before: string;
}

/** Returns where an offset of the text before is after the edit; what was replaced is at its end. */
export function movedOffset({ range, text }: TextChange, offset: number): number {
	if (offset <= range.start) return offset;
	const end = range.start + text.length;
	return offset >= range.end ? offset - range.end + end : end;
}

/** Returns a range of the text before as it is after the edit. */
export function movedRange(change: TextChange, { start, end }: Range): Range {
	return { start: movedOffset(change, start), end: movedOffset(change, end) };
}

/** Returns the findings of a file with their places moved along with an edit. */
export function moveFindings(
	findings: readonly Finding[],
	change: TextChange,
	file: SourceFile,
): readonly Finding[] {
	const lineOf = linesMoved(change);
	return findings.map((finding) => {
		const range = movedRange(change, finding.range);
		return {
			...finding,
			range,
			start: positionAt(file, range.start),
			end: positionAt(file, range.end),
			fixes: finding.fixes.map((fix) => movedFix(fix, change)),
			related: finding.related.map((place): RelatedPlace =>
				place.file === file.path
					? { ...place, start: { ...place.start, line: lineOf(place.start.line) } }
					: place,
			),
		};
	});
}

function movedFix(fix: FilledFix, change: TextChange): FilledFix {
	const edits = fix.edits.map((edit) => ({ ...edit, range: movedRange(change, edit.range) }));
	return { ...fix, edits };
}

function countLines(text: string): number {
	return text.match(/\r\n|\n|\r/g)?.length ?? 0;
}

function linesMoved({ range, text, before }: TextChange): (line: number) => number {
	const removed = countLines(before.slice(range.start, range.end));
	const last = positionAt({ path: "", text: before }, range.end).line;
	return (line) => (line > last ? line + countLines(text) - removed : line);
}
