import type { CommonTable, FromItem, QualifiedName } from "../../core/expression.ts";
import type { DataOperation, OperationOf } from "../../core/operation.ts";
import type { Cursor } from "./cursor.ts";
import { readExpression } from "./expression.ts";
import type { Grammar } from "./grammar.ts";
import { isReserved } from "./primary.ts";
import {
	isQueryAhead,
	readCommonTables,
	readFrom,
	readLimit,
	readOrderBy,
	readQuery,
} from "./query.ts";

type Assignment = OperationOf<"update">["set"][number];

/** Reads INSERT, REPLACE, UPDATE, DELETE, SELECT or VALUES, with WITH before it; undefined for all else. */
export function readData(cursor: Cursor, grammar: Grammar): readonly DataOperation[] | undefined {
	const first = cursor.at;
	const isData = /^(?:SELECT|VALUES|WITH|INSERT|REPLACE|UPDATE|DELETE|TABLE)$/.test(cursor.peek());
	if (!isData && !isQueryAhead(cursor, 0)) return undefined;
	const ctes = readCommonTables(cursor, grammar);
	switch (cursor.peek()) {
		case "INSERT":
		case "REPLACE":
			return [readInsert(cursor, grammar, ctes, first)];
		case "UPDATE":
			return readUpdate(cursor, grammar, ctes, first);
		case "DELETE":
			return readDelete(cursor, grammar, ctes, first);
		default: {
			const query = readQuery(cursor, grammar);
			const whole = { ...query, ctes: [...ctes, ...query.ctes] };
			return [{ kind: "select", query: whole, range: cursor.rangeFrom(first) }];
		}
	}
}

const modifiers = new Set(["LOW_PRIORITY", "HIGH_PRIORITY", "DELAYED", "QUICK"]);

function readInsert(
	cursor: Cursor,
	grammar: Grammar,
	ctes: readonly CommonTable[],
	first: number,
): DataOperation {
	const replaces = cursor.peek() === "REPLACE";
	cursor.at++;
	while (cursor.isAny(modifiers)) cursor.at++;
	const conflict = cursor.take("OR") ? cursor.name().toUpperCase() : undefined;
	const ignores = cursor.take("IGNORE") || conflict === "IGNORE";
	cursor.take("INTO");
	const table = cursor.qualifiedName();
	if (cursor.take("PARTITION")) cursor.skipParentheses();
	if (cursor.take("AS")) cursor.name();
	const columns = readColumns(cursor);
	const body = readRows(cursor, grammar);
	if (cursor.take("AS")) {
		cursor.name();
		if (cursor.is("(")) cursor.list(() => cursor.name());
	}
	const action = replaces || conflict === "REPLACE" ? "replace" : ignores ? "nothing" : undefined;
	const onConflict = readConflict(cursor, grammar) ?? (action && { action, columns: [] });
	readReturning(cursor, grammar);
	const named = columns ?? body.columns;
	return {
		kind: "insert",
		range: cursor.rangeFrom(first),
		table,
		...(named && { columns: named }),
		source: body.source,
		...(onConflict && { onConflict }),
		ctes,
	};
}

function readColumns(cursor: Cursor): readonly string[] | undefined {
	if (!cursor.is("(") || isQueryAhead(cursor, 1)) return undefined;
	if (cursor.take("(", ")")) return [];
	return cursor.list(() => cursor.qualifiedName().name);
}

interface Rows {
	readonly columns?: readonly string[];
	readonly source: OperationOf<"insert">["source"];
}

function readRows(cursor: Cursor, grammar: Grammar): Rows {
	if (cursor.take("DEFAULT", "VALUES")) return { source: { kind: "defaults" } };
	if (cursor.take("SET")) {
		const set = readAssignments(cursor, grammar);
		const columns = set.map(({ column }) => column);
		return { columns, source: { kind: "values", rows: [set.map(({ value }) => value)] } };
	}
	if (cursor.takeAny("VALUES", "VALUE") === undefined) {
		return { source: { kind: "query", query: readQuery(cursor, grammar) } };
	}
	const rows = cursor.commaList(() => {
		cursor.take("ROW");
		if (cursor.take("(", ")")) return [];
		return cursor.list(() => readExpression(cursor, grammar));
	});
	return { source: { kind: "values", rows } };
}

