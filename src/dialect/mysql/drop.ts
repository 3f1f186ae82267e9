import type { Operation } from "../../core/operation.ts";
import type { Cursor } from "../tolerant/cursor.ts";
import { readDropList } from "../tolerant/statement.ts";
import { readOnlineClauses, withOnline } from "./online.ts";
import { readAccount } from "./routine.ts";

/** Reads DROP of anything. */
export function readDrop(cursor: Cursor): readonly Operation[] {
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
