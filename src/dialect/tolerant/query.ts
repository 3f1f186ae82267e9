import type { CommonTable, Expression, FromItem, Query } from "../../core/expression.ts";
import type { Cursor } from "./cursor.ts";
import { readExpression } from "./expression.ts";
import { readWindow } from "./function-call.ts";
import type { Grammar } from "./grammar.ts";

/** True when a query begins here, in parentheses or not. */
export function isQueryAhead(cursor: Cursor, ahead: number): boolean {
	let at = ahead;
	while (cursor.peek(at) === "(") at++;
	const word = cursor.peek(at);
	// In MySQL VALUES(column) is a function.
	if (word === "VALUES") return cursor.peek(at + 1) === "ROW" || cursor.lexis.openComments;
	return word === "SELECT" || (word === "WITH" && cursor.peek(at + 1) !== "(");
}

const nothing: Query = { targets: [], from: [], grouped: false, combined: [], ctes: [] };

/** Reads SELECT, VALUES or TABLE with UNION, WITH, ORDER BY and LIMIT. */
export function readQuery(cursor: Cursor, grammar: Grammar): Query {
	const ctes = readCommonTables(cursor, grammar);
	const query = readCombined(cursor, grammar);
	return ctes.length > 0 ? { ...query, ctes: [...ctes, ...query.ctes] } : query;
}

/** WITH and its tables; none when there is no WITH. */
export function readCommonTables(cursor: Cursor, grammar: Grammar): readonly CommonTable[] {
	if (!cursor.take("WITH")) return [];
	cursor.take("RECURSIVE");
	return cursor.commaList(() => {
		const name = cursor.name();
		if (cursor.is("(")) cursor.list(() => cursor.name());
		cursor.expect("AS");
		cursor.take("NOT");
		cursor.take("MATERIALIZED");
		cursor.expect("(");
		const query = readQuery(cursor, grammar);
		cursor.expect(")");
		return { name, query };
	});
}

function readCombined(cursor: Cursor, grammar: Grammar): Query {
	const parts = [readTerm(cursor, grammar)];
	while (cursor.takeAny("UNION", "INTERSECT", "EXCEPT", "MINUS") !== undefined) {
		cursor.takeAny("ALL", "DISTINCT");
		parts.push(readTerm(cursor, grammar));
	}
	const tail = readTail(cursor, grammar);
	const [only] = parts;
	if (only && parts.length === 1) return { ...only, ...tail };
	return { ...nothing, combined: parts, ...tail };
}

function readTerm(cursor: Cursor, grammar: Grammar): Query {
	if (cursor.take("(")) {
		const query = readQuery(cursor, grammar);
		cursor.expect(")");
		return query;
	}
	if (cursor.take("VALUES")) {
		const row = (): readonly Expression[] => {
			cursor.take("ROW");
			return cursor.is("(", ")")
				? (cursor.skipParentheses(), [])
				: cursor.list(() => readExpression(cursor, grammar));
		};
		return { ...nothing, values: cursor.commaList(row) };
	}
	if (cursor.is("TABLE") && grammar.family === "mysql") {
		cursor.at++;
		const target: Expression = { kind: "column", path: ["*"] };
		const name = cursor.qualifiedName();
		return { ...nothing, targets: [{ expression: target }], from: [{ kind: "table", name }] };
	}
	return readSelect(cursor, grammar);
}

const selectOptions = new Set([
	"ALL",
	"DISTINCT",
	"DISTINCTROW",
	"HIGH_PRIORITY",
	"STRAIGHT_JOIN",
	"SQL_SMALL_RESULT",
	"SQL_BIG_RESULT",
	"SQL_BUFFER_RESULT",
	"SQL_CACHE",
	"SQL_NO_CACHE",
	"SQL_CALC_FOUND_ROWS",
]);

function readSelect(cursor: Cursor, grammar: Grammar): Query {
	cursor.expect("SELECT");
	while (cursor.isAny(selectOptions)) cursor.at++;
	const targets = cursor.commaList(() => readTarget(cursor, grammar));
	readInto(cursor);
	const from = cursor.take("FROM") ? readFrom(cursor, grammar) : [];
	const where = cursor.take("WHERE") ? readExpression(cursor, grammar) : undefined;
	const grouped = cursor.take("GROUP", "BY");
	if (grouped) {
		cursor.commaList(() => readOrdered(cursor, grammar));
		cursor.take("WITH", "ROLLUP");
	}
	const having = cursor.take("HAVING") ? readExpression(cursor, grammar) : undefined;
	if (cursor.take("WINDOW")) {
		cursor.commaList(() => {
			cursor.name();
			cursor.expect("AS");
			return readWindow(cursor, grammar);
		});
	}
	return { ...nothing, targets, from, grouped, ...(where && { where }), ...(having && { having }) };
}

