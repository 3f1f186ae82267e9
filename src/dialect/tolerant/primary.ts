import type { Expression, LiteralType } from "../../core/expression.ts";
import type { Cursor } from "./cursor.ts";
import { callOf, readExpression } from "./expression.ts";
import { readCall } from "./function-call.ts";
import type { Grammar } from "./grammar.ts";
import { isQueryAhead, readQuery } from "./query.ts";

/** Values that are written without parentheses. */
const valueFunctions = new Set([
	"CURRENT_TIMESTAMP",
	"CURRENT_DATE",
	"CURRENT_TIME",
	"CURRENT_USER",
	"CURRENT_ROLE",
	"LOCALTIME",
	"LOCALTIMESTAMP",
	"UTC_DATE",
	"UTC_TIME",
	"UTC_TIMESTAMP",
]);

const datePrefixes = new Set(["DATE", "TIME", "TIMESTAMP"]);

/** Reads an operand: a literal, a name, a call, or what stands in parentheses. */
export function readPrimary(cursor: Cursor, grammar: Grammar): Expression {
	switch (cursor.kind()) {
		case "number":
			return literal("number", cursor.raw());
		case "string":
			return readString(cursor);
		case "parameter":
			return { kind: "parameter", name: cursor.raw() };
		case "quotedName":
			return readName(cursor, grammar);
		case "word":
			return readWord(cursor, grammar);
		case "operator":
			if (cursor.is(":") && cursor.isName(1)) {
				cursor.at++;
				return { kind: "parameter", name: `:${cursor.name()}` };
			}
			if (cursor.take("*")) return { kind: "column", path: ["*"] };
			return cursor.fail();
		default:
			break;
	}
	if (cursor.is("(")) return readParentheses(cursor, grammar);
	if (cursor.is("{")) return readOdbc(cursor);
	return cursor.fail();
}

function literal(type: LiteralType, value: string): Expression {
	return { kind: "literal", type, value };
}

function readString(cursor: Cursor): Expression {
	const { token } = cursor;
	const first = token ? cursor.text[token.start] : "";
	if (first !== undefined && /[xXbB]/.test(first)) return literal("bit", cursor.raw());
	return literal("string", cursor.string());
}

function readParentheses(cursor: Cursor, grammar: Grammar): Expression {
	if (isQueryAhead(cursor, 1)) {
		const query = cursor.attempt(() => {
			cursor.expect("(");
			return readSubquery(cursor, grammar);
		});
		if (query) return { kind: "subquery", form: "scalar", query };
	}
	const operands = cursor.list(() => readExpression(cursor, grammar));
	const [only] = operands;
	if (only && operands.length === 1) return only;
	return { kind: "other", what: "row", operands };
}

/** `{d '2024-01-01'}`. */
function readOdbc(cursor: Cursor): Expression {
	cursor.expect("{");
	cursor.name();
	const value = literal("string", cursor.string());
	cursor.expect("}");
	return value;
}

function readWord(cursor: Cursor, grammar: Grammar): Expression {
	const word = cursor.peek();
	const next = cursor.peek(1);
	if (next !== "(" && next !== ".") {
		const fixed = readFixedWord(cursor, word);
		if (fixed) return fixed;
	}
	switch (word) {
		case "CASE":
			return readCase(cursor, grammar);
		case "EXISTS":
			if (next !== "(") break;
			cursor.at += 2;
			return { kind: "subquery", form: "exists", query: readSubquery(cursor, grammar) };
		case "INTERVAL":
			if (next !== "(" || !isIntervalFunction(cursor)) return readInterval(cursor, grammar);
			break;
		case "NEXT":
		case "PREVIOUS":
			if (!cursor.is(word, "VALUE", "FOR")) break;
			cursor.at += 3;
			return callOf("nextval", [{ kind: "column", path: [cursor.qualifiedName().name] }]);
		case "MATCH":
			if (grammar.family === "mysql") return readMatch(cursor, grammar);
			break;
		default:
			break;
	}
	if (valueFunctions.has(word) && next === "(") return readCall(cursor, grammar, [cursor.name()]);
	if (cursor.kind(1) === "string" && (datePrefixes.has(word) || word.startsWith("_"))) {
		cursor.at++;
		return readString(cursor);
	}
	return readName(cursor, grammar);
}

