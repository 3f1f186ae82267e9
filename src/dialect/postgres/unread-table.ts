import type { OperationOf } from "../../core/operation.ts";
import type { Piece } from "./splitter.ts";
import { identifierValue, isComment, isWord, type Token } from "./token.ts";

const beforeTable = ["global", "local", "temporary", "temp", "unlogged", "foreign"];

function isName(token: Token | undefined): token is Token {
	return token?.kind === "word" || token?.kind === "quotedIdentifier";
}

/**
 * Returns the table that a statement makes which the parser cannot read, told by its first words, with
 * columns that are not known. Without it every later statement on the table would be taken for a change
 * of a table in use.
 */
export function unreadTable(text: string, piece: Piece): OperationOf<"createTableAs"> | undefined {
	const tokens = piece.tokens.filter((token) => !isComment(token)).slice(0, 12);
	if (!isWord(text, tokens[0], "create")) return undefined;
	let at = 1;
	while (beforeTable.some((word) => isWord(text, tokens[at], word))) at++;
	if (!isWord(text, tokens[at], "table")) return undefined;
	const temporary = tokens
		.slice(1, at)
		.some((token) => isWord(text, token, "temporary") || isWord(text, token, "temp"));
	at++;
	const ifNotExists = isWord(text, tokens[at], "if");
	if (ifNotExists) at += 3;
	const first = tokens[at];
	if (!isName(first)) return undefined;
	const dot = tokens[at + 1];
	const second = tokens[at + 2];
	const isQualified = dot !== undefined && text.slice(dot.start, dot.end) === "." && isName(second);
	const last = isQualified ? second : first;
	return {
		kind: "createTableAs",
		table: {
			...(isQualified && { schema: identifierValue(first, text) }),
			name: identifierValue(last, text),
			range: { start: first.start, end: last.end },
		},
		persistence: temporary ? "temporary" : "permanent",
		ifNotExists,
		columns: [],
		withData: false,
		range: { start: piece.start, end: piece.end },
	};
}
