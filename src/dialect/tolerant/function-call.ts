import type { Expression } from "../../core/expression.ts";
import type { Cursor } from "./cursor.ts";
import { callOf, readExpression } from "./expression.ts";
import type { Grammar } from "./grammar.ts";
import { isQueryAhead, readOrderBy, readQuery } from "./query.ts";

/** Reads the arguments of a call whose name was read, and FILTER and OVER behind it. */
export function readCall(cursor: Cursor, grammar: Grammar, path: readonly string[]): Expression {
	const written = path.at(-1) ?? "";
	const name = written.toLowerCase();
	const special = path.length === 1 ? readSpecialCall(cursor, grammar, name) : undefined;
	if (special) return special;
	const schema = path.at(-2);
	cursor.expect("(");
	const inside = readArguments(cursor, grammar);
	cursor.expect(")");
	const operands = [...inside.operands, ...readTail(cursor, grammar)];
	return {
		kind: "call",
		function: schema === undefined ? { name } : { schema, name },
		arguments: operands,
		aggregate: inside.aggregate || operands.length > inside.operands.length,
	};
}

interface Arguments {
	readonly operands: readonly Expression[];
	readonly aggregate: boolean;
}

function readArguments(cursor: Cursor, grammar: Grammar): Arguments {
	if (cursor.is(")")) return { operands: [], aggregate: false };
	if (cursor.take("*")) return { operands: [], aggregate: true };
	const distinct = cursor.takeAny("DISTINCT", "ALL") !== undefined;
	const operands = [...cursor.commaList(() => readArgument(cursor, grammar))];
	const order = readOrderBy(cursor, grammar);
	operands.push(...order);
	const separated = cursor.take("SEPARATOR");
	if (separated) operands.push(readExpression(cursor, grammar));
	if (cursor.take("USING")) cursor.name();
	if (cursor.take("LIMIT")) cursor.commaList(() => readExpression(cursor, grammar));
	return { operands, aggregate: distinct || separated || order.length > 0 };
}

function readArgument(cursor: Cursor, grammar: Grammar): Expression {
	if (cursor.is("(") || !isQueryAhead(cursor, 0)) return readExpression(cursor, grammar);
	return { kind: "subquery", form: "scalar", query: readQuery(cursor, grammar) };
}

/** FILTER (WHERE ...), OVER (...), and words about NULLs before it. */
function readTail(cursor: Cursor, grammar: Grammar): readonly Expression[] {
	const operands: Expression[] = [];
	const unknown: Expression = { kind: "other", what: "window", operands: [] };
	if (cursor.is("FILTER", "(")) {
		cursor.at += 2;
		cursor.expect("WHERE");
		operands.push(readExpression(cursor, grammar));
		cursor.expect(")");
	}
	if (cursor.is("WITHIN", "GROUP")) {
		cursor.at += 2;
		cursor.expect("(");
		operands.push(unknown, ...readOrderBy(cursor, grammar));
		cursor.expect(")");
	}
	if (cursor.is("RESPECT", "NULLS") || cursor.is("IGNORE", "NULLS")) cursor.at += 2;
	if (cursor.take("FROM", "FIRST") || cursor.take("FROM", "LAST")) operands.push(unknown);
	if (!cursor.take("OVER")) return operands;
	operands.push(unknown);
	if (cursor.is("(")) operands.push(...readWindow(cursor, grammar));
	else cursor.name();
	return operands;
}

/** What stands in the parentheses of a window. */
export function readWindow(cursor: Cursor, grammar: Grammar): readonly Expression[] {
	cursor.expect("(");
	const operands: Expression[] = [];
	if (cursor.isName() && !/^(?:PARTITION|ORDER|ROWS|RANGE|GROUPS)$/.test(cursor.peek())) {
		cursor.name();
	}
	if (cursor.take("PARTITION", "BY")) {
		operands.push(...cursor.commaList(() => readExpression(cursor, grammar)));
	}
	operands.push(...readOrderBy(cursor, grammar));
	if (/^(?:ROWS|RANGE|GROUPS)$/.test(cursor.peek())) {
		let depth = 0;
		while (!cursor.isAtEnd && !(depth === 0 && cursor.is(")"))) {
			if (cursor.is("(")) depth++;
			if (cursor.is(")")) depth--;
			cursor.at++;
		}
	}
	cursor.expect(")");
	return operands;
}

