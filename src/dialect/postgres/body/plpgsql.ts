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
	return action ? readStatement(action, { body, scope: scopeOf(parsed.function), reached }) : [];
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
	const conditional = walk.reached.conditional || kind !== "PLpgSQL_stmt_loop";
	const scope = withLoopVariable(walk.scope, kind, content);
	const inside = { ...walk, scope, reached: { ...walk.reached, conditional, loop: { commits } } };
	return [...readSql(kind, content, walk), ...readList(content.body, inside)];
}

function transactionEnd(kind: string, content: PlContent, walk: Walk): StatementPart {
	const word = kind === "PLpgSQL_stmt_commit" ? "commit" : "rollback";
	const range = placeOf(word, content, walk);
	const operation = { kind: word, range, chain: content.chain ?? false } as const;
	return { operations: [operation], range, reached: walk.reached };
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
	const found = findQuery(walk.body.text, query, content);
	if (found === undefined) {
		const range = lineRange(content, walk);
		return lowerSql(query, () => range, walk.reached);
	}
	const move = ({ start, end }: Range): Range =>
		walk.body.place({ start: start + found, end: end + found });
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
	const found = findQuery(walk.body.text, written, content);
	if (found === undefined) return lineRange(content, walk);
	return walk.body.place({ start: found, end: found + written.length });
}

/**
 * The parser gives a statement's line and its text, in which INTO and its targets are blank and PERFORM has
 * become SELECT. Line 1 is the one of the opening quote.
 */
function findQuery(body: string, query: string, content: PlContent): number | undefined {
	const from = startOfLine(body, content.lineno ?? 1);
	const exact = body.indexOf(query, from);
	if (exact >= 0) return exact;
	const lowered = body.slice(from).toLowerCase().indexOf(query.toLowerCase());
	if (lowered >= 0) return from + lowered;
	const rest = query.startsWith("SELECT ") ? query.slice(7) : query;
	const head = rest.split(/\s{2,}/, 1)[0] ?? rest;
	for (let at = body.indexOf(head, from); at >= 0; at = body.indexOf(head, at + 1)) {
		if (isBlankedCopy(body, at, rest)) return at - (query.length - rest.length);
	}
	return undefined;
}

function isBlankedCopy(body: string, at: number, query: string): boolean {
	for (let index = 0; index < query.length; index++) {
		if (query[index] !== " " && query[index] !== body[at + index]) return false;
	}
	return true;
}

function startOfLine(text: string, line: number): number {
	let at = 0;
	for (let passed = 1; passed < line; passed++) {
		const next = text.indexOf("\n", at);
		if (next < 0) return at;
		at = next + 1;
	}
	return at;
}

function lineRange(content: PlContent, { body }: Walk): Range {
	const start = startOfLine(body.text, content.lineno ?? 1);
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
