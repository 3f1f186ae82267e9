import type { QualifiedName } from "../../core/expression.ts";
import type { Operation, OperationOf } from "../../core/operation.ts";
import type { Range } from "../../core/source.ts";
import type { StatementPart } from "../../core/statement.ts";
import { readColumn } from "../tolerant/column.ts";
import { readElements, readTableElement } from "../tolerant/constraint.ts";
import { readCreateTable, type TableOptions } from "../tolerant/create-table.ts";
import { Cursor } from "../tolerant/cursor.ts";
import { readData } from "../tolerant/data.ts";
import { readDefault } from "../tolerant/column.ts";
import { readExpression } from "../tolerant/expression.ts";
import { readDropList, readTransaction, readView, settingText } from "../tolerant/statement.ts";
import { sqliteGrammar } from "./grammar.ts";

/** Reads one statement of SQLite. */
export function readStatement(cursor: Cursor): readonly Operation[] {
	const first = cursor.at;
	const range = (): Range => cursor.rangeFrom(first);
	switch (cursor.peek()) {
		case "CREATE":
			return readCreate(cursor);
		case "ALTER":
			return [readAlterTable(cursor)];
		case "DROP":
			return readDrop(cursor);
		case "PRAGMA":
			return [readPragma(cursor)];
		case "VACUUM":
			cursor.at++;
			if (cursor.isName() && !cursor.is("INTO")) cursor.name();
			if (cursor.take("INTO")) {
				readExpression(cursor, sqliteGrammar);
				return [{ kind: "vacuum", full: true, analyze: false, into: true, range: range() }];
			}
			return [{ kind: "vacuum", full: true, analyze: false, range: range() }];
		case "ANALYZE": {
			cursor.at++;
			const table = cursor.isAtEnd ? undefined : cursor.qualifiedName();
			return [{ kind: "analyze", ...(table && { table }), range: range() }];
		}
		case "REINDEX": {
			cursor.at++;
			const name = cursor.isAtEnd ? undefined : cursor.qualifiedName();
			const said = name ? { target: "table" as const, name } : { target: "database" as const };
			return [{ kind: "reindex", ...said, concurrently: false, range: range() }];
		}
		case "ATTACH":
		case "DETACH":
		case "EXPLAIN": {
			const command = cursor.peek().toLowerCase();
			while (!cursor.isAtEnd) cursor.advance();
			return [{ kind: "sessionCommand", command, range: range() }];
		}
		default:
			break;
	}
	const transaction = readTransaction(cursor);
	if (transaction) return [transaction];
	return readData(cursor, sqliteGrammar) ?? cursor.fail();
}

function readCreate(cursor: Cursor): readonly Operation[] {
	const first = cursor.at;
	cursor.expect("CREATE");
	const temporary = cursor.takeAny("TEMP", "TEMPORARY") !== undefined;
	switch (cursor.peek()) {
		case "TABLE": {
			const said = { temporary, orReplace: false };
			return readCreateTable(cursor, sqliteGrammar, first, said, readTableOptions);
		}
		case "VIEW":
			cursor.at++;
			return [readView(cursor, sqliteGrammar, first, { orReplace: false, temporary })];
		case "TRIGGER":
			return [readTrigger(cursor, first)];
		case "VIRTUAL":
			return [readVirtualTable(cursor, first)];
		default:
			return [readCreateIndex(cursor, first)];
	}
}

function readTableOptions(cursor: Cursor): TableOptions {
	let strict = false;
	let withoutRowid = false;
	do {
		if (cursor.take("WITHOUT")) {
			if (cursor.name().toLowerCase() !== "rowid") cursor.fail();
			withoutRowid = true;
		} else if (cursor.take("STRICT")) strict = true;
		else break;
	} while (cursor.take(","));
	return { ...(strict && { strict: true }), ...(withoutRowid && { withoutRowid: true }) };
}

function readVirtualTable(cursor: Cursor, first: number): Operation {
	cursor.expect("VIRTUAL", "TABLE");
	const ifNotExists = cursor.take("IF", "NOT", "EXISTS");
	const table = cursor.qualifiedName();
	cursor.expect("USING");
	const module = cursor.name().toLowerCase();
	if (cursor.is("(")) cursor.skipParentheses();
	return {
		kind: "createTable",
		range: cursor.rangeFrom(first),
		table,
		persistence: "permanent",
		foreign: false,
		ifNotExists,
		columns: [],
		constraints: [],
		like: [],
		inherits: [],
		parameters: [],
		module,
	};
}

