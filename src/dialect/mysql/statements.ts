import type { Operation } from "../../core/operation.ts";
import type { QualifiedName } from "../../core/expression.ts";
import type { Range } from "../../core/source.ts";
import type { Cursor } from "../tolerant/cursor.ts";
import { readData } from "../tolerant/data.ts";
import { readExpression } from "../tolerant/expression.ts";
import { readTransaction } from "../tolerant/statement.ts";
import { readAlter } from "./alter.ts";
import { renameTableTo } from "./alter-table.ts";
import { readBody } from "./body.ts";
import { readCreate } from "./create.ts";
import { readDrop } from "./drop.ts";
import { mysqlGrammar } from "./grammar.ts";
import { readOnlineClause, readOnlineClauses, withOnline } from "./online.ts";
import { readGrant, readSet } from "./session.ts";

/** Reads one statement of MySQL or MariaDB. */
export function readStatement(cursor: Cursor): readonly Operation[] {
	const first = cursor.at;
	switch (cursor.peek()) {
		case "CREATE":
			return readCreate(cursor, readStatement);
		case "ALTER":
			return readAlter(cursor, readStatement);
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
