import type { Operation } from "../../core/operation.ts";
import type { Lexis } from "../tolerant/token.ts";
import { reservedNames } from "./reserved.ts";

/** The newest server whose versioned comments are read as code. */
const newest = { mysql: 99_999, mariadb: 129_999 } as const;

/**
 * True for a comment whose content the server runs. MariaDB passes over what is meant for MySQL 5.7 and
 * later (50700 to 99999), and both over versions that do not exist yet, as in the head of its dumps.
 * Source: mariadb.com/kb/en/comment-syntax; MySQL 8.4 manual, 11.7, "Comments".
 */
function runsComment(
	flavor: "mysql" | "mariadb",
	{ maria, version = 0 }: { readonly maria: boolean; readonly version?: number },
): boolean {
	if (maria && flavor === "mysql") return false;
	if (flavor === "mariadb" && !maria && version >= 50_700 && version <= 99_999) return false;
	return version <= newest[flavor];
}

export function lexisOf(flavor: "mysql" | "mariadb"): Lexis {
	return {
		backslashEscapes: true,
		hashComments: true,
		dashesNeedBlank: true,
		doubleQuotes: "string",
		brackets: false,
		openComments: false,
		namedParameters: false,
		reservedNames,
		delimiterCommand: true,
		runsComment: (head) => runsComment(flavor, head),
	};
}

/** How the text is cut after SET sql_mode: ANSI quotes names in double quotes. */
export function lexisAfter(lexis: Lexis, operations: readonly Operation[]): Lexis | undefined {
	const mode = operations.find(
		(operation) => operation.kind === "setParameter" && operation.name === "sql_mode",
	);
	if (mode?.kind !== "setParameter" || mode.value === undefined) return undefined;
	const doubleQuotes = /\bANSI(?:_QUOTES)?\b/i.test(mode.value) ? "name" : "string";
	const backslashEscapes = !/NO_BACKSLASH_ESCAPES/i.test(mode.value);
	if (doubleQuotes === lexis.doubleQuotes && backslashEscapes === lexis.backslashEscapes)
		return undefined;
	return { ...lexis, doubleQuotes, backslashEscapes };
}