/** ON CONFLICT of SQLite, ON DUPLICATE KEY UPDATE of MySQL; of several the last that changes rows. */
function readConflict(
	cursor: Cursor,
	grammar: Grammar,
): OperationOf<"insert">["onConflict"] | undefined {
	if (cursor.take("ON", "DUPLICATE", "KEY", "UPDATE")) {
		readAssignments(cursor, grammar);
		return { action: "update", columns: [] };
	}
	let conflict: OperationOf<"insert">["onConflict"];
	while (cursor.take("ON", "CONFLICT")) {
		const columns = cursor.is("(") ? readConflictColumns(cursor, grammar) : [];
		if (cursor.take("WHERE")) readExpression(cursor, grammar);
		cursor.expect("DO");
		if (cursor.take("NOTHING")) {
			conflict ??= { action: "nothing", columns };
			continue;
		}
		cursor.expect("UPDATE", "SET");
		readAssignments(cursor, grammar);
		const where = cursor.take("WHERE") ? readExpression(cursor, grammar) : undefined;
		conflict = { action: "update", columns, ...(where && { where }) };
	}
	return conflict;
}

function readConflictColumns(cursor: Cursor, grammar: Grammar): readonly string[] {
	return cursor
		.list(() => {
			const expression = readExpression(cursor, grammar);
			cursor.takeAny("ASC", "DESC");
			return expression;
		})
		.flatMap((expression) => (expression.kind === "column" ? [expression.path.at(-1) ?? ""] : []));
}

function readReturning(cursor: Cursor, grammar: Grammar): void {
	if (!cursor.take("RETURNING")) return;
	cursor.commaList(() => {
		const expression = readExpression(cursor, grammar);
		if (cursor.take("AS") || (cursor.kind() === "word" && !cursor.is(","))) cursor.name();
		return expression;
	});
}

interface Written extends Assignment {
	/** What stands before the column: a table or its alias. */
	readonly of?: string;
}

function readAssignments(cursor: Cursor, grammar: Grammar): readonly Written[] {
	return cursor.commaList(() => readAssignment(cursor, grammar)).flat();
}

function readAssignment(cursor: Cursor, grammar: Grammar): readonly Written[] {
	if (cursor.is("(")) {
		const columns = cursor.list(() => cursor.qualifiedName().name);
		cursor.expect("=");
		const value = readExpression(cursor, grammar);
		const values = value.kind === "other" && value.what === "row" ? value.operands : [];
		return columns.map((column, at) => ({ column, value: values[at] ?? value }));
	}
	if (isReserved(cursor.peek(), grammar)) return cursor.fail();
	const path = [cursor.name()];
	while (cursor.take(".")) path.push(cursor.name());
	if (!cursor.take(":=")) cursor.expect("=");
	const of = path.at(-2);
	const value = readExpression(cursor, grammar);
	return [{ column: path.at(-1) ?? "", value, ...(of !== undefined && { of }) }];
}

/** PARTITION (p0) behind a table, which the name of the table does not keep. */
function partitionsSince(cursor: Cursor, before: number): readonly string[] {
	for (let ahead = before - cursor.at; ahead < 0; ahead++) {
		if (cursor.peek(ahead) === "PARTITION") return ["PARTITION"];
	}
	return [];
}

function readUpdate(
	cursor: Cursor,
	grammar: Grammar,
	ctes: readonly CommonTable[],
	first: number,
): readonly DataOperation[] {
	cursor.expect("UPDATE");
	while (cursor.isAny(modifiers)) cursor.at++;
	const qualifiers = cursor.take("IGNORE") ? ["IGNORE"] : [];
	if (cursor.take("OR")) qualifiers.push(`OR ${cursor.name().toUpperCase()}`);
	const before = cursor.at;
	const items = readFrom(cursor, grammar);
	qualifiers.push(...partitionsSince(cursor, before));
	cursor.expect("SET");
	const set = readAssignments(cursor, grammar);
	const from = cursor.take("FROM") ? readFrom(cursor, grammar) : [];
	const where = cursor.take("WHERE") ? readExpression(cursor, grammar) : undefined;
	readReturning(cursor, grammar);
	if (readOrderBy(cursor, grammar).length > 0) qualifiers.push("ORDER BY");
	const limit = readLimit(cursor, grammar);
	readReturning(cursor, grammar);
	const rest = {
		range: cursor.rangeFrom(first),
		...(where && { where }),
		...(limit && { limit }),
		...(qualifiers.length > 0 && { qualifiers }),
		ctes,
	};
	const tables = items.flatMap(tablesIn);
	const [only] = items;
	const single = items.length === 1 && only?.kind === "table" ? only : undefined;
	if (single) return [{ kind: "update", ...target(single), set: set.map(plain), from, ...rest }];
	const updated = tables.filter((table, at) =>
		set.some(({ of }) => (of === undefined ? at === 0 : isNamed(table, of))),
	);
	if (updated.length === 0) cursor.fail("no table is updated");
	return updated.map((table) => ({
		kind: "update",
		...target(table),
		set: set.filter(({ of }) => of === undefined || isNamed(table, of)).map(plain),
		from: [...items, ...from],
		...rest,
	}));
}

