import type { Operation } from "../../core/operation.ts";
import type { Range } from "../../core/source.ts";
import type { Cursor } from "../tolerant/cursor.ts";
import { readExpression } from "../tolerant/expression.ts";
import { settingText } from "../tolerant/statement.ts";
import { mysqlGrammar } from "./grammar.ts";
import { readAccount } from "./routine.ts";

/** SET in all its forms, one operation for each variable of the server. */
export function readSet(cursor: Cursor): readonly Operation[] {
	const first = cursor.at;
	cursor.expect("SET");
	const range = (): Range => cursor.rangeFrom(first);
	const command = (words: string): readonly Operation[] => {
		while (!cursor.isAtEnd) cursor.advance();
		return [{ kind: "sessionCommand", command: words, range: range() }];
	};
	if (cursor.is("PASSWORD") || cursor.is("ROLE") || cursor.is("DEFAULT", "ROLE")) {
		return command(`set ${cursor.peek().toLowerCase()}`);
	}
	if (cursor.is("RESOURCE", "GROUP")) return command("set resource group");
	const isTransaction = cursor.is("TRANSACTION") || cursor.peek(1) === "TRANSACTION";
	if (isTransaction) return command("set transaction");
	const operations = cursor.commaList(() => readAssignment(cursor)).flat();
	if (operations.length > 0) return operations;
	return [{ kind: "sessionCommand", command: "set", range: range() }];
}

function readAssignment(cursor: Cursor): readonly Operation[] {
	const first = cursor.at;
	if (cursor.take("NAMES")) {
		const value = readNameOrString(cursor);
		if (cursor.take("COLLATE")) readNameOrString(cursor);
		const said = { name: "names", value, scope: "session" } as const;
		return [{ kind: "setParameter", ...said, range: cursor.rangeFrom(first) }];
	}
	if (cursor.take("CHARACTER", "SET") || cursor.take("CHARSET")) {
		const value = readNameOrString(cursor);
		const said = { name: "character_set", value, scope: "session" } as const;
		return [{ kind: "setParameter", ...said, range: cursor.rangeFrom(first) }];
	}
	const variable = readVariable(cursor);
	if (!cursor.take(":=")) cursor.expect("=");
	const value = readSettingValue(cursor);
	if (!variable) return [];
	const isDefault = value.toLowerCase() === "default";
	return [
		{
			kind: "setParameter",
			name: variable.name,
			...(!isDefault && { value }),
			scope: "session",
			...(variable.global && { global: true }),
			range: cursor.rangeFrom(first),
		},
	];
}

function readNameOrString(cursor: Cursor): string {
	return cursor.isString() ? cursor.string() : cursor.name();
}

/** A variable of the server; undefined for one of the user's own (`@x`, `NEW.x`, a local one). */
function readVariable(
	cursor: Cursor,
): { readonly name: string; readonly global: boolean } | undefined {
	if (cursor.kind() === "parameter") {
		const raw = cursor.raw();
		if (!raw.startsWith("@@")) return undefined;
		const name = raw.slice(2).toLowerCase();
		const own = name.replace(/^(?:global|session|local|persist|persist_only)\./, "");
		return { name: own, global: /^(?:global|persist|persist_only)\./.test(name) };
	}
	const scope = cursor.isName(1)
		? cursor.takeAny("GLOBAL", "SESSION", "LOCAL", "PERSIST", "PERSIST_ONLY")
		: undefined;
	const name = cursor.qualifiedName();
	// NEW.column in a trigger.
	if (name.schema !== undefined && /^(?:new|old)$/i.test(name.schema)) return undefined;
	const global = scope !== undefined && scope !== "SESSION" && scope !== "LOCAL";
	return { name: name.name.toLowerCase(), global };
}

function readSettingValue(cursor: Cursor): string {
	if (cursor.kind() === "word" && /^(?:ON|ALL|BINARY|ROW|SYSTEM)$/.test(cursor.peek())) {
		return cursor.raw();
	}
	return settingText(readExpression(cursor, mysqlGrammar));
}

const privilegeEnd = /^(?:ON|TO|FROM)$/;

