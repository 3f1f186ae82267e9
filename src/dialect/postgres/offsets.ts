/** Turns an offset in the unit of libpg_query into a UTF-16 offset of the same text. */
export type OffsetMap = (offset: number) => number;

// A surrogate pair is one code point of four UTF-8 bytes; a lone surrogate becomes U+FFFD, three bytes.
function widthAt(text: string, at: number): { units: number; bytes: number } {
	const code = text.codePointAt(at) ?? 0;
	if (code < 0x80) return { units: 1, bytes: 1 };
	if (code < 0x800) return { units: 1, bytes: 2 };
	if (code < 0x10000) return { units: 1, bytes: 3 };
	return { units: 2, bytes: 4 };
}

// eslint-disable-next-line no-control-regex -- ASCII begins with the control characters.
const asciiOnly = /^[\u0000-\u007f]*$/;

function mapOf(text: string, unit: "bytes" | "codePoints"): OffsetMap {
	if (asciiOnly.test(text)) return (offset) => Math.min(Math.max(offset, 0), text.length);
	const utf16 = new Uint32Array(text.length * 3 + 1);
	let filled = 0;
	for (let at = 0; at < text.length;) {
		const { units, bytes } = widthAt(text, at);
		const width = unit === "bytes" ? bytes : 1;
		// An offset inside a character belongs to the start of the character.
		utf16.fill(at, filled, filled + width);
		filled += width;
		at += units;
	}
	return (offset) => (offset >= filled ? text.length : (utf16[Math.max(offset, 0)] ?? 0));
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