function readCreateIndex(cursor: Cursor, first: number): Operation {
	const unique = cursor.take("UNIQUE");
	cursor.expect("INDEX");
	const ifNotExists = cursor.take("IF", "NOT", "EXISTS");
	const index = cursor.qualifiedName();
	cursor.expect("ON");
	const table = cursor.qualifiedName();
	const elements = readElements(cursor, sqliteGrammar);
	const where = cursor.take("WHERE") ? readExpression(cursor, sqliteGrammar) : undefined;
	return {
		kind: "createIndex",
		range: cursor.rangeFrom(first),
		index,
		// The index lives where its table lives.
		table: index.schema === undefined ? table : { ...table, schema: index.schema },
		only: false,
		unique,
		concurrently: false,
		ifNotExists,
		method: "btree",
		elements,
		include: [],
		...(where && { where }),
		nullsNotDistinct: false,
		parameters: [],
	};
}

type Event = OperationOf<"createTrigger">["events"][number];

function readTrigger(cursor: Cursor, first: number): Operation {
	cursor.expect("TRIGGER");
	const ifNotExists = cursor.take("IF", "NOT", "EXISTS");
	const name = cursor.qualifiedName();
	const timing = readTiming(cursor);
	const word = cursor.takeAny("DELETE", "INSERT", "UPDATE");
	if (word === undefined) return cursor.fail();
	const event: Event = word === "DELETE" ? "delete" : word === "INSERT" ? "insert" : "update";
	const columns = cursor.take("OF") ? cursor.commaList(() => cursor.name()) : [];
	cursor.expect("ON");
	const table = cursor.qualifiedName();
	cursor.take("FOR", "EACH", "ROW");
	const when = cursor.take("WHEN") ? readExpression(cursor, sqliteGrammar) : undefined;
	const body = readTriggerBody(cursor);
	return {
		kind: "createTrigger",
		range: cursor.rangeFrom(first),
		trigger: name.name,
		table,
		orReplace: false,
		constraint: false,
		timing,
		events: [event],
		columns,
		forEach: "row",
		function: { name: name.name },
		...(when && { when }),
		body,
		ifNotExists,
	};
}

function readTiming(cursor: Cursor): OperationOf<"createTrigger">["timing"] {
	if (cursor.take("AFTER")) return "after";
	if (cursor.take("INSTEAD", "OF")) return "insteadOf";
	cursor.take("BEFORE");
	return "before";
}

function readTriggerBody(cursor: Cursor): readonly StatementPart[] {
	const parts: StatementPart[] = [];
	cursor.expect("BEGIN");
	while (!cursor.take("END")) {
		const first = cursor.at;
		const operations = readData(cursor, sqliteGrammar) ?? cursor.fail();
		const range = cursor.rangeFrom(first);
		parts.push({ operations, range, reached: { via: "function", conditional: false } });
		cursor.expect(";");
	}
	return parts;
}

/** What every change of one table has. */
function targetOf(table: QualifiedName) {
	return { table, ifTableExists: false, only: false, relation: "table" } as const;
}

function readAlterTable(cursor: Cursor): Operation {
	const first = cursor.at;
	cursor.expect("ALTER", "TABLE");
	const target = targetOf(cursor.qualifiedName());
	const range = (): Range => cursor.rangeFrom(first);
	if (cursor.take("RENAME", "TO")) {
		return { kind: "renameTable", ...target, to: cursor.name(), range: range() };
	}
	if (cursor.take("RENAME")) {
		if (cursor.is("COLUMN") && cursor.isName(1) && cursor.peek(1) !== "TO") cursor.at++;
		const column = cursor.name();
		cursor.expect("TO");
		const to = cursor.name();
		return { kind: "renameColumn", ...target, column, to, range: range() };
	}
	if (cursor.take("DROP")) return readDropAction(cursor, target, range);
	if (cursor.take("ALTER")) return readAlterColumn(cursor, target, range);
	cursor.expect("ADD");
	if (cursor.is("CONSTRAINT") || cursor.is("CHECK", "(")) {
		const { constraint } = readTableElement(cursor, sqliteGrammar);
		if (!constraint) return cursor.fail();
		return { kind: "addConstraint", ...target, constraint, range: range() };
	}
	cursor.take("COLUMN");
	const { column } = readColumn(cursor, sqliteGrammar);
	return { kind: "addColumn", ...target, column, ifNotExists: false, range: range() };
}