/** GRANT and REVOKE. */
export function readGrant(cursor: Cursor): readonly Operation[] {
	const first = cursor.at;
	const kind = cursor.takeAny("GRANT", "REVOKE") === "GRANT" ? "grant" : "revoke";
	cursor.take("IF", "EXISTS");
	const privileges: string[] = [];
	let words: string[] = [];
	const close = (): void => {
		if (words.length > 0) privileges.push(words.join(" "));
		words = [];
	};
	while (!cursor.isAtEnd && !privilegeEnd.test(cursor.peek())) {
		if (cursor.is("(")) cursor.list(() => cursor.identifier());
		else if (cursor.take(",")) close();
		else words.push(cursor.raw().replace(/["'`]/g, "").toLowerCase());
	}
	close();
	const objects = [];
	if (cursor.take("ON")) {
		cursor.takeAny("TABLE", "FUNCTION", "PROCEDURE");
		objects.push(readGranted(cursor));
	}
	if (cursor.takeAny("TO", "FROM") === undefined) cursor.fail();
	const roles = cursor.commaList(() => {
		const account = readAccount(cursor);
		readIdentification(cursor);
		return account;
	});
	const withGrantOption = readGrantTail(cursor);
	const all = privileges.length === 1 && /^all( privileges)?$/.test(privileges[0] ?? "");
	return [
		{
			kind,
			object: objects.length > 0 ? "table" : "role",
			objects,
			allInSchema: false,
			privileges: all ? [] : privileges,
			roles,
			withGrantOption,
			range: cursor.rangeFrom(first),
		},
	];
}

/** REQUIRE and WITH behind the accounts; returns whether they may pass the right on. */
function readGrantTail(cursor: Cursor): boolean {
	let mayGrant = false;
	if (cursor.take("REQUIRE") && !cursor.take("NONE")) {
		do {
			const word = cursor.takeAny("SSL", "X509", "CIPHER", "ISSUER", "SUBJECT");
			if (word === undefined) cursor.fail();
			if (word !== "SSL" && word !== "X509") cursor.string();
		} while (cursor.take("AND") || /^(?:SSL|X509|CIPHER|ISSUER|SUBJECT)$/.test(cursor.peek()));
	}
	if (cursor.take("WITH")) {
		do {
			if (cursor.take("GRANT", "OPTION") || cursor.take("ADMIN", "OPTION")) mayGrant = true;
			else if (cursor.peek().startsWith("MAX_")) cursor.at += 2;
			else if (!cursor.take("ADMIN")) cursor.fail();
			else readAccount(cursor);
		} while (cursor.is("GRANT") || cursor.peek().startsWith("MAX_"));
	}
	if (cursor.take("AS")) {
		readAccount(cursor);
		while (!cursor.isAtEnd) cursor.advance();
	}
	if (cursor.take("IGNORE")) cursor.expect("UNKNOWN", "USER");
	return mayGrant;
}

function readGranted(cursor: Cursor) {
	const first = cursor.at;
	const part = (): string => (cursor.take("*") ? "*" : cursor.name());
	const name = part();
	if (!cursor.take(".")) return { name, range: cursor.rangeFrom(first) };
	return { schema: name, name: part(), range: cursor.rangeFrom(first) };
}

/** IDENTIFIED BY 'password', IDENTIFIED WITH plugin AS 'hash'. */
export function readIdentification(cursor: Cursor): "plain" | "hashed" | undefined {
	if (!cursor.take("IDENTIFIED")) return undefined;
	if (cursor.take("BY")) {
		if (cursor.take("RANDOM", "PASSWORD")) return undefined;
		const hashed = cursor.take("PASSWORD");
		cursor.string();
		return hashed ? "hashed" : "plain";
	}
	if (cursor.takeAny("WITH", "VIA") === undefined) return cursor.fail();
	readNameOrString(cursor);
	const word = cursor.takeAny("BY", "AS", "USING");
	if (word === undefined) return undefined;
	if (cursor.take("PASSWORD")) cursor.skipParentheses();
	else cursor.string();
	return word === "BY" ? "plain" : "hashed";
}
