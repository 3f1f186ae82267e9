import type {
	CopyStmt,
	DeleteStmt,
	InsertStmt,
	MergeStmt,
	Node,
	OnConflictClause,
	RangeVar,
	UpdateStmt,
} from "@pgsql/types";
import type { CommonTable } from "../../../core/expression.ts";
import type { DataOperation, Operation } from "../../../core/operation.ts";
import type { Range } from "../../../core/source.ts";
import { lowerExpression } from "./expression.ts";
import { lowerRelation } from "./name.ts";
import {
	lowerCommonTables,
	lowerFromItem,
	lowerFromItems,
	lowerQuery,
	lowerRows,
} from "./query.ts";
import type { LowerSource } from "./source.ts";

/**
 * Returns the operations of SELECT, INSERT, UPDATE, DELETE, MERGE and COPY: those of WITH entries that
 * change data first. Undefined for any other statement, SELECT INTO among them: that creates a table.
 */
export function lowerData(node: Node, source: LowerSource): readonly Operation[] | undefined {
	const operation = lowerDataStatement(node, source, source.statementRange);
	return operation && [...operationsOf(commonTablesOf(operation)), operation];
}

function commonTablesOf(operation: Operation): readonly CommonTable[] {
	if (operation.kind === "select") return operation.query.ctes;
	return "ctes" in operation ? operation.ctes : [];
}

function operationsOf(tables: readonly CommonTable[]): readonly Operation[] {
	return tables.flatMap(({ operation }) => operation ?? []);
}

/** The operation of one data statement alone; its WITH entries stand in `ctes`. */
export function lowerDataStatement(
	node: Node,
	source: LowerSource,
	range: Range,
): DataOperation | undefined {
	if ("SelectStmt" in node) {
		if (node.SelectStmt.intoClause) return undefined;
		return { kind: "select", range, query: lowerQuery(node, source) };
	}
	if ("InsertStmt" in node) return lowerInsert(node.InsertStmt, source, range);
	if ("UpdateStmt" in node) return lowerUpdate(node.UpdateStmt, source, range);
	if ("DeleteStmt" in node) return lowerDelete(node.DeleteStmt, source, range);
	if ("MergeStmt" in node) return lowerMerge(node.MergeStmt, source, range);
	if ("CopyStmt" in node) return lowerCopy(node.CopyStmt, source, range);
	return undefined;
}

type DataOperationOf<Kind> = Extract<DataOperation, { readonly kind: Kind }>;

function lowerInsert(insert: InsertStmt, source: LowerSource, range: Range): DataOperation {
	const { relation, cols, selectStmt, onConflictClause, withClause } = insert;
	return {
		kind: "insert",
		range,
		table: lowerRelation(relation, source),
		...(cols ? { columns: targetNames(cols) } : {}),
		source: insertSource(selectStmt, source),
		...(onConflictClause ? { onConflict: lowerConflict(onConflictClause, source) } : {}),
		ctes: lowerCommonTables(withClause, source),
	};
}

function targetNames(nodes: readonly Node[]): readonly string[] {
	return nodes.flatMap((node) => ("ResTarget" in node ? [node.ResTarget.name ?? ""] : []));
}

function insertSource(
	node: Node | undefined,
	source: LowerSource,
): DataOperationOf<"insert">["source"] {
	if (!node || !("SelectStmt" in node)) return { kind: "defaults" };
	const { valuesLists, withClause } = node.SelectStmt;
	if (valuesLists && !withClause) return { kind: "values", rows: lowerRows(valuesLists, source) };
	return { kind: "query", query: lowerQuery(node, source) };
}

function lowerConflict(
	clause: OnConflictClause,
	source: LowerSource,
): NonNullable<DataOperationOf<"insert">["onConflict"]> {
	const { action, infer, whereClause } = clause;
	const columns = (infer?.indexElems ?? []).flatMap((node) =>
		"IndexElem" in node && node.IndexElem.name !== undefined ? [node.IndexElem.name] : [],
	);
	return {
		action: action === "ONCONFLICT_UPDATE" ? "update" : "nothing",
		columns,
		...(infer?.conname === undefined ? {} : { constraint: infer.conname }),
		...(whereClause ? { where: lowerExpression(whereClause, source) } : {}),
	};
}

function lowerUpdate(update: UpdateStmt, source: LowerSource, range: Range): DataOperation {
	const { relation, targetList = [], fromClause, whereClause, withClause } = update;
	const alias = relation?.alias?.aliasname;
	return {
		kind: "update",
		range,
		table: lowerRelation(relation, source),
		...(alias === undefined ? {} : { alias }),
		...qualifiersOf(relation),
		set: targetList.flatMap((node) => {
			if (!("ResTarget" in node)) return [];
			const { name = "", val, indirection } = node.ResTarget;
			const part = indirection && indirection.length > 0 ? { part: true as const } : {};
			return [{ column: name, ...part, value: lowerExpression(assignedValue(val), source) }];
		}),
		from: lowerFromItems(fromClause, source),
		...(whereClause ? { where: lowerExpression(whereClause, source) } : {}),
		ctes: lowerCommonTables(withClause, source),
	};
}

/** `SET (a, b) = (1, 2)` gives each column its own part of the row; of a query each has the whole. */
function assignedValue(value: Node | undefined): Node | undefined {
	if (!value || !("MultiAssignRef" in value)) return value;
	const { source: row, colno = 1 } = value.MultiAssignRef;
	return row && "RowExpr" in row ? row.RowExpr.args?.[colno - 1] : row;
}

function lowerDelete(statement: DeleteStmt, source: LowerSource, range: Range): DataOperation {
	const { relation, usingClause, whereClause, withClause } = statement;
	const alias = relation?.alias?.aliasname;
	return {
		kind: "delete",
		range,
		table: lowerRelation(relation, source),
		...(alias === undefined ? {} : { alias }),
		...qualifiersOf(relation),
		using: lowerFromItems(usingClause, source),
		...(whereClause ? { where: lowerExpression(whereClause, source) } : {}),
		ctes: lowerCommonTables(withClause, source),
	};
}

/** The parser leaves out `inh` where ONLY stands. */
function qualifiersOf(relation: RangeVar | undefined) {
	return relation && relation.inh !== true ? { qualifiers: ["ONLY"] } : {};
}

const mergeActions: Readonly<Record<string, DataOperationOf<"merge">["actions"][number]>> = {
	CMD_INSERT: "insert",
	CMD_UPDATE: "update",
	CMD_DELETE: "delete",
};

function lowerMerge(merge: MergeStmt, source: LowerSource, range: Range): DataOperation {
	const { relation, sourceRelation, joinCondition, mergeWhenClauses = [], withClause } = merge;
	const alias = relation?.alias?.aliasname;
	return {
		kind: "merge",
		range,
		table: lowerRelation(relation, source),
		...(alias === undefined ? {} : { alias }),
		using: lowerFromItem(sourceRelation, source),
		on: lowerExpression(joinCondition, source),
		actions: mergeWhenClauses.map((node) => {
			const command = "MergeWhenClause" in node ? node.MergeWhenClause.commandType : undefined;
			return mergeActions[command ?? ""] ?? "nothing";
		}),
		ctes: lowerCommonTables(withClause, source),
	};
}

function lowerCopy(copy: CopyStmt, source: LowerSource, range: Range): DataOperation {
	const { relation, query, is_from: from } = copy;
	return {
		kind: "copy",
		range,
		direction: from ? "from" : "to",
		...(relation ? { table: lowerRelation(relation, source) } : {}),
		...(query ? { query: lowerQuery(query, source) } : {}),
	};
}