function readDropAction(
	cursor: Cursor,
	target: ReturnType<typeof targetOf>,
	range: () => Range,
): Operation {
	if (cursor.is("CONSTRAINT") && cursor.isName(1)) {
		cursor.at++;
		const constraint = cursor.name();
		const said = { constraint, ifExists: false, cascade: false };
		return { kind: "dropConstraint", ...target, ...said, range: range() };
	}
	if (cursor.is("COLUMN") && cursor.isName(1)) cursor.at++;
	const column = cursor.name();
	return { kind: "dropColumn", ...target, column, ifExists: false, cascade: false, range: range() };
}

/** ALTER COLUMN ... SET NOT NULL and DROP NOT NULL, of SQLite 3.53. */
function readAlterColumn(
	cursor: Cursor,
	target: ReturnType<typeof targetOf>,
	range: () => Range,
): Operation {
	cursor.take("COLUMN");
	const column = cursor.name();
	if (cursor.take("SET", "NOT", "NULL")) {
		if (cursor.take("ON", "CONFLICT")) cursor.name();
		return { kind: "setNotNull", ...target, column, range: range() };
	}
	if (cursor.take("DROP", "NOT", "NULL"))
		return { kind: "dropNotNull", ...target, column, range: range() };
	if (cursor.take("DROP", "DEFAULT"))
		return { kind: "dropDefault", ...target, column, range: range() };
	cursor.expect("SET", "DEFAULT");
	const value = readDefault(cursor, sqliteGrammar);
	return { kind: "setDefault", ...target, column, default: value, range: range() };
}

function readDrop(cursor: Cursor): readonly Operation[] {
	const first = cursor.at;
	cursor.expect("DROP");
	const word = cursor.takeAny("TABLE", "VIEW", "INDEX", "TRIGGER");
	switch (word) {
		case "TABLE":
			return readDropList(cursor, first, (table, { ifExists }, range) => ({
				kind: "dropTable",
				table,
				foreign: false,
				ifExists,
				cascade: false,
				range,
			}));
		case "VIEW":
			return readDropList(cursor, first, (view, { ifExists }, range) => ({
				kind: "dropView",
				view,
				materialized: false,
				ifExists,
				cascade: false,
				range,
			}));
		case "INDEX":
			return readDropList(cursor, first, (index, { ifExists }, range) => ({
				kind: "dropIndex",
				index,
				concurrently: false,
				ifExists,
				cascade: false,
				range,
			}));
		case "TRIGGER":
			return readDropList(cursor, first, (trigger, { ifExists }, range) => ({
				kind: "dropTriggerByName",
				trigger,
				ifExists,
				range,
			}));
		default:
			return cursor.fail();
	}
}

/** Pragmas whose argument is what they look at, not what they set. */
const questions =
	/^(?:table_info|table_xinfo|table_list|index_info|index_xinfo|index_list|foreign_key_list|foreign_key_check|integrity_check|quick_check|optimize|incremental_vacuum|wal_checkpoint)$/;

/** A pragma with a value sets a parameter; one without a value, or that only looks, is a command. */
function readPragma(cursor: Cursor): Operation {
	const first = cursor.at;
	cursor.expect("PRAGMA");
	const { name: written } = cursor.qualifiedName();
	const name = written.toLowerCase();
	let value: string | undefined;
	if (cursor.take("=")) value = readPragmaValue(cursor);
	else if (cursor.take("(")) {
		value = readPragmaValue(cursor);
		cursor.expect(")");
	}
	const range = cursor.rangeFrom(first);
	if (value === undefined || questions.test(name)) {
		return { kind: "sessionCommand", command: `pragma ${name}`, range };
	}
	return { kind: "setParameter", name, value: value.toLowerCase(), scope: "session", range };
}

function readPragmaValue(cursor: Cursor): string {
	if (cursor.isName()) return cursor.name();
	return settingText(readExpression(cursor, sqliteGrammar));
}
