import type { Range } from "../../../core/source.ts";
import type { Reached, StatementPart } from "../../../core/statement.ts";
import type { LowerSource } from "../lower/source.ts";
import { parsePlpgsql, type PlContent, type PlExpression, type PlStatement } from "../parser.ts";
import { lowerSql, unanalyzable } from "./body.ts";
import { resolveDynamic } from "./dynamic.ts";
import type { BodyText } from "./place.ts";
import { scopeOf, type Scope, withLoopVariable } from "./scope.ts";

interface Walk {
	readonly body: BodyText;
	/** The offset of each line of the body; line 1 is the one of the opening quote. */
	readonly lines: readonly number[];
	readonly scope: Scope;
	readonly reached: Reached;
}

/** Returns the SQL statements of a plpgsql body in order, and how each is reached. */
export function readPlpgsql(
	source: LowerSource,
	body: BodyText,
	reached: Reached,
): readonly StatementPart[] {
	const parsed = parsePlpgsql(source.text);
	if ("message" in parsed) {
		const reason = `its body cannot be read: ${parsed.message}`;
		return [unanalyzable(reason, source.statementRange, reached)];
	}
	const { action } = parsed.function;
	if (!action) return [];
	const lines = [0, ...Array.from(body.text.matchAll(/\n/g), ({ index }) => index + 1)];
	return readStatement(action, { body, lines, scope: scopeOf(parsed.function), reached });
}

function readList(
	statements: readonly PlStatement[] | undefined,
	walk: Walk,
): readonly StatementPart[] {
	let current = walk;
	return (statements ?? []).flatMap((statement) => {
		const parts = readStatement(statement, current);
		// After IF ... THEN RETURN the rest runs only sometimes.
		if (mayLeave(statement)) current = conditionally(current);
		return parts;
	});
}

function conditionally(walk: Walk): Walk {
	return { ...walk, reached: { ...walk.reached, conditional: true } };
}

function readStatement(statement: PlStatement, walk: Walk): readonly StatementPart[] {
	const [kind = "", content = {}] = Object.entries(statement)[0] ?? [];
	switch (kind) {
		case "PLpgSQL_stmt_block":
			return [
				...readList(content.body, walk),
				...(content.exceptions ? readBranches([content.exceptions], walk) : []),
			];
		case "PLpgSQL_stmt_if":
		case "PLpgSQL_stmt_case":
			return readBranches([statement], walk);
		case "PLpgSQL_stmt_loop":
		case "PLpgSQL_stmt_while":
		case "PLpgSQL_stmt_fori":
		case "PLpgSQL_stmt_fors":
		case "PLpgSQL_stmt_forc":
		case "PLpgSQL_stmt_foreach_a":
		case "PLpgSQL_stmt_dynfors":
			return readLoop(kind, content, walk);
		case "PLpgSQL_stmt_commit":
		case "PLpgSQL_stmt_rollback":
			return [transactionEnd(kind, content, walk)];
		default:
			return readSql(kind, content, walk);
	}
}

/** The statement lists of IF, CASE and exception handlers, wherever they stand inside. */
function readBranches(branches: readonly PlStatement[], walk: Walk): readonly StatementPart[] {
	return branches.flatMap((branch) =>
		Object.values(branch).flatMap((content) => [
			...readList(content.then_body ?? content.stmts ?? content.action, conditionally(walk)),
			...readBranches(content.elsif_list ?? content.case_when_list ?? content.exc_list ?? [], walk),
			...readList(content.else_body ?? content.else_stmts, conditionally(walk)),
		]),
	);
}

function readLoop(kind: string, content: PlContent, walk: Walk): readonly StatementPart[] {
	const commits =
		walk.reached.loop?.commits === true || containsKind(content.body, "PLpgSQL_stmt_commit");
	const scope = withLoopVariable(walk.scope, kind, content);
	// A loop over constants runs for sure, as LOOP does.
	const runs = kind === "PLpgSQL_stmt_loop" || scope !== walk.scope;
	const conditional = walk.reached.conditional || !runs;
	const inside = { ...walk, scope, reached: { ...walk.reached, conditional, loop: { commits } } };
	return [...readSql(kind, content, walk), ...readList(content.body, inside)];
}

function transactionEnd(kind: string, content: PlContent, walk: Walk): StatementPart {
	const word = kind === "PLpgSQL_stmt_commit" ? "commit" : "rollback";
	const range = placeOf(wordAtLine(word, content, walk), content, walk);
	const operation = { kind: word, range, chain: content.chain ?? false } as const;
	return { operations: [operation], range, reached: walk.reached };
}

/** The word as the body writes it, in whatever case. */
function wordAtLine(word: string, content: PlContent, walk: Walk): string {
	const search = new RegExp(`\\b${word}\\b`, "gi");
	search.lastIndex = lineStart(content, walk);
	return search.exec(walk.body.text)?.[0] ?? word;
}

