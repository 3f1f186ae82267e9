import type {
	DeleteStatement,
	InsertStatement,
	OnConflictAction,
	QNameAliased,
	SetStatement,
	Statement,
	UpdateStatement,
} from "pgsql-ast-parser";
import type { CommonTable } from "../../../core/expression.ts";
import type { DataOperation, Operation, OperationOf } from "../../../core/operation.ts";
import type { Range } from "../../../core/source.ts";
import { lowerExpression } from "./expression.ts";
import { identifier, lowerName, nameOf } from "./name.ts";
import { lowerCommonTables, lowerFrom, lowerQuery, lowerRows } from "./query.ts";
import type { PortableSource } from "./source.ts";
import { Unreadable } from "./unreadable.ts";

type DataStatement = InsertStatement | UpdateStatement | DeleteStatement;

/** SELECT, VALUES, INSERT, UPDATE, DELETE: the WITH entries that change data first. */
export function lowerData(node: Statement, source: PortableSource): Operation[] | undefined {
	const range = source.statementRange;
	const operation = lowerWhole(node, source, range);
	if (!operation) return undefined;
	const tables: readonly CommonTable[] =
		operation.kind === "select" ? operation.query.ctes : "ctes" in operation ? operation.ctes : [];
	return [...tables.flatMap(({ operation: inner }) => inner ?? []), operation];
}

function lowerWhole(
	node: Statement,
	source: PortableSource,
	range: Range,
): DataOperation | undefined {
	switch (node.type) {
		case "insert":
		case "update":
		case "delete":
			return lowerDataStatement(node, source, range);
		case "with":
		case "with recursive": {
			const inner = node.in;
			if (inner.type !== "insert" && inner.type !== "update" && inner.type !== "delete") {
				return { kind: "select", range, query: lowerQuery(node, source) };
			}
			const operation = lowerDataStatement(inner, source, range);
			return { ...operation, ctes: lowerCommonTables(node, source) };
		}
		case "select":
		case "union":
		case "union all":
		case "values":
			return { kind: "select", range, query: lowerQuery(node, source) };
		default:
			return undefined;
	}
}

/** The operation of one statement that changes data, without a WITH of its own. */
export function lowerDataStatement(
	node: DataStatement,
	source: PortableSource,
	range: Range,
): OperationOf<"insert" | "update" | "delete"> {
	switch (node.type) {
		case "insert":
			return lowerInsert(node, source, range);
		case "update":
			return {
				kind: "update",
				range,
				...lowerTarget(node.table, source),
				set: lowerAssignments(node.sets, source),
				from: lowerFrom(node.from ? [node.from] : [], source),
				...(node.where ? { where: lowerExpression(node.where, source) } : {}),
				ctes: [],
			};
		case "delete":
			return {
				kind: "delete",
				range,
				...lowerTarget(node.from, source),
				using: [],
				...(node.where ? { where: lowerExpression(node.where, source) } : {}),
				ctes: [],
			};
	}
}

function lowerTarget(table: QNameAliased, source: PortableSource) {
	const { alias } = table;
	return {
		table: lowerName(table, source),
		...(alias === undefined ? {} : { alias: identifier(alias, source) }),
	};
}

function lowerAssignments(sets: readonly SetStatement[], source: PortableSource) {
	return sets.map(({ column, value }) => ({
		column: nameOf(column, source),
		value: lowerExpression(value, source),
	}));
}

function lowerInsert(
	node: InsertStatement,
	source: PortableSource,
	range: Range,
): OperationOf<"insert"> {
	const table = lowerName(node.into, source);
	const after = source.tokenIndexAt(table.range?.end ?? range.start);
	if (node.into.alias !== undefined && !source.isWordAt(after, "as")) {
		throw new Unreadable("the alias of INSERT INTO needs AS");
	}
	// The library takes an INSERT without rows for a whole one.
	const rows: InsertStatement["insert"] | null = node.insert;
	// eslint-disable-next-line @typescript-eslint/no-unnecessary-condition
	if (!rows) throw new Unreadable("INSERT has no rows");
	return {
		kind: "insert",
		range,
		table,
		...(node.columns ? { columns: node.columns.map((name) => nameOf(name, source)) } : {}),
		source:
			rows.type === "values"
				? { kind: "values", rows: lowerRows(rows.values, source) }
				: { kind: "query", query: lowerQuery(rows, source) },
		...(node.onConflict ? { onConflict: lowerConflict(node.onConflict, source) } : {}),
		ctes: [],
	};
}

function lowerConflict(
	conflict: OnConflictAction,
	source: PortableSource,
): NonNullable<OperationOf<"insert">["onConflict"]> {
	const { on, do: action, where } = conflict;
	const keys = on?.type === "on expr" ? on.exprs : [];
	return {
		action: action === "do nothing" ? "nothing" : "update",
		columns: keys.flatMap((key) => (key.type === "ref" ? identifier(key.name, source) : [])),
		...(on?.type === "on constraint" ? { constraint: nameOf(on.constraint, source) } : {}),
		...(where ? { where: lowerExpression(where, source) } : {}),
	};
}
