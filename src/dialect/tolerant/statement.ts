import type { Operation, OperationOf } from "../../core/operation.ts";
import type { Expression, QualifiedName } from "../../core/expression.ts";
import type { Cursor } from "./cursor.ts";
import type { Grammar } from "./grammar.ts";
import { readQuery } from "./query.ts";

/** DROP of several objects: one operation for each. */
export function readDropList(
	cursor: Cursor,
	first: number,
	make: (
		name: QualifiedName,
		said: { readonly ifExists: boolean; readonly cascade: boolean },
		range: Operation["range"],
	) => Operation,
): readonly Operation[] {
	const ifExists = cursor.take("IF", "EXISTS");
	const names = cursor.commaList(() => cursor.qualifiedName());
	const cascade = cursor.takeAny("CASCADE", "RESTRICT") === "CASCADE";
	const range = cursor.rangeFrom(first);
	return names.map((name) =>
		make(name, { ifExists, cascade }, names.length > 1 ? (name.range ?? range) : range),
	);
}

/** CREATE VIEW from its name on. */
export function readView(
	cursor: Cursor,
	grammar: Grammar,
	first: number,
	said: { readonly orReplace: boolean; readonly temporary: boolean },
): OperationOf<"createView"> {
	cursor.take("IF", "NOT", "EXISTS");
	const view = cursor.qualifiedName();
	const columns = cursor.is("(") ? cursor.list(() => cursor.name()) : [];
	cursor.expect("AS");
	const query = readQuery(cursor, grammar);
	if (cursor.take("WITH")) {
		cursor.takeAny("CASCADED", "LOCAL");
		cursor.expect("CHECK", "OPTION");
	}
	const range = cursor.rangeFrom(first);
	return { kind: "createView", range, view, ...said, columns, query, parameters: [] };
}

const words: Readonly<Record<string, true>> = { WORK: true, TRANSACTION: true };

/** BEGIN, COMMIT, ROLLBACK, SAVEPOINT and RELEASE; undefined for all else. */
export function readTransaction(cursor: Cursor): Operation | undefined {
	const first = cursor.at;
	const word = cursor.takeAny(
		"BEGIN",
		"START",
		"COMMIT",
		"END",
		"ROLLBACK",
		"SAVEPOINT",
		"RELEASE",
	);
	if (word === undefined) return undefined;
	const range = () => cursor.rangeFrom(first);
	switch (word) {
		case "SAVEPOINT":
			return { kind: "savepoint", name: cursor.name(), range: range() };
		case "RELEASE":
			cursor.take("SAVEPOINT");
			return { kind: "releaseSavepoint", name: cursor.name(), range: range() };
		case "BEGIN":
		case "START": {
			const mode = cursor.takeAny("DEFERRED", "IMMEDIATE", "EXCLUSIVE", "CONCURRENT");
			if (word === "START") cursor.expect("TRANSACTION");
			else if (words[cursor.peek()]) cursor.at++;
			while (!cursor.isAtEnd) cursor.advance();
			const strict = mode === "IMMEDIATE" || mode === "EXCLUSIVE";
			return {
				kind: "begin",
				chain: false,
				range: range(),
				...(strict && { mode: mode === "IMMEDIATE" ? "immediate" : "exclusive" }),
			};
		}
		case "ROLLBACK":
			if (words[cursor.peek()]) cursor.at++;
			if (cursor.take("TO")) {
				cursor.take("SAVEPOINT");
				return { kind: "rollbackToSavepoint", name: cursor.name(), range: range() };
			}
			break;
		default:
			if (words[cursor.peek()]) cursor.at++;
	}
	const chain = cursor.take("AND", "CHAIN");
	if (cursor.take("AND", "NO", "CHAIN")) cursor.take("NO", "RELEASE");
	cursor.take("RELEASE");
	return { kind: word === "ROLLBACK" ? "rollback" : "commit", chain, range: range() };
}

/** A value of SET and PRAGMA as a text. */
export function settingText(value: Expression): string {
	switch (value.kind) {
		case "literal":
		case "parameter":
			return value.kind === "literal" ? value.value : value.name;
		case "column":
			return value.path.join(".");
		default:
			return "?";
	}
}
