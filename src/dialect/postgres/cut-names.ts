import type { Statement } from "../../core/statement.ts";
import { identifierValue, type Token } from "./token.ts";

/** The longest name in bytes: NAMEDATALEN - 1 (src/include/pg_config_manual.h). */
const longestName = 63;

/**
 * Returns the names of a statement that the server cuts at 63 bytes, with a notice only
 * (truncate_identifier, src/backend/parser/scansup.c). No keyword is as long, so every such word is a name.
 */
export function cutNamesOf(text: string, tokens: readonly Token[]): Pick<Statement, "cutNames"> {
	const cutNames = tokens.flatMap((token) => {
		const { kind, start, end } = token;
		// A character has at most three bytes for each of its UTF-16 units.
		if ((kind !== "word" && kind !== "quotedIdentifier") || (end - start) * 3 <= longestName) {
			return [];
		}
		const bytes = new TextEncoder().encode(identifierValue(token, text));
		if (bytes.length <= longestName) return [];
		const kept = new TextDecoder().decode(bytes.subarray(0, endOfCharacter(bytes)));
		return [{ kept, bytes: bytes.length, range: { start, end } }];
	});
	return cutNames.length > 0 ? { cutNames } : {};
}

/** The last end of a whole character within the length: bytes 10xxxxxx go on with one. */
function endOfCharacter(bytes: Uint8Array): number {
	let end = longestName;
	while (end > 0 && ((bytes[end] ?? 0) & 0b1100_0000) === 0b1000_0000) end--;
	return end;
}
