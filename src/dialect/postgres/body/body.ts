import type { Node } from "@pgsql/types";
import type { Range } from "../../../core/source.ts";
import type { Operation } from "../../../core/operation.ts";
import type { Reached, StatementPart } from "../../../core/statement.ts";
import { routineSource, type RoutineSource } from "../lower/routine.ts";
import { at, createLowerSource, type LowerSource } from "../lower/source.ts";
import { lowerStatement } from "../lower/statement.ts";
import { parseStatement } from "../parser.ts";
import { split } from "../splitter.ts";
import { isWord } from "../token.ts";
import { locateBody, moveRanges, type Place } from "./place.ts";
import { readPlpgsql } from "./plpgsql.ts";

/**
 * Returns what a parsed statement does. The statements of a DO body come as parts of their own after the
 * block, those of a function's body stand in its operation: they run when it is called.
 */
export function lowerWithBodies(
	tree: Node,
	source: LowerSource,
	reached?: Reached,
): readonly StatementPart[] {
	const operations = lowerStatement(tree, source);
	const part = { range: source.statementRange, ...(reached ? { reached } : {}) };
	const routine = routineSource(tree);
	if (!routine) return [{ ...part, operations }];
	if ("DoStmt" in tree) {
		const body = readBody(routine, source, { ...reachedThrough("doBlock"), ...reached });
		return [{ ...part, operations }, ...body];
	}
	return [{ ...part, operations: operations.map((each) => withBody(each, routine, source)) }];
}

/**
 * The body is read when somebody asks for it: only of functions that a migration calls (a third of the
 * time over 37,000 statements of public migrations).
 */
function withBody(operation: Operation, routine: RoutineSource, source: LowerSource): Operation {
	if (operation.kind !== "createFunction") return operation;
	let body: readonly StatementPart[] | undefined;
	return {
		...operation,
		get body() {
			return (body ??= readFunctionBody(routine, source));
		},
	};
}

function readFunctionBody(routine: RoutineSource, source: LowerSource): readonly StatementPart[] {
	const reached = reachedThrough("function");
	try {
		return readBody(routine, source, reached);
	} catch (error) {
		if (!(error instanceof RangeError)) throw error;
		return [unanalyzable("its body is nested too deeply", source.statementRange, reached)];
	}
}

function reachedThrough(via: Reached["via"]): Reached {
	return { via, conditional: false };
}

function readBody(
	routine: RoutineSource,
	source: LowerSource,
	reached: Reached,
): readonly StatementPart[] {
	if (routine.kind === "sqlBody") return atomicBody(routine.statements, source, reached);
	const body = locateBody(routine.text, routine.location, source);
	switch (routine.language) {
		case "plpgsql":
			return readPlpgsql(source, body, reached);
		case "sql":
			return lowerSql(body.text, body.place, reached);
		default:
			// A function in another language is judged by nobody; a block runs now.
			if (reached.via === "function") return [];
			return [
				unanalyzable(`its body is written in ${routine.language}`, source.statementRange, reached),
			];
	}
}

/** One part that says in plain words why nobody can tell what runs there. */
export function unanalyzable(reason: string, range: Range, reached: Reached): StatementPart {
	return { operations: [{ kind: "unanalyzable", range, reason }], range, reached };
}

/** Returns what the statements of a text do that stands in a string of the file. */
export function lowerSql(text: string, place: Place, reached: Reached): readonly StatementPart[] {
	return split(text, { psql: false }).flatMap((piece) => {
		const parsed = parseStatement(text, piece);
		if ("error" in parsed) {
			const reason = `this SQL cannot be read: ${parsed.error.message}`;
			return [unanalyzable(reason, place(piece), reached)];
		}
		const statement = text.slice(piece.start, piece.end);
		const source = createLowerSource(statement, piece.start, piece.tokens);
		const parts = lowerWithBodies(parsed.tree, source, reached);
		moveRanges(parts, place);
		return parts;
	});
}

/** The statements of BEGIN ATOMIC ... END, or the one of RETURN: they were parsed with their function. */
function atomicBody(
	statements: readonly Node[],
	source: LowerSource,
	reached: Reached,
): readonly StatementPart[] {
	const places = atomicPlaces(source);
	return statements.map((statement, index) => {
		const range = places.length === statements.length ? places[index] : undefined;
		const inner = at(source, range ?? source.statementRange);
		const operations = lowerStatement(statement, inner);
		return { operations, range: inner.statementRange, reached };
	});
}

function atomicPlaces(source: LowerSource): readonly Range[] {
	const { tokens, base } = source;
	const local = tokens.map((token) => ({
		...token,
		start: token.start - base,
		end: token.end - base,
	}));
	const atomic = local.findIndex((token) => isWord(source.text, token, "atomic"));
	const places: Range[] = [];
	let start: number | undefined;
	let end = 0;
	for (const token of atomic < 0 ? [] : tokens.slice(atomic + 1)) {
		if (source.textAt(token) === ";") {
			if (start !== undefined) places.push({ start, end });
			start = undefined;
		} else {
			start ??= token.start;
			end = token.end;
		}
	}
	return places;
}
