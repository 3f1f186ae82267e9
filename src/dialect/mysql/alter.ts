import type { Operation } from "../../core/operation.ts";
import type { Cursor } from "../tolerant/cursor.ts";
import { readView } from "../tolerant/statement.ts";
import { readAlterTable } from "./alter-table.ts";
import type { ReadStatement } from "./body.ts";
import { readHead, readUsers, skipDatabaseOptions } from "./create.ts";
import { mysqlGrammar } from "./grammar.ts";
import { readEvent } from "./routine.ts";

/** Reads ALTER of anything; `readStatement` reads the statements inside of events. */
export function readAlter(cursor: Cursor, readStatement: ReadStatement): readonly Operation[] {
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
