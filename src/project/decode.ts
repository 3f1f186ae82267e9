/** A text, or why bytes are no UTF-8 text and at which byte. */
export type Decoded =
	| { readonly text: string }
	| {
			readonly code: "binaryFile" | "invalidEncoding";
			/** Offset of the first byte that is wrong, from 0. */
			readonly byte: number;
			readonly message: string;
			readonly hint: string;
	  };

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Returns the text of UTF-8 bytes. A byte order mark stays as the first character, so that offsets are
 * those of the file. UTF-16, invalid UTF-8 and bytes with NUL end in a message, never in a throw.
 */
export function decode(bytes: Uint8Array): Decoded {
	const utf16 = utf16Name(bytes);
	if (utf16 !== undefined) {
		return {
			code: "invalidEncoding",
			byte: 0,
			message: `is ${utf16}, not UTF-8`,
			hint: "Save the file as UTF-8.",
		};
	}
	const nul = bytes.indexOf(0);
	if (nul !== -1) {
		return {
			code: "binaryFile",
			byte: nul,
			message: `holds a NUL byte at byte ${nul}, so it is no text`,
			hint: "A migration is a text file. Remove the NUL byte, or exclude the file in the config.",
		};
	}
	try {
		return { text: strict.decode(bytes) };
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		const byte = firstInvalidByte(bytes);
		return {
			code: "invalidEncoding",
			byte,
			message: `is not UTF-8: wrong byte 0x${(bytes[byte] ?? 0).toString(16).padStart(2, "0")} at byte ${byte} (line ${lineOf(bytes, byte)})`,
			hint: "Save the file as UTF-8. It may be Latin-1 or Windows-1252.",
		};
	}
}

function utf16Name(bytes: Uint8Array): string | undefined {
	const [first, second, third] = bytes;
	if (first === 0xff && second === 0xfe) return "UTF-16 (little endian)";
	if (first === 0xfe && second === 0xff) return "UTF-16 (big endian)";
	// Without a mark: an ASCII letter and a NUL in turn, which no UTF-8 text begins with.
	if (bytes.length % 2 !== 0 || bytes.length < 4) return undefined;
	if (first !== 0 && second === 0 && third !== 0 && bytes[3] === 0) return "UTF-16 (little endian)";
	if (first === 0 && second !== 0 && third === 0 && bytes[3] !== 0) return "UTF-16 (big endian)";
	return undefined;
}

/** The decoder says that a byte is wrong but not which: find it by halves of the valid beginning. */
function firstInvalidByte(bytes: Uint8Array): number {
	let low = 0;
	let high = bytes.length;
	while (low < high) {
		const middle = (low + high + 1) >> 1;
		if (isValidBeginning(bytes.subarray(0, middle))) low = middle;
		else high = middle - 1;
	}
	// A lead byte is only found wrong at the byte after it: go back to where the text was whole.
	let at = low;
	while (at > 0 && at > low - 4 && !isValidText(bytes.subarray(0, at))) at--;
	return at;
}

function isValidBeginning(bytes: Uint8Array): boolean {
	return decodes(bytes, true);
}

function isValidText(bytes: Uint8Array): boolean {
	return decodes(bytes, false);
}

function decodes(bytes: Uint8Array, stream: boolean): boolean {
	try {
		new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream });
		return true;
	} catch {
		return false;
	}
}

function lineOf(bytes: Uint8Array, byte: number): number {
	let line = 1;
	for (let at = 0; at < byte; at++) if (bytes[at] === 10) line++;
	return line;
}