function readTarget(cursor: Cursor, grammar: Grammar): Query["targets"][number] {
	const expression = readExpression(cursor, grammar);
	const isStar = expression.kind === "column" && expression.path.at(-1) === "*";
	const alias = isStar ? undefined : readAlias(cursor, grammar, true);
	return alias === undefined ? { expression } : { expression, alias };
}

function readAlias(cursor: Cursor, grammar: Grammar, stringsToo: boolean): string | undefined {
	if (cursor.take("AS")) return cursor.isString() ? cursor.string() : cursor.name();
	if (stringsToo && cursor.isString()) return cursor.string();
	if (cursor.kind() === "quotedName") return cursor.name();
	if (cursor.kind() !== "word" || grammar.reserved.has(cursor.peek())) return undefined;
	return cursor.name();
}

/** INTO variables of a routine, or into a file. */
function readInto(cursor: Cursor): void {
	if (!cursor.take("INTO")) return;
	if (cursor.takeAny("OUTFILE", "DUMPFILE") !== undefined) {
		cursor.string();
		while (!cursor.isAtEnd && !cursor.is("FROM")) cursor.at++;
		return;
	}
	cursor.commaList(() => cursor.raw());
}

/** Reads tables with their joins, a comma list of them. */
export function readFrom(cursor: Cursor, grammar: Grammar): readonly FromItem[] {
	return cursor.commaList(() => readJoined(cursor, grammar));
}

type JoinType = Extract<FromItem, { readonly kind: "join" }>["type"];

function takeJoin(cursor: Cursor): JoinType | undefined {
	const before = cursor.at;
	cursor.take("NATURAL");
	const word = cursor.takeAny("INNER", "CROSS", "LEFT", "RIGHT", "FULL");
	cursor.take("OUTER");
	if (cursor.takeAny("JOIN", "STRAIGHT_JOIN") === undefined) {
		cursor.at = before;
		return undefined;
	}
	switch (word) {
		case "LEFT":
			return "left";
		case "RIGHT":
			return "right";
		case "FULL":
			return "full";
		case "CROSS":
			return "cross";
		default:
			return "inner";
	}
}

function readJoined(cursor: Cursor, grammar: Grammar): FromItem {
	let left = readFromItem(cursor, grammar);
	for (let type = takeJoin(cursor); type; type = takeJoin(cursor)) {
		const right = readFromItem(cursor, grammar);
		const on = readJoinCondition(cursor, grammar);
		left = { kind: "join", type, left, right, ...(on && { on }) };
	}
	return left;
}

function readJoinCondition(cursor: Cursor, grammar: Grammar): Expression | undefined {
	if (cursor.take("ON")) return readExpression(cursor, grammar);
	if (!cursor.take("USING")) return undefined;
	const operands = cursor.list((): Expression => ({ kind: "column", path: [cursor.name()] }));
	return { kind: "other", what: "using", operands };
}

function readFromItem(cursor: Cursor, grammar: Grammar): FromItem {
	cursor.take("LATERAL");
	if (cursor.is("(")) return readParenthesised(cursor, grammar);
	if (cursor.is("JSON_TABLE", "(")) {
		cursor.at++;
		cursor.skipParentheses();
		const call: Expression = { kind: "other", what: "json_table", operands: [] };
		return withAlias({ kind: "function", call }, readAlias(cursor, grammar, false));
	}
	const name = cursor.qualifiedName();
	if (cursor.is("(")) {
		const args = cursor.is("(", ")")
			? (cursor.skipParentheses(), [])
			: cursor.list(() => readExpression(cursor, grammar));
		const call: Expression = { kind: "call", function: name, arguments: args, aggregate: false };
		return withAlias({ kind: "function", call }, readAlias(cursor, grammar, false));
	}
	if (cursor.take("PARTITION")) cursor.skipParentheses();
	if (cursor.take("FOR", "SYSTEM_TIME")) readSystemTime(cursor, grammar);
	const alias = readAlias(cursor, grammar, false);
	readIndexHints(cursor);
	return withAlias({ kind: "table", name }, alias);
}

