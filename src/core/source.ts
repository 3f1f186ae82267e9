/** A stretch of a text in UTF-16 code units, end exclusive. */
export interface Range {
	readonly start: number;
	readonly end: number;
}

/** A place for people: line and column count from 1, columns in UTF-16 code units. */
export interface Position {
	readonly line: number;
	readonly column: number;
}

/** A text with the name under which people know it (a path relative to the working directory). */
export interface SourceFile {
	readonly path: string;
	readonly text: string;
	/**
	 * Of a program: the SQL that it makes, put after its own text, and the places in the program that it
	 * is made of. Empty when every statement stands in the program character for character.
	 */
	readonly made?: readonly MadeText[];
}

/** A stretch of a text that does not stand in the file, and the place that it is said of. */
export interface MadeText extends Range {
	readonly place: Range;
}

/** Returns the place in the file itself; the same one for everything but SQL that a program makes. */
export function placeIn(file: SourceFile, range: Range): Range {
	return madeAround(file, range.start)?.place ?? range;
}

function madeAround({ made = [] }: SourceFile, offset: number): MadeText | undefined {
	const first = made[0];
	if (!first || offset < first.start) return undefined;
	return made.find(({ end }) => offset <= end);
}

/** An open file has another text after each edit. */
const lineStartsOf = new WeakMap<
	SourceFile,
	{ readonly text: string; readonly starts: readonly number[] }
>();

function lineStarts(file: SourceFile): readonly number[] {
	const { text } = file;
	const known = lineStartsOf.get(file);
	if (known?.text === text) return known.starts;
	const starts = text.includes("\r") ? startsAfterAnyEnd(text) : startsAfterLineFeed(text);
	lineStartsOf.set(file, { text, starts });
	return starts;
}

/** Most texts have no other line ends, and the search for one character is fast. */
function startsAfterLineFeed(text: string): readonly number[] {
	const starts = [0];
	for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
	return starts;
}

function startsAfterAnyEnd(text: string): readonly number[] {
	const starts = [0];
	for (let at = 0; at < text.length; at++) {
		const code = text.charCodeAt(at);
		if (code === 13 && text.charCodeAt(at + 1) === 10) at++;
		if (code === 10 || code === 13) starts.push(at + 1);
	}
	return starts;
}

/** Returns the line and column of an offset; an offset past the end means the end. */
export function positionAt(file: SourceFile, offset: number): Position {
	const starts = lineStarts(file);
	const inFile = madeAround(file, offset)?.place.start ?? offset;
	const at = Math.max(0, Math.min(inFile, file.text.length));
	let low = 0;
	let high = starts.length - 1;
	while (low < high) {
		const middle = (low + high + 1) >> 1;
		if ((starts[middle] ?? 0) <= at) low = middle;
		else high = middle - 1;
	}
	return { line: low + 1, column: at - (starts[low] ?? 0) + 1 };
}

/** Returns the text of a line (counted from 1) without its line end, or undefined past the last one. */
export function lineAt(file: SourceFile, line: number): string | undefined {
	const starts = lineStarts(file);
	const start = starts[line - 1];
	if (start === undefined) return undefined;
	const end = starts[line] ?? file.text.length;
	return file.text.slice(start, end).replace(/[\r\n]+$/, "");
}