/** Functions whose arguments have words between them. */
function readSpecialCall(cursor: Cursor, grammar: Grammar, name: string): Expression | undefined {
	const read = (): Expression => readExpression(cursor, grammar);
	switch (name) {
		case "cast":
		case "try_cast": {
			cursor.expect("(");
			const operand = read();
			cursor.expect("AS");
			const type = grammar.type(cursor);
			cursor.take("ARRAY");
			cursor.expect(")");
			return { kind: "cast", type, operand };
		}
		case "convert": {
			if (grammar.family !== "mysql") return undefined;
			cursor.expect("(");
			const operand = read();
			if (cursor.take("USING")) {
				cursor.name();
				cursor.expect(")");
				return callOf("convert", [operand]);
			}
			cursor.expect(",");
			const type = grammar.type(cursor);
			cursor.expect(")");
			return { kind: "cast", type, operand };
		}
		case "extract": {
			if (grammar.family !== "mysql") return undefined;
			cursor.expect("(");
			cursor.name();
			cursor.expect("FROM");
			const operand = read();
			cursor.expect(")");
			return callOf("extract", [operand]);
		}
		case "position": {
			cursor.expect("(");
			const part = readExpression(cursor, grammar, 7);
			if (!cursor.take("IN")) cursor.expect(",");
			const whole = read();
			cursor.expect(")");
			return callOf("position", [part, whole]);
		}
		case "substring":
		case "substr":
		case "mid":
			return readSeparated(cursor, name, read, ["FROM", "FOR", ","]);
		case "trim":
			return readTrim(cursor, read);
		case "get_format":
		case "timestampadd":
		case "timestampdiff":
			return readUnitCall(cursor, name, read);
		case "raise":
			return grammar.family === "sqlite" ? readRaise(cursor, read) : undefined;
		case "json_table":
			return undefined;
		case "char":
			return readSeparated(cursor, name, read, [","], "USING");
		case "json_value":
			return readJsonValue(cursor, grammar, read);
		default:
			return undefined;
	}
}

function readSeparated(
	cursor: Cursor,
	name: string,
	read: () => Expression,
	separators: readonly string[],
	last?: string,
): Expression {
	cursor.expect("(");
	const operands = [read()];
	while (cursor.takeAny(...separators) !== undefined) operands.push(read());
	if (last !== undefined && cursor.take(last)) cursor.name();
	cursor.expect(")");
	return callOf(name, operands);
}

function readTrim(cursor: Cursor, read: () => Expression): Expression {
	cursor.expect("(");
	cursor.takeAny("BOTH", "LEADING", "TRAILING");
	const operands: Expression[] = [];
	if (!cursor.take("FROM")) operands.push(read());
	while (cursor.takeAny("FROM", ",") !== undefined) operands.push(read());
	if (operands.length === 0) operands.push(read());
	cursor.expect(")");
	return callOf("trim", operands);
}

function readUnitCall(cursor: Cursor, name: string, read: () => Expression): Expression {
	cursor.expect("(");
	cursor.name();
	const operands: Expression[] = [];
	while (cursor.take(",")) operands.push(read());
	cursor.expect(")");
	return callOf(name, operands);
}

function readRaise(cursor: Cursor, read: () => Expression): Expression {
	cursor.expect("(");
	cursor.name();
	const operands = cursor.take(",") ? [read()] : [];
	cursor.expect(")");
	return callOf("raise", operands);
}

/** JSON_VALUE(document, path RETURNING type DEFAULT x ON EMPTY). */
function readJsonValue(cursor: Cursor, grammar: Grammar, read: () => Expression): Expression {
	cursor.expect("(");
	const operands = [...cursor.commaList(read)];
	if (cursor.take("RETURNING")) grammar.type(cursor);
	while (!cursor.is(")") && !cursor.isAtEnd) cursor.at++;
	cursor.expect(")");
	return callOf("json_value", operands);
}
