import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Range, type Position } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import {
	placeIn,
	type Position as OurPosition,
	type Range as OurRange,
	type SourceFile,
} from "../core/source.ts";
import { samePrefix, sameSuffix } from "../core/text-difference.ts";

/** Returns a place for people, counted from 1, as the protocol counts: from 0, in UTF-16 code units. */
export function positionOf({ line, column }: OurPosition): Position {
	return { line: line - 1, character: column - 1 };
}

/** Returns a stretch of a document; the two must have the same text. */
export function rangeOf(document: TextDocument, { start, end }: OurRange): Range {
	return Range.create(document.positionAt(start), document.positionAt(end));
}

/** The same for what may be SQL that a program makes: the place in the program then. */
export function placedRange(document: TextDocument, file: SourceFile, range: OurRange): Range {
	return rangeOf(document, placeIn(file, range));
}

/** Returns a range that can be seen: an empty one takes in the character after or before it. */
export function visible(document: TextDocument, range: Range): Range {
	// Most can be seen: for those the lines of the document are not counted.
	if (!isBefore(range.end, range.start)) return range;
	const start = document.offsetAt(range.start);
	if (document.offsetAt(range.end) > start) return range;
	const [next = ""] = document.getText().slice(start, start + 2);
	if (next !== "" && !/[\r\n]/.test(next)) {
		return Range.create(range.start, document.positionAt(start + next.length));
	}
	const { line, character } = range.start;
	if (character > 0) return Range.create({ line, character: character - 1 }, range.start);
	return Range.create(range.start, { line, character: 1 });
}

/** True when two ranges share a place, also when one only ends where the other begins. */
export function meet(a: Range, b: Range): boolean {
	return isBefore(a.start, b.end) && isBefore(b.start, a.end);
}

function isBefore(a: Position, b: Position): boolean {
	return a.line < b.line || (a.line === b.line && a.character <= b.character);
}

/** The least stretch in which two texts differ, in offsets of the first, and what the second has there. */
export function differenceOf(before: string, after: string): { range: OurRange; text: string } {
	const start = samePrefix(before, after);
	const same = sameSuffix(before, after, start);
	return {
		range: { start, end: before.length - same },
		text: after.slice(start, after.length - same),
	};
}

/** Returns the absolute path of a document; undefined for one that is no file. */
export function pathOf(uri: string): string | undefined {
	if (!uri.startsWith("file:")) return undefined;
	try {
		return fileURLToPath(uri);
	} catch {
		return undefined;
	}
}

/** Returns the address of a file. */
export function uriOf(directory: string, file: string): string {
	return pathToFileURL(path.resolve(directory, file)).href;
}
