import type { Operation, OperationOf } from "../../core/operation.ts";
import type { QualifiedName } from "../../core/expression.ts";
import type { Range } from "../../core/source.ts";
import { readElements, readIndexOptions } from "../tolerant/constraint.ts";
import { readCreateTable } from "../tolerant/create-table.ts";
import type { Cursor } from "../tolerant/cursor.ts";
import { readData } from "../tolerant/data.ts";
import { readExpression } from "../tolerant/expression.ts";
import { readDropList, readTransaction, readView } from "../tolerant/statement.ts";
import { readAlterTable, renameTableTo } from "./alter-table.ts";
import { readBody } from "./body.ts";
import { mysqlGrammar } from "./grammar.ts";
import { readOnlineClause, readOnlineClauses, withOnline } from "./online.ts";
import { readAccount, readEvent, readRoutine, readTrigger } from "./routine.ts";
import { readGrant, readIdentification, readSet } from "./session.ts";
import { readTableOptions } from "./table-options.ts";

/** Reads one statement of MySQL or MariaDB. */
export function readStatement(cursor: Cursor): readonly Operation[] {
	const first = cursor.at;
	switch (cursor.peek()) {
		case "CREATE":
			return readCreate(cursor);
		case "ALTER":
			return readAlter(cursor);
		case "DROP":
			return readDrop(cursor);
		case "RENAME":
			return readRename(cursor);
		case "TRUNCATE":
			return readTruncate(cursor);
		case "SET":
			return cursor.is("SET", "STATEMENT") ? readSetStatement(cursor) : readSet(cursor);
		case "USE": {
			cursor.at++;
			const database = cursor.name();
			return [{ kind: "useDatabase", database, range: cursor.rangeFrom(first) }];
		}
		case "GRANT":
		case "REVOKE":
			return readGrant(cursor);
		case "CALL":
			return [readCall(cursor)];
		case "LOCK":
			return readLockTables(cursor);
		case "LOAD":
			return [readLoad(cursor)];
		case "OPTIMIZE":
		case "ANALYZE":
		case "CHECK":
		case "REPAIR":
		case "CHECKSUM":
			if (/^(?:TABLE|TABLES|NO_WRITE_TO_BINLOG|LOCAL)$/.test(cursor.peek(1)))
				return readMaintenance(cursor);
			break;
		case "BEGIN":
			if (cursor.is("BEGIN", "NOT", "ATOMIC")) return readBlock(cursor);
			break;
		default:
			break;
	}
	const transaction = readTransaction(cursor);
	if (transaction) return [transaction];
	const data = readData(cursor, mysqlGrammar);
	if (data) return data;
	return readCommand(cursor);
}

const commands =
	/^(?:SHOW|DESCRIBE|DESC|EXPLAIN|FLUSH|RESET|KILL|UNLOCK|HANDLER|PURGE|CHANGE|STOP|START|XA|INSTALL|UNINSTALL|HELP|CACHE|BINLOG|CLONE|SHUTDOWN|RESTART|SIGNAL|RESIGNAL|GET|BACKUP|SOURCE)$/;

/** Statements that change neither schema nor rows; what EXECUTE runs is not known. */
function readCommand(cursor: Cursor): readonly Operation[] {
	const first = cursor.at;
	const word = cursor.peek();
	if (word === "PREPARE" || word === "EXECUTE" || word === "DEALLOCATE") {
		return [readPrepared(cursor)];
	}
	if (cursor.take("DO")) {
		cursor.commaList(() => readExpression(cursor, mysqlGrammar));
		return [{ kind: "sessionCommand", command: "do", range: cursor.rangeFrom(first) }];
	}
	if (cursor.kind() !== "word" || !(commands.test(word) || isAnalyzed(cursor))) {
		return cursor.fail();
	}
	while (!cursor.isAtEnd) cursor.advance();
	return [{ kind: "sessionCommand", command: word.toLowerCase(), range: cursor.rangeFrom(first) }];
}

/** ANALYZE SELECT of MariaDB runs a statement and tells how; CHECK and REPAIR look at views too. */
function isAnalyzed(cursor: Cursor): boolean {
	const next = cursor.peek(1);
	if (cursor.is("ANALYZE"))
		return /^(?:FORMAT|SELECT|UPDATE|DELETE|INSERT|REPLACE|WITH)$/.test(next);
	return (cursor.is("CHECK") || cursor.is("REPAIR")) && next === "VIEW";
}

