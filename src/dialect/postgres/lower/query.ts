import type {
	CommonTableExpr,
	JoinExpr,
	LockClauseStrength,
	Node,
	RangeFunction,
	SelectStmt,
	WithClause,
} from "@pgsql/types";
import type { CommonTable, Expression, FromItem, Query } from "../../../core/expression.ts";
import { lowerDataStatement } from "./data.ts";
import { lowerExpression, lowerExpressions } from "./expression.ts";
import { lowerRelation, textsOf } from "./name.ts";
import type { LowerSource } from "./source.ts";

/** Returns the query of a SELECT, VALUES or TABLE node; of any other node an empty one. */
export function lowerQuery(node: Node | undefined, source: LowerSource): Query {
	return lowerSelect(node && "SelectStmt" in node ? node.SelectStmt : {}, source);
}

/** The same as `lowerQuery` for a SELECT without its wrapper. */
export function lowerSelect(select: SelectStmt, source: LowerSource): Query {
	const { whereClause, havingClause, limitCount, groupClause, valuesLists } = select;
	const locking = strongestLocking(select.lockingClause);
	return {
		targets: lowerTargets(select.targetList, source),
		from: lowerFromItems(select.fromClause, source),
		...(whereClause ? { where: lowerExpression(whereClause, source) } : {}),
		...(havingClause ? { having: lowerExpression(havingClause, source) } : {}),
		grouped: groupClause !== undefined,
		...(limitCount ? { limit: lowerExpression(limitCount, source) } : {}),
		...(valuesLists ? { values: lowerRows(valuesLists, source) } : {}),
		combined: combinedSides(select).map((side) => lowerSelect(side, source)),
		ctes: lowerCommonTables(select.withClause, source),
		...(locking ? { locking } : {}),
	};
}

export function lowerRows(
	lists: readonly Node[],
	source: LowerSource,
): readonly (readonly Expression[])[] {
	return lists.map((list) => ("List" in list ? lowerExpressions(list.List.items, source) : []));
}

/** A chain of UNIONs leans to the left and may be thousands long: it becomes one flat list. */
function combinedSides(select: SelectStmt): readonly SelectStmt[] {
	const sides: SelectStmt[] = [];
	let current: SelectStmt | undefined = select;
	while (current.larg) {
		if (current.rarg) sides.push(current.rarg);
		if (!isPlainCombination(current.larg)) {
			sides.push(current.larg);
			break;
		}
		current = current.larg;
	}
	return sides.reverse();
}

function isPlainCombination(select: SelectStmt): boolean {
	return (
		select.larg !== undefined && !select.withClause && !select.limitCount && !select.lockingClause
	);
}

function lowerTargets(nodes: readonly Node[] | undefined, source: LowerSource): Query["targets"] {
	return (nodes ?? []).flatMap((node) => {
		if (!("ResTarget" in node)) return [];
		const { name, val } = node.ResTarget;
		const expression = lowerExpression(val, source);
		return [name === undefined ? { expression } : { expression, alias: name }];
	});
}

/** Returns the WITH entries; one that changes data carries its operation, which the statement lists too. */
export function lowerCommonTables(
	clause: WithClause | undefined,
	source: LowerSource,
): readonly CommonTable[] {
	return (clause?.ctes ?? []).flatMap((node) =>
		"CommonTableExpr" in node ? [lowerCommonTable(node.CommonTableExpr, source)] : [],
	);
}

function lowerCommonTable(table: CommonTableExpr, source: LowerSource): CommonTable {
	const { ctename: name = "", ctequery: body, location = 0 } = table;
	if (!body || "SelectStmt" in body) return { name, query: lowerQuery(body, source) };
	const operation = lowerDataStatement(body, source, source.toRange(location));
	return operation ? { name, operation } : { name };
}

const lockingStrengths = [
	"LCS_FORKEYSHARE",
	"LCS_FORSHARE",
	"LCS_FORNOKEYUPDATE",
	"LCS_FORUPDATE",
] as const satisfies readonly LockClauseStrength[];

const lockingNames = ["keyShare", "share", "noKeyUpdate", "update"] as const;

