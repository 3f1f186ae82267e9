import type { QualifiedName, TypeName } from "../../core/expression.ts";
import type { Operation, OperationOf, Parameter } from "../../core/operation.ts";
import type { Cursor } from "../tolerant/cursor.ts";
import { readExpression } from "../tolerant/expression.ts";
import { readBody, type ReadStatement } from "./body.ts";
import { mysqlGrammar } from "./grammar.ts";

/** What stands between CREATE and the kind of a stored program. */
export interface ProgramHead {
	readonly orReplace: boolean;
	readonly aggregate: boolean;
}

/** `'app'@'%'`, `app@localhost`, CURRENT_USER; returns it without quotes. */
export function readAccount(cursor: Cursor): string {
	const name = cursor.isString() ? cursor.string() : cursor.name();
	if (cursor.is("(")) cursor.skipParentheses();
	if (cursor.kind() !== "parameter") return name;
	return name + cursor.raw().replace(/["'`]/g, "");
}

/** CREATE PROCEDURE and CREATE FUNCTION from that word on. */
export function readRoutine(
	cursor: Cursor,
	first: number,
	head: ProgramHead,
	readStatement: ReadStatement,
): Operation {
	const isFunction = cursor.takeAny("FUNCTION", "PROCEDURE") === "FUNCTION";
	cursor.take("IF", "NOT", "EXISTS");
	const name = cursor.qualifiedName();
	if (isFunction && cursor.take("RETURNS") && !cursor.is("("))
		return readLoadable(cursor, first, name, head);
	const types: TypeName[] = [];
	const names: string[] = [];
	cursor.expect("(");
	while (!cursor.take(")")) {
		if (!isFunction || cursor.isName(2)) cursor.takeAny("IN", "OUT", "INOUT");
		names.push(cursor.name());
		types.push(mysqlGrammar.type(cursor));
		if (cursor.take("COLLATE")) cursor.name();
		if (cursor.take("DEFAULT")) cursor.raw();
		if (!cursor.is(")")) cursor.expect(",");
	}
	const returns = isFunction && cursor.take("RETURNS") ? mysqlGrammar.type(cursor) : undefined;
	const traits = readTraits(cursor);
	const body = readBody(cursor, readStatement);
	return {
		kind: "createFunction",
		range: cursor.rangeFrom(first),
		function: name,
		routine: isFunction ? (head.aggregate ? "aggregate" : "function") : "procedure",
		orReplace: head.orReplace,
		argumentTypes: types,
		argumentNames: names,
		defaults: 0,
		...(returns && { returns }),
		language: "sql",
		volatility: traits.deterministic ? "immutable" : "volatile",
		securityDefiner: traits.securityDefiner,
		settings: [] satisfies readonly Parameter[],
		body,
	};
}

/** CREATE FUNCTION name RETURNS type SONAME 'library'. */
function readLoadable(
	cursor: Cursor,
	first: number,
	name: QualifiedName,
	{ orReplace, aggregate }: ProgramHead,
): Operation {
	cursor.name();
	cursor.expect("SONAME");
	cursor.string();
	return {
		kind: "createFunction",
		range: cursor.rangeFrom(first),
		function: name,
		routine: aggregate ? "aggregate" : "function",
		orReplace,
		argumentTypes: [],
		argumentNames: [],
		defaults: 0,
		language: "c",
		volatility: "volatile",
		securityDefiner: false,
		settings: [],
		body: [],
	};
}

function readTraits(cursor: Cursor): {
	readonly deterministic: boolean;
	readonly securityDefiner: boolean;
} {
	let deterministic = false;
	let securityDefiner = true;
	for (;;) {
		if (cursor.take("NOT", "DETERMINISTIC")) deterministic = false;
		else if (cursor.take("DETERMINISTIC")) deterministic = true;
		else if (cursor.take("SQL", "SECURITY")) {
			securityDefiner = cursor.takeAny("DEFINER", "INVOKER") === "DEFINER";
		} else if (cursor.take("COMMENT")) cursor.string();
		else if (cursor.take("LANGUAGE")) cursor.name();
		else if (cursor.take("CHARSET") || cursor.take("CHARACTER", "SET") || cursor.take("COLLATE")) {
			cursor.name();
		} else if (
			!cursor.take("CONTAINS", "SQL") &&
			!cursor.take("NO", "SQL") &&
			!cursor.take("READS", "SQL", "DATA") &&
			!cursor.take("MODIFIES", "SQL", "DATA")
		) {
			return { deterministic, securityDefiner };
		}
	}
}

/** CREATE TRIGGER from the word TRIGGER on. */
export function readTrigger(
	cursor: Cursor,
	first: number,
	head: ProgramHead,
	readStatement: ReadStatement,
): Operation {
	cursor.expect("TRIGGER");
	const ifNotExists = cursor.take("IF", "NOT", "EXISTS");
	const name = cursor.qualifiedName();
	const timing = cursor.takeAny("BEFORE", "AFTER") === "BEFORE" ? "before" : "after";
	const events: OperationOf<"createTrigger">["events"][number][] = [];
	do {
		const event = cursor.takeAny("INSERT", "UPDATE", "DELETE");
		if (event === undefined) cursor.fail();
		else events.push(event === "INSERT" ? "insert" : event === "UPDATE" ? "update" : "delete");
	} while (cursor.take("OR"));
	cursor.expect("ON");
	const table = cursor.qualifiedName();
	cursor.expect("FOR", "EACH", "ROW");
	if (cursor.takeAny("FOLLOWS", "PRECEDES") !== undefined) cursor.name();
	const body = readBody(cursor, readStatement);
	return {
		kind: "createTrigger",
		range: cursor.rangeFrom(first),
		trigger: name.name,
		table,
		orReplace: head.orReplace,
		constraint: false,
		timing,
		events,
		columns: [],
		forEach: "row",
		function: { name: name.name },
		body,
		ifNotExists,
	};
}

/** CREATE EVENT and ALTER EVENT from the word EVENT on. */
export function readEvent(
	cursor: Cursor,
	first: number,
	isNew: boolean,
	readStatement: ReadStatement,
): readonly Operation[] {
	cursor.expect("EVENT");
	cursor.take("IF", "NOT", "EXISTS");
	const name = cursor.qualifiedName();
	if (cursor.take("ON", "SCHEDULE")) readSchedule(cursor);
	else if (isNew) cursor.expect("ON", "SCHEDULE");
	if (cursor.take("ON", "COMPLETION")) {
		cursor.take("NOT");
		cursor.expect("PRESERVE");
	}
	if (!isNew && cursor.take("RENAME", "TO")) cursor.qualifiedName();
	if (cursor.takeAny("ENABLE", "DISABLE") === "DISABLE" && cursor.take("ON")) cursor.name();
	if (cursor.take("COMMENT")) cursor.string();
	const hasBody = isNew || cursor.is("DO");
	if (hasBody) cursor.expect("DO");
	const body = hasBody ? readBody(cursor, readStatement) : [];
	// What it does to rows later is not this migration's; what cannot be read is told.
	const unread = body
		.flatMap(({ operations }) => operations)
		.filter(({ kind }) => kind === "unanalyzable");
	const range = cursor.rangeFrom(first);
	return [{ kind: "createObject", object: "event", name, range }, ...unread];
}

/** AT time, or EVERY interval with a start and an end. */
function readSchedule(cursor: Cursor): void {
	const time = (): void => {
		readExpression(cursor, mysqlGrammar);
	};
	if (cursor.take("AT")) {
		time();
		return;
	}
	cursor.expect("EVERY");
	time();
	if (cursor.kind() !== "word") cursor.fail("the unit of the interval is missing");
	cursor.at++;
	if (cursor.take("STARTS")) time();
	if (cursor.take("ENDS")) time();
}