/** PREPARE, EXECUTE and DEALLOCATE; what EXECUTE runs is not known. */
function readPrepared(cursor: Cursor): Operation {
	const first = cursor.at;
	const word = cursor.takeAny("PREPARE", "EXECUTE", "DEALLOCATE");
	if (word === "DEALLOCATE") cursor.expect("PREPARE");
	const isImmediate = word === "EXECUTE" && cursor.take("IMMEDIATE");
	if (isImmediate) readExpression(cursor, mysqlGrammar);
	else cursor.identifier();
	if (word === "PREPARE") {
		cursor.expect("FROM");
		readExpression(cursor, mysqlGrammar);
	}
	if (word === "EXECUTE" && cursor.take("USING")) {
		cursor.commaList(() => readExpression(cursor, mysqlGrammar));
	}
	const range = cursor.rangeFrom(first);
	if (word !== "EXECUTE") {
		return { kind: "sessionCommand", command: word?.toLowerCase() ?? "", range };
	}
	return { kind: "unanalyzable", reason: "the statement is put together while it runs", range };
}

/** SET STATEMENT max_statement_time = 5 FOR ALTER TABLE ... of MariaDB. */
function readSetStatement(cursor: Cursor): readonly Operation[] {
	cursor.expect("SET", "STATEMENT");
	cursor.commaList(() => {
		cursor.name();
		cursor.expect("=");
		return readExpression(cursor, mysqlGrammar);
	});
	cursor.expect("FOR");
	return readStatement(cursor);
}

function readBlock(cursor: Cursor): readonly Operation[] {
	const first = cursor.at;
	const parts = readBody(cursor, readStatement);
	const range = cursor.rangeFrom(first);
	const block: Operation = { kind: "doBlock", language: "sql", range };
	return [block, ...parts.flatMap(({ operations }) => operations)];
}

interface CreateHead {
	readonly orReplace: boolean;
	readonly temporary: boolean;
	readonly aggregate: boolean;
}