function strongestLocking(nodes: readonly Node[] | undefined): Query["locking"] {
	const strengths = (nodes ?? []).map((node) =>
		"LockingClause" in node
			? lockingStrengths.findIndex((s) => s === node.LockingClause.strength)
			: -1,
	);
	return lockingNames[Math.max(-1, ...strengths)];
}

export function lowerFromItems(
	nodes: readonly Node[] | undefined,
	source: LowerSource,
): readonly FromItem[] {
	return (nodes ?? []).map((node) => lowerFromItem(node, source));
}

/** Returns one item of a FROM list; table functions (XMLTABLE, JSON_TABLE) are functions. */
export function lowerFromItem(item: Node | undefined, source: LowerSource): FromItem {
	const node = item ?? { RangeFunction: {} };
	if ("RangeVar" in node) {
		const alias = node.RangeVar.alias?.aliasname;
		return {
			kind: "table",
			name: lowerRelation(node.RangeVar, source),
			...(alias === undefined ? {} : { alias }),
		};
	}
	if ("JoinExpr" in node) return lowerJoin(node.JoinExpr, source);
	if ("RangeSubselect" in node) {
		const { subquery, alias } = node.RangeSubselect;
		const query = lowerQuery(subquery, source);
		return alias?.aliasname === undefined
			? { kind: "query", query }
			: { kind: "query", query, alias: alias.aliasname };
	}
	if ("RangeTableSample" in node && node.RangeTableSample.relation) {
		return lowerFromItem(node.RangeTableSample.relation, source);
	}
	const alias = aliasOfFunction(node);
	const call = tableFunction(node, source);
	return { kind: "function", call, ...(alias === undefined ? {} : { alias }) };
}

function aliasOfFunction(node: Node): string | undefined {
	if ("RangeFunction" in node) return node.RangeFunction.alias?.aliasname;
	if ("RangeTableFunc" in node) return node.RangeTableFunc.alias?.aliasname;
	return "JsonTable" in node ? node.JsonTable.alias?.aliasname : undefined;
}

function tableFunction(node: Node, source: LowerSource): Expression {
	if (!("RangeFunction" in node)) return lowerExpression(node, source);
	const calls = functionCalls(node.RangeFunction).map((call) => lowerExpression(call, source));
	const [first] = calls;
	return calls.length === 1 && first
		? first
		: { kind: "other", what: "rows from", operands: calls };
}

/** Each function stands in a list with its column definitions after it. */
function functionCalls({ functions = [] }: RangeFunction): readonly Node[] {
	return functions.flatMap((entry) =>
		"List" in entry ? (entry.List.items ?? []).slice(0, 1) : [],
	);
}

const joinTypes: Readonly<Record<string, "left" | "right" | "full">> = {
	JOIN_LEFT: "left",
	JOIN_RIGHT: "right",
	JOIN_FULL: "full",
};

/** A chain of joins leans to the left: the way down is a loop. */
function lowerJoin(join: JoinExpr, source: LowerSource): FromItem {
	const joins: JoinExpr[] = [join];
	let leftmost = join.larg;
	while (leftmost && "JoinExpr" in leftmost) {
		joins.push(leftmost.JoinExpr);
		leftmost = leftmost.JoinExpr.larg;
	}
	let result = lowerFromItem(leftmost, source);
	for (const { jointype = "JOIN_INNER", isNatural, rarg, ...conditions } of joins.reverse()) {
		const on = joinCondition(conditions, isNatural ?? false, source);
		result = {
			kind: "join",
			type: joinTypes[jointype] ?? (on ? "inner" : "cross"),
			left: result,
			right: lowerFromItem(rarg, source),
			...(on ? { on } : {}),
		};
	}
	return result;
}

function joinCondition(
	{ quals, usingClause }: JoinExpr,
	natural: boolean,
	source: LowerSource,
): Expression | undefined {
	if (quals) return lowerExpression(quals, source);
	if (natural) return { kind: "other", what: "natural", operands: [] };
	if (!usingClause) return undefined;
	const columns = textsOf(usingClause);
	const operands = columns.map((name) => ({ kind: "column", path: [name] }) as const);
	return { kind: "other", what: "using", operands };
}
