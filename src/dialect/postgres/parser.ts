import type { Node, ParseResult } from "@pgsql/types";
import type { ParserModule } from "libpg-query/wasm/libpg-query.js";
import type { Unread } from "../../core/statement.ts";
import { isTooDeep } from "./complexity.ts";
import { mapCodePoints } from "./offsets.ts";
import type { Piece } from "./splitter.ts";
import { callParser, ParserCrash, readText } from "./wasm.ts";

export { loadParser } from "./wasm.ts";

/** Why a piece has no tree. `offset` counts UTF-16 in the text the piece was cut from. */
export interface ParseError extends Pick<Unread, "reason" | "message"> {
	readonly offset: number;
}

export type Parsed = { readonly tree: Node } | { readonly error: ParseError };

/**
 * Parses one piece of a text with the grammar of PostgreSQL 18. The parser must have been loaded. A
 * statement that is nested too deeply is an error, and leaves the parser working.
 */
export function parseStatement(
	text: string,
	piece: Pick<Piece, "start" | "end" | "tokens">,
): Parsed {
	const refused = refuseText(text, piece);
	if (refused) return { error: refused };
	const statement = text.slice(piece.start, piece.end);
	try {
		return callParser(statement, (module, query) => {
			const result = module._wasm_parse_query_raw(query);
			const parsed = readResult(module, result, statement, piece.start);
			module._wasm_free_parse_result(result);
			return parsed;
		});
	} catch (error) {
		if (!(error instanceof ParserCrash)) throw error;
		return failure("tooComplex", error.message, piece.start);
	}
}

/** Why no parser gets a statement: a NUL in it, or it is nested too deeply. */
export function refuseText(
	text: string,
	{ start, end, tokens }: Pick<Piece, "start" | "end" | "tokens">,
): ParseError | undefined {
	const nul = text.slice(start, end).indexOf("\0");
	// The parser would end there without a word: its strings end with a NUL.
	if (nul >= 0) {
		return {
			reason: "encoding",
			message: "the server refuses a NUL character",
			offset: start + nul,
		};
	}
	if (!isTooDeep(text, tokens)) return undefined;
	const message = "the statement is nested too deeply to be read";
	return { reason: "tooComplex", message, offset: start };
}

function failure(reason: ParseError["reason"], message: string, offset: number): Parsed {
	return { error: { reason, message, offset } };
}

/** Reads a PgQueryParseResult { tree, stderr, error } and its PgQueryError { message, ..., cursorpos }. */
function readResult(module: ParserModule, result: number, statement: string, base: number): Parsed {
	const error = module.getValue(result + 8, "i32");
	if (error !== 0) {
		const position = module.getValue(error + 16, "i32") - 1;
		const message = readText(module, module.getValue(error, "i32"));
		return failure("syntax", message, base + mapCodePoints(statement)(Math.max(0, position)));
	}
	const json = readText(module, module.getValue(result, "i32"));
	const { stmts = [] } = JSON.parse(json) as ParseResult;
	const [first, second] = stmts;
	if (first?.stmt && !second) return { tree: first.stmt };
	return failure("unsupported", "a single statement was expected here", base);
}

/** The statements of a PL/pgSQL body, kind and content, as libpg_query names them. */
export type PlStatement = Readonly<Record<string, PlContent>>;

export interface PlExpression {
	readonly PLpgSQL_expr?: { readonly query?: string };
}

/** The fields of every kind of statement, and of the lists inside them; zeros are left out. */
export interface PlContent {
	readonly lineno?: number;
	readonly body?: readonly PlStatement[];
	readonly then_body?: readonly PlStatement[];
	readonly elsif_list?: readonly PlStatement[];
	readonly else_body?: readonly PlStatement[];
	readonly case_when_list?: readonly PlStatement[];
	readonly else_stmts?: readonly PlStatement[];
	readonly stmts?: readonly PlStatement[];
	readonly exceptions?: PlStatement;
	readonly exc_list?: readonly PlStatement[];
	readonly action?: readonly PlStatement[];
	readonly sqlstmt?: PlExpression;
	readonly expr?: PlExpression;
	readonly query?: PlExpression;
	readonly dynquery?: PlExpression;
	readonly target?: PlVariable;
	readonly var?: PlVariable;
	readonly varno?: number;
	readonly chain?: boolean;
}

export interface PlVariable {
	readonly PLpgSQL_var?: {
		readonly refname?: string;
		readonly default_val?: PlExpression;
	};
	readonly PLpgSQL_row?: { readonly fields?: readonly { readonly varno?: number }[] };
}

export interface PlFunction {
	/** All variables; statements name them by their place in this list. */
	readonly datums?: readonly PlVariable[];
	readonly action?: PlStatement;
}

/** Parses the body of a DO, CREATE FUNCTION or CREATE PROCEDURE in plpgsql; gives the whole statement. */
export function parsePlpgsql(
	statement: string,
): { readonly function: PlFunction } | { readonly message: string } {
	try {
		const answer = callParser(statement, (module, query) => {
			const result = module._wasm_parse_plpgsql(query);
			const text = readText(module, result);
			module._wasm_free_string(result);
			return text;
		});
		if (!answer.startsWith("{")) return { message: answer };
		const { plpgsql_funcs: functions } = JSON.parse(answer) as {
			readonly plpgsql_funcs: readonly { readonly PLpgSQL_function?: PlFunction }[];
		};
		return { function: functions[0]?.PLpgSQL_function ?? {} };
	} catch (error) {
		if (!(error instanceof ParserCrash)) throw error;
		return { message: error.message };
	}
}