/** OR REPLACE, DEFINER and what else may stand behind CREATE and ALTER. */
function readHead(cursor: Cursor): CreateHead {
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

function readCreate(cursor: Cursor): readonly Operation[] {
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

function skipDatabaseOptions(cursor: Cursor): void {
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

function readUsers(
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

function readAlter(cursor: Cursor): readonly Operation[] {
	const first = cursor.at;
	if (/^(?:TABLE|ONLINE|OFFLINE|IGNORE)$/.test(cursor.peek(1))) return readAlterTable(cursor);
	cursor.expect("ALTER");
	const head = readHead(cursor);
	switch (cursor.peek()) {
		case "VIEW": {
			cursor.at++;
			const said = { orReplace: true, temporary: head.temporary };
			return [readView(cursor, mysqlGrammar, first, said)];
		}
		case "EVENT":
			return readEvent(cursor, first, false, readStatement);
		case "USER":
			return readUsers(cursor, first, "alterObject");
		case "DATABASE":
		case "SCHEMA": {
			cursor.at++;
			const isNamed = !/^(?:DEFAULT|CHARACTER|CHARSET|COLLATE|ENCRYPTION|READ)$/.test(
				cursor.peek(),
			);
			const name = isNamed ? cursor.name() : "";
			skipDatabaseOptions(cursor);
			const said = {
				object: "schema",
				name: { name },
				action: "alter database",
				tables: [],
			} as const;
			return [{ kind: "alterObject", ...said, range: cursor.rangeFrom(first) }];
		}
		case "SEQUENCE":
			cursor.at++;
			return [readAlterSequence(cursor, first)];
		case "PROCEDURE":
		case "FUNCTION":
		case "SERVER":
		case "TABLESPACE":
		case "INSTANCE": {
			const action = `alter ${cursor.peek().toLowerCase()}`;
			cursor.at++;
			while (!cursor.isAtEnd) cursor.advance();
			return [{ kind: "sessionCommand", command: action, range: cursor.rangeFrom(first) }];
		}
		default:
			return cursor.fail();
	}
}

function readAlterSequence(cursor: Cursor, first: number): Operation {
	const ifExists = cursor.take("IF", "EXISTS");
	const sequence = cursor.qualifiedName();
	while (!cursor.isAtEnd) cursor.advance();
	return {
		kind: "alterSequence",
		sequence,
		ifExists,
		parameters: [],
		range: cursor.rangeFrom(first),
	};
}

function readDrop(cursor: Cursor): readonly Operation[] {
	const first = cursor.at;
	cursor.expect("DROP");
	cursor.takeAny("TEMPORARY", "ONLINE", "OFFLINE");
	const word = cursor.peek();
	cursor.advance();
	switch (word) {
		case "TABLE":
		case "TABLES": {
			const dropped = readDropList(cursor, first, (table, said, range) => ({
				kind: "dropTable",
				table,
				foreign: false,
				...said,
				range,
			}));
			return withOnline(dropped, readOnlineClauses(cursor));
		}
		case "VIEW":
			return readDropList(cursor, first, (view, said, range) => ({
				kind: "dropView",
				view,
				materialized: false,
				...said,
				range,
			}));
		case "SEQUENCE":
			return readDropList(cursor, first, (sequence, said, range) => ({
				kind: "dropSequence",
				sequence,
				...said,
				range,
			}));
		case "INDEX":
			return readDropIndex(cursor, first);
		case "DATABASE":
		case "SCHEMA": {
			const ifExists = cursor.take("IF", "EXISTS");
			const schema = cursor.name();
			return [
				{ kind: "dropSchema", schema, ifExists, cascade: true, range: cursor.rangeFrom(first) },
			];
		}
		case "TRIGGER": {
			const ifExists = cursor.take("IF", "EXISTS");
			const trigger = cursor.qualifiedName();
			return [{ kind: "dropTriggerByName", trigger, ifExists, range: cursor.rangeFrom(first) }];
		}
		case "PROCEDURE":
		case "FUNCTION": {
			const routine = word === "PROCEDURE" ? ("procedure" as const) : ("function" as const);
			return readDropList(cursor, first, (name, said, range) => ({
				kind: "dropFunction",
				function: name,
				routine,
				...said,
				range,
			}));
		}
		case "PREPARE":
			cursor.name();
			return [{ kind: "sessionCommand", command: "deallocate", range: cursor.rangeFrom(first) }];
		case "EVENT":
		case "USER":
		case "ROLE":
		case "SERVER":
		case "TABLESPACE":
			return readDropObject(cursor, first, word);
		default:
			cursor.at--;
			return cursor.fail();
	}
}

function readDropObject(cursor: Cursor, first: number, word: string): readonly Operation[] {
	const ifExists = cursor.take("IF", "EXISTS");
	const names = cursor.commaList(() => ({ name: readAccount(cursor) }));
	while (!cursor.isAtEnd) cursor.advance();
	const range = cursor.rangeFrom(first);
	const objects = { EVENT: "event", SERVER: "server", TABLESPACE: "tablespace" } as const;
	const object =
		word === "EVENT" || word === "SERVER" || word === "TABLESPACE" ? objects[word] : "role";
	return names.map((name) => ({
		kind: "dropObject",
		object,
		name,
		ifExists,
		cascade: false,
		range,
	}));
}

function readDropIndex(cursor: Cursor, first: number): readonly Operation[] {
	const ifExists = cursor.take("IF", "EXISTS");
	const name = cursor.name();
	cursor.expect("ON");
	const table = cursor.qualifiedName();
	const said = readOnlineClauses(cursor);
	const range = cursor.rangeFrom(first);
	if (name.toUpperCase() === "PRIMARY") {
		const target = { table, ifTableExists: false, only: false, relation: "table" } as const;
		const dropped: Operation = {
			kind: "dropConstraint",
			...target,
			constraint: "PRIMARY",
			type: "primaryKey",
			ifExists,
			cascade: false,
			range,
		};
		return withOnline([dropped], said);
	}
	const index = { name, table };
	const dropped: Operation = {
		kind: "dropIndex",
		index,
		concurrently: false,
		ifExists,
		cascade: false,
		range,
	};
	return withOnline([dropped], said);
}

/** RENAME TABLE a TO b, c TO d. */
function readRename(cursor: Cursor): readonly Operation[] {
	const first = cursor.at;
	cursor.expect("RENAME");
	if (cursor.take("USER")) {
		while (!cursor.isAtEnd) cursor.advance();
		return [{ kind: "sessionCommand", command: "rename user", range: cursor.rangeFrom(first) }];
	}
	if (cursor.takeAny("TABLE", "TABLES") === undefined) cursor.fail();
	const ifTableExists = cursor.take("IF", "EXISTS");
	const pairs = cursor.commaList(() => {
		const start = cursor.at;
		const table = cursor.qualifiedName();
		const clause = readOnlineClause(cursor);
		cursor.expect("TO");
		const to = cursor.qualifiedName();
		return { table, to, range: cursor.rangeFrom(start), clause };
	});
	const range = cursor.rangeFrom(first);
	return pairs.map(({ table, to, range: own }) =>
		renameTableTo(
			{ table, ifTableExists, only: false, relation: "table" },
			to,
			pairs.length === 1 ? range : own,
		),
	);
}

function readTruncate(cursor: Cursor): readonly Operation[] {
	const first = cursor.at;
	cursor.expect("TRUNCATE");
	cursor.take("TABLE");
	const table = cursor.qualifiedName();
	const said = readOnlineClauses(cursor);
	const range = cursor.rangeFrom(first);
	return withOnline(
		[{ kind: "truncate", table, only: false, cascade: false, restartIdentity: true, range }],
		said,
	);
}

function readCall(cursor: Cursor): Operation {
	const first = cursor.at;
	cursor.expect("CALL");
	const name = cursor.qualifiedName();
	const args =
		cursor.is("(", ")") || !cursor.is("(")
			? []
			: cursor.list(() => readExpression(cursor, mysqlGrammar));
	if (cursor.is("(")) cursor.skipParentheses();
	const call = { kind: "call", function: name, arguments: args, aggregate: false } as const;
	return { kind: "callProcedure", call, range: cursor.rangeFrom(first) };
}

function readLockTables(cursor: Cursor): readonly Operation[] {
	const first = cursor.at;
	cursor.expect("LOCK");
	if (cursor.takeAny("TABLES", "TABLE") === undefined) {
		while (!cursor.isAtEnd) cursor.advance();
		return [{ kind: "sessionCommand", command: "lock instance", range: cursor.rangeFrom(first) }];
	}
	const locked = cursor.commaList(
		(): { readonly table: QualifiedName; readonly mode: string; readonly range: Range } => {
			const start = cursor.at;
			const table = cursor.qualifiedName();
			if (cursor.take("AS") || !/^(?:READ|WRITE|LOW_PRIORITY)$/.test(cursor.peek())) cursor.name();
			cursor.take("LOW_PRIORITY");
			const mode = cursor.takeAny("READ", "WRITE");
			if (mode === undefined) return cursor.fail();
			cursor.takeAny("LOCAL", "CONCURRENT");
			return { table, mode, range: cursor.rangeFrom(start) };
		},
	);
	readOnlineClauses(cursor);
	return locked.map((lock) => ({ kind: "lockTable", ...lock, only: false, noWait: false }));
}

/** LOAD DATA and LOAD XML put rows into a table. */
function readLoad(cursor: Cursor): Operation {
	const first = cursor.at;
	cursor.expect("LOAD");
	let table: QualifiedName | undefined;
	while (!cursor.isAtEnd) {
		if (cursor.take("INTO", "TABLE")) table = cursor.qualifiedName();
		else cursor.advance();
	}
	const range = cursor.rangeFrom(first);
	if (!table) return { kind: "sessionCommand", command: "load", range };
	return { kind: "copy", direction: "from", table, range };
}

const maintenanceWords =
	/^(?:QUICK|FAST|MEDIUM|EXTENDED|CHANGED|FOR|USE_FRM|FORCE|UPDATE|DROP|PERSISTENT|WAIT|NOWAIT)$/;

function readMaintenance(cursor: Cursor): readonly Operation[] {
	const first = cursor.at;
	const word = cursor.peek();
	cursor.at++;
	cursor.takeAny("NO_WRITE_TO_BINLOG", "LOCAL");
	if (cursor.takeAny("TABLE", "TABLES") === undefined) cursor.fail();
	const tables = cursor.commaList(() => cursor.qualifiedName());
	// How it is done: QUICK, FOR UPGRADE, UPDATE HISTOGRAM ON, PERSISTENT FOR ALL, WAIT 5.
	if (!cursor.isAtEnd && !maintenanceWords.test(cursor.peek())) cursor.fail();
	while (!cursor.isAtEnd) cursor.advance();
	const range = cursor.rangeFrom(first);
	return tables.map((table): Operation => {
		if (word === "OPTIMIZE") return { kind: "optimizeTable", table, range };
		if (word === "ANALYZE") return { kind: "analyze", table, range };
		return { kind: "sessionCommand", command: `${word.toLowerCase()} table`, range };
	});
}
