import { lineAt, positionAt, type Range, type SourceFile } from "../core/source.ts";
import type { Palette } from "./report.ts";

const widest = 110;
const mostLines = 4;

/** How many columns a text takes on a terminal, near enough: wide East Asian and emoji count two. */
function displayWidth(text: string): number {
	let width = 0;
	for (const character of text) {
		const code = character.codePointAt(0) ?? 0;
		width += code >= 0x1100 && (code >= 0x1f300 || (code >= 0x2e80 && code <= 0xffdc)) ? 2 : 1;
	}
	return width;
}

/** A line shortened around the columns that matter, with the columns moved along. */
function shorten(
	line: string,
	from: number,
	to: number,
): { line: string; from: number; to: number } {
	if (line.length <= widest) return { line, from, to };
	const start = Math.max(0, Math.min(from - 20, line.length - widest));
	const cut = line.slice(start, start + widest);
	const before = start > 0 ? "…" : "";
	const after = start + widest < line.length ? "…" : "";
	return {
		line: before + cut + after,
		from: from - start + before.length,
		to: Math.min(to - start + before.length, cut.length + before.length),
	};
}

/**
 * Returns the lines of the file that a range covers, with the range underlined; a long range shows
 * its first lines.
 */
export function codeFrame(file: SourceFile, range: Range, palette: Palette): readonly string[] {
	const start = positionAt(file, range.start);
	const end = positionAt(file, Math.max(range.start, range.end));
	const last = Math.min(end.line, start.line + mostLines - 1);
	const gutter = String(last).length;
	const lines: string[] = [];
	for (let number = start.line; number <= last; number++) {
		const raw = (lineAt(file, number) ?? "").replace(/\t/g, " ");
		const from = number === start.line ? start.column - 1 : raw.length - raw.trimStart().length;
		const to = number === end.line ? end.column - 1 : raw.trimEnd().length;
		const shown = shorten(raw, from, Math.max(from + 1, to));
		const marker = " ".repeat(displayWidth(shown.line.slice(0, shown.from)));
		const underline = "~".repeat(Math.max(1, displayWidth(shown.line.slice(shown.from, shown.to))));
		lines.push(`${palette.faint(`${String(number).padStart(gutter)} |`)} ${shown.line}`);
		lines.push(`${palette.faint(`${" ".repeat(gutter)} |`)} ${marker}${palette.error(underline)}`);
	}
	if (end.line > last) {
		const more = end.line - last;
		lines.push(
			palette.faint(`${" ".repeat(gutter)} | ... ${more} more ${more === 1 ? "line" : "lines"}`),
		);
	}
	return lines;
}
