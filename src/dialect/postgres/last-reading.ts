import type { ReadMemory } from "../../core/dialect.ts";
import { movedStatement } from "../../core/moved-statement.ts";
import type { Range, SourceFile } from "../../core/source.ts";
import type { Statement } from "../../core/statement.ts";
import { samePrefix, sameSuffix } from "../../core/text-difference.ts";
import type { Piece } from "./splitter.ts";

/** A statement of the last reading. */
export interface KnownPiece {
	/** Where its text begins, with the comments before it. */
	readonly from: number;
	/** The offset after its semicolon; undefined where no reading may begin there. */
	readonly next: number | undefined;
	readonly statement: Statement;
	/** As it was read, and where it began then. */
	readonly read: Statement;
	readonly readFrom: number;
}

interface LastReading {
	readonly file: SourceFile;
	readonly text: string;
	/** How much text followed the stretch. */
	readonly behind: number;
	readonly pieces: readonly KnownPiece[];
}

/** What an edit has left alone of the last reading. */
export interface LeftAlone {
	/** The statements before the edit; the next one begins at `from`. */
	readonly head: readonly KnownPiece[];
	readonly from: number;
	/** Returns the statements behind an offset, when those of the last reading stand there. */
	tail(next: number): readonly KnownPiece[] | undefined;
}

/** By where the stretch begins. */
const readings = new WeakMap<ReadMemory, Map<number, LastReading>>();

/** The data of a COPY hangs on a statement before it: such texts are read from the start. */
const copiesData = /\bcopy\b[^;]*\bstdin\b/i;

/** Notes what a stretch of a file was read as. */
export function noteReading(
	memory: ReadMemory,
	file: SourceFile,
	{ start, end }: Range,
	pieces: readonly KnownPiece[],
): void {
	const known = readings.get(memory) ?? new Map<number, LastReading>();
	readings.set(
		memory,
		known.set(start, { file, text: file.text, behind: file.text.length - end, pieces }),
	);
}

/** Returns the known piece for a statement that has just been cut and read. */
export function knownPiece(text: string, piece: Piece, statement: Statement): KnownPiece {
	const from = piece.leadingComments[0]?.start ?? piece.start;
	const endsPlainly = piece.kind === "sql" && piece.terminated && text[piece.end] === ";";
	const next = endsPlainly ? piece.end + 1 : undefined;
	return { from, next, statement, read: statement, readFrom: from };
}

/** Returns what stands as it stood at the last reading of the stretch; undefined where that cannot be told. */
export function leftAlone(
	memory: ReadMemory,
	file: SourceFile,
	{ start, end }: Range,
): LeftAlone | undefined {
	const last = readings.get(memory)?.get(start);
	const { text } = file;
	if (last?.file !== file || last.behind !== text.length - end) return undefined;
	if (copiesData.test(text)) return undefined;
	const same = samePrefix(last.text, text);
	const sameEnd = sameSuffix(last.text, text, same);
	const headEnd = last.pieces.findLastIndex(({ next }) => next !== undefined && next <= same);
	const head = last.pieces.slice(0, headEnd + 1);
	const by = text.length - last.text.length;
	const ends = new Map<number, number>();
	for (let at = headEnd + 1; at < last.pieces.length; at++) {
		const next = last.pieces[at]?.next;
		if (next !== undefined && next >= last.text.length - sameEnd) ends.set(next + by, at);
	}
	return {
		head,
		from: last.pieces[headEnd]?.next ?? start,
		tail(next) {
			const at = ends.get(next);
			if (at === undefined) return undefined;
			return last.pieces.slice(at + 1).map((piece) => movedPiece(piece, file, by));
		},
	};
}

function movedPiece(piece: KnownPiece, file: SourceFile, by: number): KnownPiece {
	if (by === 0) return piece;
	const { next, read, readFrom } = piece;
	const from = piece.from + by;
	return {
		from,
		next: next === undefined ? undefined : next + by,
		statement: movedStatement(read, file, from - readFrom),
		read,
		readFrom,
	};
}
