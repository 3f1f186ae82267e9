import type { Operation, OperationOf } from "../../core/operation.ts";
import { readElements, readIndexOptions } from "../tolerant/constraint.ts";
import { readCreateTable } from "../tolerant/create-table.ts";
import type { Cursor } from "../tolerant/cursor.ts";
import { readView } from "../tolerant/statement.ts";
import type { ReadStatement } from "./body.ts";
import { mysqlGrammar } from "./grammar.ts";
import { readOnlineClauses, withOnline } from "./online.ts";
import { readAccount, readEvent, readRoutine, readTrigger } from "./routine.ts";
import { readIdentification } from "./session.ts";
import { readTableOptions } from "./table-options.ts";

interface CreateHead {
	readonly orReplace: boolean;
	readonly temporary: boolean;
	readonly aggregate: boolean;
}

/** OR REPLACE, DEFINER and what else may stand behind CREATE and ALTER. */
export function readHead(cursor: Cursor): CreateHead {
	let orReplace = false;
	let temporary = false;
	let aggregate = false;
	for (;;) {
		if (cursor.take("OR", "REPLACE")) orReplace = true;
		else if (cursor.take("TEMPORARY")) temporary = true;
		else if (cursor.take("AGGREGATE")) aggregate = true;
		else if (cursor.take("DEFINER", "=")) readAccount(cursor);
		else if (cursor.take("SQL", "SECURITY")) cursor.name();
		else if (cursor.take("ALGORITHM", "=")) cursor.name();
		else return { orReplace, temporary, aggregate };
	}
}

/** Reads CREATE; `readStatement` reads the statements inside of routines, triggers and events. */
export function readCreate(cursor: Cursor, readStatement: ReadStatement): readonly Operation[] {
	const first = cursor.at;
	cursor.expect("CREATE");
	const head = readHead(cursor);
	switch (cursor.peek()) {
		case "TABLE":
			return readCreateTable(cursor, mysqlGrammar, first, head, readTableOptions);
		case "VIEW":
			cursor.at++;
			return [readView(cursor, mysqlGrammar, first, { ...head, temporary: false })].map(
				({ kind, range, view, orReplace, temporary, columns, query, parameters }) => ({
					kind,
					range,
					view,
					orReplace,
					temporary,
					columns,
					query,
					parameters,
				}),
			);
		case "PROCEDURE":
		case "FUNCTION":
			return [readRoutine(cursor, first, head, readStatement)];
		case "TRIGGER":
			return [readTrigger(cursor, first, head, readStatement)];
		case "EVENT":
			return readEvent(cursor, first, true, readStatement);
		case "DATABASE":
		case "SCHEMA":
			return [readCreateDatabase(cursor, first)];
		case "USER":
			return readUsers(cursor, first, "createObject");
		case "ROLE":
			cursor.at++;
			cursor.take("IF", "NOT", "EXISTS");
			return readRoles(cursor, first);
		case "SEQUENCE":
			return [readSequence(cursor, first, head.temporary)];
		case "SERVER":
		case "TABLESPACE":
		case "LOGFILE":
		case "UNDO":
			return [readOtherObject(cursor, first)];
		default:
			return readCreateIndex(cursor, first, head.orReplace);
	}
}

