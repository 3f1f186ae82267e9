/** Turns an offset in the unit of libpg_query into a UTF-16 offset of the same text. */
export type OffsetMap = (offset: number) => number;

/** A character outside ASCII: where it starts and ends, in both units. */
interface WideCharacter {
	readonly start: number;
	readonly end: number;
	readonly utf16Start: number;
	readonly utf16End: number;
}

// A surrogate pair is one code point of four UTF-8 bytes; a lone surrogate becomes U+FFFD, three bytes.
function bytesOf(code: number): number {
	if (code < 0x800) return 2;
	return code < 0x10000 ? 3 : 4;
}

function findWideCharacters(text: string, unit: "bytes" | "codePoints"): readonly WideCharacter[] {
	const found: WideCharacter[] = [];
	let start = 0;
	let read = 0;
	for (const match of text.matchAll(/[\u0080-\u{10ffff}]/gu)) {
		const [character] = match;
		start += match.index - read;
		const width = unit === "bytes" ? bytesOf(character.codePointAt(0) ?? 0) : 1;
		read = match.index + character.length;
		found.push({ start, end: start + width, utf16Start: match.index, utf16End: read });
		start += width;
	}
	return found;
}

function mapOf(text: string, unit: "bytes" | "codePoints"): OffsetMap {
	const clamp = (offset: number) => Math.min(Math.max(offset, 0), text.length);
	if (!/[\u0080-\uffff]/.test(text)) return clamp;
	const wide = findWideCharacters(text, unit);
	return (offset) => {
		const before = lastStartingAtOrBefore(wide, offset);
		if (!before) return clamp(offset);
		// An offset inside a character belongs to the start of the character.
		if (offset < before.end) return before.utf16Start;
		return clamp(before.utf16End + offset - before.end);
	};
}

function lastStartingAtOrBefore(
	wide: readonly WideCharacter[],
	offset: number,
): WideCharacter | undefined {
	let low = 0;
	let high = wide.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((wide[middle]?.start ?? Infinity) <= offset) low = middle + 1;
		else high = middle;
	}
	return wide[low - 1];
}

/**
 * Maps UTF-8 byte offsets, which the nodes of libpg_query carry, to UTF-16 offsets of `text`.
 * Offsets outside of the text give its start or end.
 */
export function mapBytes(text: string): OffsetMap {
	return mapOf(text, "bytes");
}

/**
 * Maps code point offsets, which the errors of libpg_query carry (`cursorPosition`, from 0), to
 * UTF-16 offsets of `text`. Offsets outside of the text give its start or end.
 */
export function mapCodePoints(text: string): OffsetMap {
	return mapOf(text, "codePoints");
}