function readSystemTime(cursor: Cursor, grammar: Grammar): void {
	if (cursor.take("ALL")) return;
	cursor.takeAny("AS", "BETWEEN", "FROM");
	cursor.take("OF");
	readExpression(cursor, grammar, 7);
	if (cursor.takeAny("AND", "TO") !== undefined) readExpression(cursor, grammar, 7);
}

function readParenthesised(cursor: Cursor, grammar: Grammar): FromItem {
	if (isQueryAhead(cursor, 0)) {
		const query = cursor.attempt(() => {
			cursor.expect("(");
			const inside = readQuery(cursor, grammar);
			cursor.expect(")");
			return inside;
		});
		if (query) {
			const alias = readAlias(cursor, grammar, false);
			if (cursor.is("(")) cursor.list(() => cursor.name());
			return withAlias({ kind: "query", query }, alias);
		}
	}
	cursor.expect("(");
	const items = readFrom(cursor, grammar);
	cursor.expect(")");
	const alias = readAlias(cursor, grammar, false);
	const [first, ...others] = items;
	if (!first) return cursor.fail();
	const joined = others.reduce<FromItem>(
		(left, right) => ({ kind: "join", type: "cross", left, right }),
		first,
	);
	return withAlias(joined, alias);
}

function withAlias(item: FromItem, alias: string | undefined): FromItem {
	return alias === undefined || item.kind === "join" ? item : { ...item, alias };
}

/** USE INDEX (a), FORCE INDEX FOR JOIN (a), INDEXED BY a, NOT INDEXED. */
function readIndexHints(cursor: Cursor): void {
	if (cursor.take("INDEXED", "BY")) cursor.name();
	cursor.take("NOT", "INDEXED");
	while (/^(?:USE|FORCE|IGNORE)$/.test(cursor.peek()) && /^(?:INDEX|KEY)$/.test(cursor.peek(1))) {
		cursor.at += 2;
		if (cursor.take("FOR")) while (!cursor.is("(")) cursor.advance();
		cursor.skipParentheses();
		cursor.take(",");
	}
}

function readOrdered(cursor: Cursor, grammar: Grammar): Expression {
	const expression = readExpression(cursor, grammar);
	cursor.takeAny("ASC", "DESC");
	if (cursor.take("NULLS")) cursor.takeAny("FIRST", "LAST");
	return expression;
}

/** ORDER BY and what it names; nothing when there is none. */
export function readOrderBy(cursor: Cursor, grammar: Grammar): readonly Expression[] {
	if (!cursor.take("ORDER", "BY")) return [];
	return cursor.commaList(() => readOrdered(cursor, grammar));
}

/** LIMIT n, LIMIT from, n and LIMIT n OFFSET from; undefined when there is none. */
export function readLimit(cursor: Cursor, grammar: Grammar): Expression | undefined {
	if (cursor.take("LIMIT")) {
		const first = readExpression(cursor, grammar);
		if (cursor.take(",")) return readExpression(cursor, grammar);
		if (cursor.take("OFFSET")) readExpression(cursor, grammar);
		return first;
	}
	if (cursor.take("OFFSET")) {
		readExpression(cursor, grammar);
		cursor.takeAny("ROW", "ROWS");
	}
	if (!cursor.take("FETCH")) return undefined;
	cursor.takeAny("FIRST", "NEXT");
	const limit = readExpression(cursor, grammar);
	cursor.takeAny("ROW", "ROWS");
	if (!cursor.take("ONLY")) cursor.expect("WITH", "TIES");
	return limit;
}

function readTail(cursor: Cursor, grammar: Grammar): Partial<Query> {
	readOrderBy(cursor, grammar);
	const limit = readLimit(cursor, grammar);
	readInto(cursor);
	const locking = readLocking(cursor);
	readInto(cursor);
	return { ...(limit && { limit }), ...(locking && { locking }) };
}

function readLocking(cursor: Cursor): Query["locking"] {
	let locking: Query["locking"];
	while (cursor.is("FOR", "UPDATE") || cursor.is("FOR", "SHARE")) {
		locking = cursor.is("FOR", "UPDATE") ? "update" : "share";
		cursor.at += 2;
		if (cursor.take("OF")) cursor.commaList(() => cursor.qualifiedName());
		if (!cursor.take("SKIP", "LOCKED") && !cursor.take("NOWAIT") && cursor.take("WAIT")) {
			cursor.raw();
		}
	}
	if (cursor.take("LOCK", "IN", "SHARE", "MODE")) locking = "share";
	return locking;
}
