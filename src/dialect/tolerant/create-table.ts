import type {
	ColumnDefinition,
	ConstraintDefinition,
	IndexDefinition,
	Operation,
	OperationOf,
} from "../../core/operation.ts";
import { readColumn } from "./column.ts";
import { isTableElement, readTableElement } from "./constraint.ts";
import type { Cursor } from "./cursor.ts";
import type { Grammar } from "./grammar.ts";
import { isQueryAhead, readQuery } from "./query.ts";

type CreateTable = OperationOf<"createTable">;

/** What stands behind the parentheses of CREATE TABLE. */
export type TableOptions = Partial<
	Pick<CreateTable, "parameters" | "partitionBy" | "partitions" | "strict" | "withoutRowid">
>;

interface Body {
	readonly columns: readonly ColumnDefinition[];
	readonly constraints: readonly ConstraintDefinition[];
	readonly indexes: readonly IndexDefinition[];
}

/** Reads CREATE TABLE from the word TABLE on; `first` is the token that begins the statement. */
export function readCreateTable(
	cursor: Cursor,
	grammar: Grammar,
	first: number,
	said: { readonly temporary: boolean; readonly orReplace: boolean },
	readOptions: (cursor: Cursor) => TableOptions,
): readonly Operation[] {
	cursor.expect("TABLE");
	const ifNotExists = cursor.take("IF", "NOT", "EXISTS");
	const table = cursor.qualifiedName();
	const persistence = said.temporary ? ("temporary" as const) : ("permanent" as const);
	const like = readLike(cursor);
	const body =
		!like && cursor.is("(") && !isQueryAhead(cursor, 1) ? readBody(cursor, grammar) : undefined;
	const options = like ? {} : readOptions(cursor);
	const query = readAs(cursor, grammar);
	const range = cursor.rangeFrom(first);
	if (query && !body) {
		const base = { kind: "createTableAs", table, persistence, ifNotExists, range } as const;
		return [{ ...base, columns: [], query, withData: true }];
	}
	if (!like && !body) return cursor.fail();
	const created: CreateTable = {
		kind: "createTable",
		range,
		table,
		persistence,
		foreign: false,
		ifNotExists,
		columns: body?.columns ?? [],
		constraints: body?.constraints ?? [],
		like: like ? [{ source: like, including: everything }] : [],
		inherits: [],
		parameters: [],
		...(body && body.indexes.length > 0 && { indexes: body.indexes }),
		...options,
		...(said.orReplace && { orReplace: true }),
	};
	if (!query) return [created];
	const source = { kind: "query", query } as const;
	return [created, { kind: "insert", range, table, source, ctes: [] }];
}

const everything = [
	"comments",
	"constraints",
	"defaults",
	"generated",
	"identity",
	"indexes",
] as const;

function readLike(cursor: Cursor) {
	if (cursor.take("LIKE")) return cursor.qualifiedName();
	if (!cursor.take("(", "LIKE")) return undefined;
	const source = cursor.qualifiedName();
	cursor.expect(")");
	return source;
}

function readBody(cursor: Cursor, grammar: Grammar): Body {
	const columns: ColumnDefinition[] = [];
	const constraints: ConstraintDefinition[] = [];
	const indexes: IndexDefinition[] = [];
	cursor.expect("(");
	do {
		if (isTableElement(cursor, grammar)) {
			const { constraint, index } = readTableElement(cursor, grammar);
			if (constraint) constraints.push(constraint);
			if (index) indexes.push(index);
		} else columns.push(readColumn(cursor, grammar).column);
		// SQLite takes constraints without a comma between them.
	} while (cursor.take(",") || isTableElement(cursor, grammar));
	cursor.expect(")");
	return { columns, constraints, indexes };
}

function readAs(cursor: Cursor, grammar: Grammar) {
	cursor.takeAny("IGNORE", "REPLACE");
	if (cursor.take("AS") || isQueryAhead(cursor, 0)) return readQuery(cursor, grammar);
	return undefined;
}