function readSql(kind: string, content: PlContent, walk: Walk): readonly StatementPart[] {
	switch (kind) {
		case "PLpgSQL_stmt_execsql":
			return readStatic(queryOf(content.sqlstmt), content, walk);
		case "PLpgSQL_stmt_perform":
		case "PLpgSQL_stmt_call":
			return readStatic(queryOf(content.expr), content, walk);
		case "PLpgSQL_stmt_dynexecute":
		case "PLpgSQL_stmt_dynfors":
			return readDynamic(queryOf(content.query), content, walk);
		case "PLpgSQL_stmt_fors":
		case "PLpgSQL_stmt_return_query":
		case "PLpgSQL_stmt_open":
			return [
				...readStatic(queryOf(content.query), content, walk),
				...readDynamic(queryOf(content.dynquery), content, walk),
			];
		default:
			return [];
	}
}

function queryOf(expression: PlExpression | undefined): string | undefined {
	return expression?.PLpgSQL_expr?.query;
}

function readStatic(
	query: string | undefined,
	content: PlContent,
	walk: Walk,
): readonly StatementPart[] {
	if (query === undefined) return [];
	const found = findQuery(query, content, walk);
	if (found === undefined) {
		const range = lineRange(content, walk);
		return lowerSql(query, () => range, walk.reached);
	}
	const { shift, start: first } = found;
	const move = ({ start, end }: Range): Range =>
		walk.body.place({ start: start === 0 ? first : start + shift, end: end + shift });
	return lowerSql(query, move, walk.reached);
}

function readDynamic(
	query: string | undefined,
	content: PlContent,
	walk: Walk,
): readonly StatementPart[] {
	if (query === undefined) return [];
	const range = placeOf(query, content, walk);
	const resolved = resolveDynamic(query, walk.scope);
	const reached: Reached = { ...walk.reached, via: "dynamic" };
	if ("reason" in resolved) return [unanalyzable(resolved.reason, range, reached)];
	const several = resolved.statements.length > 1 && !resolved.all;
	const how = several ? { ...reached, conditional: true } : reached;
	return resolved.statements.flatMap((statement) => lowerSql(statement, () => range, how));
}

function placeOf(written: string, content: PlContent, walk: Walk): Range {
	const { text, place } = walk.body;
	let first: Range | undefined;
	for (const start of copiesOf(text, written, lineStart(content, walk))) {
		const end = start + written.length;
		const execute = /\bexecute\s+$/i.exec(text.slice(Math.max(0, start - 20), start))?.[0];
		if (execute !== undefined) return place({ start: start - execute.length, end });
		first ??= { start, end };
	}
	return first ? place(first) : lineRange(content, walk);
}

/** Where a query begins in its body, and how far its other offsets are from the body's. */
interface Found {
	readonly start: number;
	readonly shift: number;
}

/**
 * The parser gives a statement's line and its text, in which INTO and its targets are blank and PERFORM has
 * become SELECT.
 */
function findQuery(query: string, content: PlContent, walk: Walk): Found | undefined {
	const body = walk.body.text;
	const from = lineStart(content, walk);
	const exact = findCopy(body, query, from);
	if (exact !== undefined) return { start: exact, shift: exact };
	const performed = /^SELECT(\s[^]*)$/.exec(query)?.[1];
	const rest = performed === undefined ? undefined : findCopy(body, performed, from);
	return rest === undefined ? undefined : { start: rest - 7, shift: rest - 6 };
}

function findCopy(body: string, query: string, from: number): number | undefined {
	for (const at of copiesOf(body, query, from)) return at;
	return undefined;
}

function* copiesOf(body: string, query: string, from: number): Generator<number> {
	const head = /^\s*\S+/.exec(query)?.[0] ?? query;
	for (let at = body.indexOf(head, from); at >= 0; at = body.indexOf(head, at + 1)) {
		if (isBlankedCopy(body, at, query)) yield at;
	}
}

function isBlankedCopy(body: string, at: number, query: string): boolean {
	for (let index = 0; index < query.length; index++) {
		if (query[index] !== " " && query[index] !== body[at + index]) return false;
	}
	return true;
}

function lineStart({ lineno = 1 }: PlContent, { lines }: Walk): number {
	return lines[lineno - 1] ?? 0;
}

function lineRange(content: PlContent, walk: Walk): Range {
	const { body } = walk;
	const start = lineStart(content, walk);
	const line = /^[^\r\n]*/.exec(body.text.slice(start))?.[0] ?? "";
	const blank = line.length - line.trimStart().length;
	return body.place({ start: start + blank, end: start + line.trimEnd().length });
}

function containsKind(statements: readonly PlStatement[] | undefined, kind: string): boolean {
	return (statements ?? []).some((statement) => kindsWithin(statement).has(kind));
}

/** True when control may leave the list after this statement, but need not. */
function mayLeave(statement: PlStatement): boolean {
	if ("PLpgSQL_stmt_return" in statement) return false;
	const kinds = kindsWithin(statement);
	const isLoop = Object.values(statement).some((content) => content.body && !content.exceptions);
	return kinds.has("PLpgSQL_stmt_return") || (!isLoop && kinds.has("PLpgSQL_stmt_exit"));
}

function kindsWithin(value: unknown, kinds = new Set<string>()): ReadonlySet<string> {
	if (typeof value !== "object" || value === null) return kinds;
	for (const [key, inner] of Object.entries(value)) {
		if (key.startsWith("PLpgSQL_stmt")) kinds.add(key);
		kindsWithin(inner, kinds);
	}
	return kinds;
}