function readCreateIndex(cursor: Cursor, first: number, orReplace: boolean): readonly Operation[] {
	cursor.takeAny("ONLINE", "OFFLINE");
	const word = cursor.takeAny("UNIQUE", "FULLTEXT", "SPATIAL", "VECTOR");
	cursor.expect("INDEX");
	const ifNotExists = cursor.take("IF", "NOT", "EXISTS");
	const name = cursor.name();
	const kind = word === undefined || word === "UNIQUE" ? "btree" : word.toLowerCase();
	let method = cursor.takeAny("USING", "TYPE") !== undefined ? cursor.name().toLowerCase() : kind;
	cursor.expect("ON");
	const table = cursor.qualifiedName();
	const elements = readElements(cursor, mysqlGrammar);
	const { parameters, using } = readIndexOptions(cursor);
	method = using ?? method;
	const said = readOnlineClauses(cursor);
	const created: OperationOf<"createIndex"> = {
		kind: "createIndex",
		range: cursor.rangeFrom(first),
		index: { name, table },
		table,
		only: false,
		unique: word === "UNIQUE",
		concurrently: false,
		ifNotExists,
		method,
		elements,
		include: [],
		nullsNotDistinct: false,
		parameters,
	};
	if (!orReplace) return withOnline([created], said);
	const { index = { name, table }, range } = created;
	const dropped = { concurrently: false, ifExists: true, cascade: false } as const;
	return withOnline([{ kind: "dropIndex", index, range, ...dropped }, created], said);
}

function readCreateDatabase(cursor: Cursor, first: number): Operation {
	cursor.at++;
	const ifNotExists = cursor.take("IF", "NOT", "EXISTS");
	const schema = cursor.name();
	skipDatabaseOptions(cursor);
	return { kind: "createSchema", schema, ifNotExists, range: cursor.rangeFrom(first) };
}

/** What stands behind the name of a database in CREATE and ALTER. */
export function skipDatabaseOptions(cursor: Cursor): void {
	while (!cursor.isAtEnd) {
		cursor.take("DEFAULT");
		if (!cursor.take("CHARACTER", "SET")) {
			const word = cursor.takeAny("CHARSET", "COLLATE", "ENCRYPTION", "COMMENT", "READ");
			if (word === undefined) cursor.fail();
			if (word === "READ") cursor.expect("ONLY");
		}
		cursor.take("=");
		cursor.advance();
	}
}

/** CREATE USER and ALTER USER name several users; each is an object of its own. */
export function readUsers(
	cursor: Cursor,
	first: number,
	kind: "createObject" | "alterObject",
): readonly Operation[] {
	cursor.expect("USER");
	cursor.take("IF", kind === "createObject" ? "NOT" : "EXISTS");
	cursor.take("EXISTS");
	const users: { readonly name: string; readonly password: "plain" | "hashed" | undefined }[] = [];
	do {
		const name = readAccount(cursor);
		users.push({ name, password: readIdentification(cursor) });
	} while (cursor.take(","));
	while (!cursor.isAtEnd) cursor.advance();
	const range = cursor.rangeFrom(first);
	return users.map(({ name, password }): Operation => {
		const said = {
			object: "role",
			name: { name },
			range,
			...(password && { role: { password } }),
		} as const;
		if (kind === "createObject") return { kind, ...said };
		return { kind, ...said, action: "alter user", tables: [] };
	});
}

function readRoles(cursor: Cursor, first: number): readonly Operation[] {
	const names = cursor.commaList(() => readAccount(cursor));
	while (!cursor.isAtEnd) cursor.advance();
	const range = cursor.rangeFrom(first);
	return names.map((name) => ({ kind: "createObject", object: "role", name: { name }, range }));
}

function readSequence(cursor: Cursor, first: number, temporary: boolean): Operation {
	cursor.expect("SEQUENCE");
	const ifNotExists = cursor.take("IF", "NOT", "EXISTS");
	const sequence = cursor.qualifiedName();
	while (!cursor.isAtEnd) cursor.advance();
	const range = cursor.rangeFrom(first);
	return { kind: "createSequence", sequence, temporary, ifNotExists, parameters: [], range };
}

function readOtherObject(cursor: Cursor, first: number): Operation {
	const object = cursor.peek() === "SERVER" ? ("server" as const) : ("tablespace" as const);
	cursor.takeAny("UNDO", "LOGFILE");
	cursor.advance();
	cursor.take("IF", "NOT", "EXISTS");
	const name = cursor.qualifiedName();
	while (!cursor.isAtEnd) cursor.advance();
	return { kind: "createObject", object, name, range: cursor.rangeFrom(first) };
}
