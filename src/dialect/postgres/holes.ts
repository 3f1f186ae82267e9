import type { Range } from "../../core/source.ts";
import { standIn } from "./replacement.ts";
import { split, type Piece } from "./splitter.ts";

/** What stands in for a hole, the next where the grammar refuses the one before. */
const forms = ["name", "parameter", "number", "string"] as const;

function formOf(text: string, { start, end }: Range, form: number): string {
	const width = end - start;
	switch (forms[form]) {
		case "parameter":
			return width < 2 ? "1" : "$1".padEnd(width);
		case "number":
			return "1".padEnd(width);
		case "string":
			return width < 2 ? "1" : `'${"x".repeat(width - 2)}'`;
		default:
			return standIn(text.slice(start, end).replace(/^\W+|\W+$/g, ""), width);
	}
}

function fill(text: string, holes: readonly Range[], form: (hole: Range) => number): string {
	const parts: string[] = [];
	let at = 0;
	for (const hole of holes) {
		parts.push(text.slice(at, hole.start), formOf(text, hole, form(hole)));
		at = hole.end;
	}
	parts.push(text.slice(at));
	return parts.join("");
}

/** Returns the text with a name in every place where a program puts a value; of the same length. */
export function fillHoles(text: string, holes: readonly Range[]): string {
	return holes.length === 0 ? text : fill(text, holes, () => 0);
}

/** A statement of a program with its holes filled in. */
export interface FilledPiece {
	readonly text: string;
	readonly piece: Piece;
}

/**
 * Reads a statement that the grammar refused with names in its holes: at the hole where the parser
 * stopped a parameter is tried, then a number, then a string. `read` returns the offset where it stopped, undefined when
 * it did not. Undefined when no filling can be read.
 */
export function refillHoles(
	text: string,
	piece: Piece,
	holes: readonly Range[],
	stoppedAt: number,
	read: (filled: FilledPiece) => number | undefined,
): FilledPiece | undefined {
	const chosen = new Map<Range, number>(holes.map((hole) => [hole, 0]));
	let stopped = stoppedAt;
	for (;;) {
		const hole = holes.find(({ start, end }) => start <= stopped && stopped < end);
		const form = (hole ? (chosen.get(hole) ?? 0) : 0) + 1;
		if (!hole || form >= forms.length) return undefined;
		chosen.set(hole, form);
		const filled = fill(text, holes, (each) => chosen.get(each) ?? 0);
		const [only, second] = split(filled, { range: { start: piece.start, end: piece.end } });
		if (!only || second) return undefined;
		const again = { text: filled, piece: { ...only, leadingComments: piece.leadingComments } };
		const next = read(again);
		if (next === undefined) return again;
		stopped = next;
	}
}
