import { placeIn, type Range } from "../../core/source.ts";
import type { TextEdit } from "../../core/fix.ts";
import type { Finding } from "../../core/finding.ts";
import { lineEndOf } from "../edits.ts";
import type { Judged } from "../judged.ts";

/** Stands where the reason belongs; a directive with it counts as one without a reason. */
export const reasonPlaceholder = "<why it is safe here>";

/** What is said of comments cannot be left out by another comment. */
const aboutComments = new Set(["unknown-directive", "unused-ignore"]);

/** Returns the edit that puts an ignore comment before a finding's statement; undefined where none helps. */
export function ignoreHere(finding: Finding, judged: Judged): TextEdit | undefined {
	if (aboutComments.has(finding.rule)) return undefined;
	return commentBefore(statementAround(finding, judged), `ignore ${finding.rule}`, judged);
}

/** Returns the edit that leaves a rule out in the whole file. */
export function ignoreInFile(finding: Finding, judged: Judged): TextEdit | undefined {
	if (aboutComments.has(finding.rule)) return undefined;
	const places = judged
		.explanations()
		.map(({ statement }) => placeIn(statement.file, statement.range));
	const first = places.reduce<Range | undefined>(
		(best, place) => (best && best.start <= place.start ? best : place),
		undefined,
	);
	return first && commentBefore(first, `ignore-file ${finding.rule}`, judged);
}

function statementAround({ range }: Finding, judged: Judged): Range {
	for (const { statement } of judged.explanations()) {
		const place = placeIn(statement.file, statement.range);
		if (place.start <= range.start && range.end <= place.end) return place;
	}
	return range;
}

function commentBefore({ start }: Range, directive: string, { document }: Judged): TextEdit {
	const text = document.getText();
	const end = lineEndOf(text);
	const comment = `${commentMark(document.uri)} lockkeeper:${directive}: ${reasonPlaceholder}`;
	const line = lineStart(text, start);
	const before = text.slice(line, start);
	const indent = /^[ \t]*/.exec(before)?.[0] ?? "";
	// A program's comment goes above the line of the call; SQL may share its line with another statement.
	if (indent === before || isProgram(document.uri)) {
		return { range: { start: line, end: line }, text: `${indent}${comment}${end}` };
	}
	const blanks = /[ \t]*$/.exec(before)?.[0].length ?? 0;
	const range = { start: start - blanks, end: start };
	return { range, text: `${end}${indent}${comment}${end}${indent}` };
}

function lineStart(text: string, offset: number): number {
	return Math.max(text.lastIndexOf("\n", offset - 1), text.lastIndexOf("\r", offset - 1)) + 1;
}

function isProgram(uri: string): boolean {
	return commentMark(uri) !== "--";
}

function commentMark(uri: string): string {
	if (/\.(?:py|rb)$/i.test(uri)) return "#";
	return /\.[cm]?[jt]sx?$/i.test(uri) ? "//" : "--";
}
