import type { Range } from "../../core/source.ts";
import type { Unread } from "../../core/statement.ts";
import type { ParseError } from "./parser.ts";
import { explainSlip } from "./slips.ts";
import type { Piece } from "./splitter.ts";
import type { Token } from "./token.ts";

/** Returns what to say of a statement that the parser refused: the narrowest place, and a way out. */
export function explainUnread(
	text: string,
	piece: Piece,
	error: ParseError,
	placeholders: readonly Range[],
): Unread {
	const replaced = text.slice(piece.start, piece.end).indexOf("\uFFFD");
	if (error.reason === "syntax" && replaced >= 0) {
		const start = piece.start + replaced;
		return {
			reason: "encoding",
			message: error.message,
			at: { start, end: start + 1 },
			hint: "The file is not valid UTF-8 here: save it as UTF-8.",
		};
	}
	const invalid = piece.tokens.find(({ kind }) => kind === "invalid");
	const at = error.reason === "tooComplex" ? piece : placeOf(text, piece, error.offset, invalid);
	const [template] = placeholders;
	if (error.reason === "syntax" && template) {
		return {
			reason: "template",
			message: "a placeholder stands for SQL that only the migration tool knows",
			at: { start: template.start, end: template.end },
		};
	}
	const hint = hintFor(text, piece, error, invalid) ?? explainSlip(text, piece, error.offset);
	return {
		reason: error.reason,
		message: shorten(error.message),
		at: { start: at.start, end: at.end },
		...(hint === undefined ? {} : { hint }),
	};
}

function placeOf(text: string, piece: Piece, offset: number, invalid: Token | undefined): Range {
	const token = piece.tokens.find(({ end }) => end > offset) ?? piece.tokens.at(-1);
	if (text[offset] === "\0") return { start: offset, end: offset + 1 };
	if (!token) return piece;
	// The server takes such a character for a letter and blames the word around it.
	if (invalid && isForeign(text, invalid)) return invalid;
	// An open quote runs to the end of the file: its first line is enough.
	if (token === invalid) return { start: token.start, end: endOfFirstLine(text, token) };
	return token;
}

function isForeign(text: string, token: Token): boolean {
	return text.charCodeAt(token.start) > 127;
}

/** The parser quotes all that is left of the file after a quote that is never closed. */
function shorten(message: string): string {
	const [line = ""] = message.split(/[\r\n]/, 1);
	if (line === message && line.length <= 120) return message;
	return `${line.slice(0, 120)}...`;
}

function endOfFirstLine(text: string, { start, end }: Range): number {
	const line = /^[^\r\n]*/.exec(text.slice(start, Math.min(end, start + 80)))?.[0] ?? "";
	return start + Math.max(1, line.length);
}

function hintFor(
	text: string,
	piece: Piece,
	error: ParseError,
	invalid: Token | undefined,
): string | undefined {
	if (error.reason === "encoding") return "Remove the NUL character; is the file UTF-16?";
	if (error.reason === "tooComplex") return "Split the statement into several smaller ones.";
	if (error.message.startsWith("unterminated")) {
		return "Close the quote or comment that begins here.";
	}
	if (invalid && isForeign(text, invalid)) {
		return "This character is no blank for the server: replace it by an ordinary space.";
	}
	if (/^(?:delimiter|go)\b/i.test(text.slice(piece.start, piece.start + 12))) {
		return "This is a command of another client, not SQL.";
	}
	return undefined;
}
