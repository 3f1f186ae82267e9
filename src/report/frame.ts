import { lineAt, positionAt, type Range, type SourceFile } from "../core/source.ts";
import { countOf, type Palette } from "./report.ts";

const widest = 110;
const mostLines = 3;

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

/** The one line of a range with the range underlined. */
function underlined(line: string, from: number, to: number, palette: Palette): readonly string[] {
	const shown = shorten(line, from, Math.max(from + 1, to));
	const blank = " ".repeat(displayWidth(shown.line.slice(0, shown.from)));
	const width = displayWidth(shown.line.slice(shown.from, shown.to));
	return [shown.line, blank + palette.error("~".repeat(Math.max(1, width)))];
}

/**
 * Returns the lines of the file that a range covers: one line with the range underlined, or the first
 * of several.
 */
export function codeFrame(file: SourceFile, range: Range, palette: Palette): readonly string[] {
	const start = positionAt(file, range.start);
	const end = positionAt(file, Math.max(range.start, range.end));
	const last = Math.min(end.line, start.line + mostLines - 1);
	const gutter = String(last).length;
	const withGutter = (number: number | undefined, text: string): string =>
		`${palette.faint(`${String(number ?? "").padStart(gutter)} |`)} ${text}`.trimEnd();
	const read = (number: number): string => (lineAt(file, number) ?? "").replace(/\t/g, " ");
	if (start.line === end.line) {
		const [line = "", mark = ""] = underlined(
			read(start.line),
			start.column - 1,
			end.column - 1,
			palette,
		);
		return [withGutter(start.line, line), withGutter(undefined, mark)];
	}
	const lines: string[] = [];
	for (let number = start.line; number <= last; number++) {
		lines.push(withGutter(number, shorten(read(number), 0, 1).line));
	}
	const more = end.line - last;
	if (more > 0) {
		lines.push(withGutter(undefined, palette.faint(`... ${countOf(more, "more line")}`)));
	}
	return lines;
}