function readFixedWord(cursor: Cursor, word: string): Expression | undefined {
	if (word === "NULL") {
		cursor.at++;
		return literal("null", "null");
	}
	if (word === "TRUE" || word === "FALSE") {
		cursor.at++;
		return literal("boolean", word.toLowerCase());
	}
	if (valueFunctions.has(word)) {
		cursor.at++;
		return callOf(word.toLowerCase());
	}
	if (word === "DEFAULT") {
		cursor.at++;
		return { kind: "other", what: "default", operands: [] };
	}
	return undefined;
}

function readSubquery(cursor: Cursor, grammar: Grammar) {
	const query = readQuery(cursor, grammar);
	cursor.expect(")");
	return query;
}

function readName(cursor: Cursor, grammar: Grammar): Expression {
	const isCall = cursor.peek(1) === "(";
	if (!isCall && isReserved(cursor.peek(), grammar)) return cursor.fail();
	if (cursor.isReserved() && !(isCall && grammar.functions?.has(cursor.peek()) === true))
		return cursor.fail();
	const path = [cursor.name()];
	while (cursor.is(".")) {
		if (cursor.peek(1) === "*") {
			cursor.at += 2;
			return { kind: "column", path: [...path, "*"] };
		}
		if (!cursor.isName(1)) break;
		cursor.at++;
		path.push(cursor.name());
	}
	if (cursor.is("(")) return readCall(cursor, grammar, path);
	return { kind: "column", path };
}

/** True for a word that is never a name. */
export function isReserved(word: string, { reserved, alsoNames }: Grammar): boolean {
	return reserved.has(word) && !alsoNames.has(word);
}

function readCase(cursor: Cursor, grammar: Grammar): Expression {
	cursor.expect("CASE");
	const operands: Expression[] = [];
	if (!cursor.is("WHEN")) operands.push(readExpression(cursor, grammar));
	while (cursor.take("WHEN")) {
		operands.push(readExpression(cursor, grammar));
		cursor.expect("THEN");
		operands.push(readExpression(cursor, grammar));
	}
	if (cursor.take("ELSE")) operands.push(readExpression(cursor, grammar));
	cursor.expect("END");
	return { kind: "other", what: "case", operands };
}

/** INTERVAL(a, b) is a function; INTERVAL (a) DAY is a stretch of time. */
function isIntervalFunction(cursor: Cursor): boolean {
	const before = cursor.at;
	cursor.at++;
	cursor.skipParentheses();
	const isUnit = cursor.kind() === "word" && units.has(cursor.peek());
	cursor.at = before;
	return !isUnit;
}

const units = new Set(
	"MICROSECOND SECOND MINUTE HOUR DAY WEEK MONTH QUARTER YEAR SECOND_MICROSECOND MINUTE_MICROSECOND MINUTE_SECOND HOUR_MICROSECOND HOUR_SECOND HOUR_MINUTE DAY_MICROSECOND DAY_SECOND DAY_MINUTE DAY_HOUR YEAR_MONTH".split(
		" ",
	),
);

function readInterval(cursor: Cursor, grammar: Grammar): Expression {
	cursor.at++;
	const operand = readExpression(cursor, grammar);
	const unit = cursor.peek();
	if (!units.has(unit)) cursor.fail();
	cursor.at++;
	return { kind: "other", what: `interval ${unit.toLowerCase()}`, operands: [operand] };
}

/** MATCH (columns) AGAINST (text IN BOOLEAN MODE). */
function readMatch(cursor: Cursor, grammar: Grammar): Expression {
	cursor.at++;
	const columns = cursor.is("(")
		? cursor.list(() => readExpression(cursor, grammar))
		: cursor.commaList(() => readPrimary(cursor, grammar));
	cursor.expect("AGAINST", "(");
	const text = readExpression(cursor, grammar, 8);
	while (!cursor.is(")") && !cursor.isAtEnd) cursor.at++;
	cursor.expect(")");
	return { kind: "other", what: "match", operands: [...columns, text] };
}