function plain({ column, value }: Written): Assignment {
	return { column, value };
}

type FromTable = Extract<FromItem, { readonly kind: "table" }>;

function target({ name, alias }: FromTable): {
	readonly table: QualifiedName;
	readonly alias?: string;
} {
	return { table: name, ...(alias !== undefined && { alias }) };
}

function tablesIn(item: FromItem): readonly FromTable[] {
	if (item.kind === "join") return [...tablesIn(item.left), ...tablesIn(item.right)];
	return item.kind === "table" ? [item] : [];
}

function isNamed({ name, alias }: FromTable, called: string): boolean {
	return (alias ?? name.name).toLowerCase() === called.toLowerCase();
}

function readDelete(
	cursor: Cursor,
	grammar: Grammar,
	ctes: readonly CommonTable[],
	first: number,
): readonly DataOperation[] {
	cursor.expect("DELETE");
	const qualifiers: string[] = [];
	while (cursor.isAny(modifiers) || cursor.is("IGNORE")) {
		if (cursor.is("IGNORE")) qualifiers.push("IGNORE");
		cursor.at++;
	}
	const before = cursor.at;
	const { targets, using } = readDeleteTargets(cursor, grammar);
	qualifiers.push(...partitionsSince(cursor, before));
	const where = cursor.take("WHERE") ? readExpression(cursor, grammar) : undefined;
	readReturning(cursor, grammar);
	if (readOrderBy(cursor, grammar).length > 0) qualifiers.push("ORDER BY");
	const limit = readLimit(cursor, grammar);
	readReturning(cursor, grammar);
	const rest = {
		using,
		range: cursor.rangeFrom(first),
		...(where && { where }),
		...(limit && { limit }),
		...(qualifiers.length > 0 && { qualifiers }),
		ctes,
	};
	return targets.map((table) => ({ kind: "delete", ...target(table), ...rest }));
}

/** `FROM t`, `t1, t2 FROM t1 JOIN t2` and `FROM t1, t2 USING t1 JOIN t2`. */
function readDeleteTargets(
	cursor: Cursor,
	grammar: Grammar,
): { readonly targets: readonly FromTable[]; readonly using: readonly FromItem[] } {
	const named = (): QualifiedName => {
		const name = cursor.qualifiedName();
		cursor.take(".", "*");
		return name;
	};
	if (!cursor.take("FROM")) {
		const names = cursor.commaList(named);
		cursor.expect("FROM");
		const using = readFrom(cursor, grammar);
		return { targets: names.map((name) => targetAmong(name, using)), using };
	}
	const before = cursor.at;
	const names = cursor.attempt(() => {
		const read = cursor.commaList(named);
		cursor.expect("USING");
		return read;
	});
	if (names) {
		const using = readFrom(cursor, grammar);
		return { targets: names.map((name) => targetAmong(name, using)), using };
	}
	cursor.at = before;
	const items = readFrom(cursor, grammar);
	const [only] = items;
	if (items.length !== 1 || only?.kind !== "table") {
		return cursor.fail("DELETE FROM takes one table");
	}
	return { targets: [only], using: [] };
}

function targetAmong(name: QualifiedName, using: readonly FromItem[]): FromTable {
	const found = using.flatMap(tablesIn).find((table) => isNamed(table, name.name));
	return found ?? { kind: "table", name };
}
