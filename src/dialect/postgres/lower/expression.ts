import type { A_Const, A_Expr, ColumnRef, FuncCall, Node, SQLValueFunctionOp } from "@pgsql/types";
import type { Expression, QualifiedName } from "../../../core/expression.ts";
import { qualify, textsOf } from "./name.ts";
import { lowerQuery } from "./query.ts";
import type { LowerSource } from "./source.ts";
import { lowerType } from "./type.ts";

/** Returns the expression of a raw parse tree, without places: the operation around it has one. */
export function lowerExpression(node: Node | undefined, source: LowerSource): Expression {
	if (node === undefined) return { kind: "literal", type: "null", value: "null" };
	return (
		lowerLeaf(node) ??
		lowerCall(node, source) ??
		lowerComparison(node, source) ??
		lowerWrapper(node, source) ??
		lowerConditional(node, source) ??
		lowerOther(node, source)
	);
}

export function lowerExpressions(
	nodes: readonly Node[] | undefined,
	source: LowerSource,
): readonly Expression[] {
	return (nodes ?? []).map((node) => lowerExpression(node, source));
}

/**
 * A function or collation. The grammar itself writes `pg_catalog` before some names, and the server
 * looks there first anyway: it is dropped.
 */
function nameOfParts(nodes: readonly Node[] | undefined): QualifiedName {
	const parts = textsOf(nodes);
	return qualify(parts.at(-2) === "pg_catalog" ? parts.slice(-1) : parts);
}

function other(what: string, operands: readonly Expression[]): Expression {
	return { kind: "other", what, operands };
}

function lowerLeaf(node: Node): Expression | undefined {
	if ("ColumnRef" in node) return { kind: "column", path: columnPath(node.ColumnRef) };
	if ("A_Const" in node) return lowerConstant(node.A_Const);
	if ("ParamRef" in node) return { kind: "parameter", name: `$${node.ParamRef.number ?? 0}` };
	if ("A_Star" in node) return { kind: "column", path: ["*"] };
	if ("SetToDefault" in node) return other("default", []);
	if ("CurrentOfExpr" in node) return other("current of", []);
	if ("SQLValueFunction" in node) {
		const name = valueFunctionNames[node.SQLValueFunction.op ?? "SVFOP_CURRENT_DATE"];
		return { kind: "call", function: { name }, arguments: [], aggregate: false };
	}
	return undefined;
}

function columnPath(column: ColumnRef): readonly string[] {
	return (column.fields ?? []).map((field) =>
		"String" in field ? (field.String.sval ?? "") : "*",
	);
}

/** A zero, `false` and an empty string come without their value: the parser's JSON leaves zeros out. */
function lowerConstant(constant: A_Const): Expression {
	const { ival, fval, sval, boolval, bsval } = constant;
	if (sval) return { kind: "literal", type: "string", value: sval.sval ?? "" };
	if (ival) return { kind: "literal", type: "number", value: String(ival.ival ?? 0) };
	if (fval) return { kind: "literal", type: "number", value: fval.fval ?? "0" };
	if (boolval) return { kind: "literal", type: "boolean", value: String(boolval.boolval ?? false) };
	if (bsval) return { kind: "literal", type: "bit", value: bsval.bsval ?? "" };
	return { kind: "literal", type: "null", value: "null" };
}

/** Values without parentheses become calls of the same name, so that one question asks them all. */
const valueFunctionNames: Readonly<Record<SQLValueFunctionOp, string>> = {
	SVFOP_CURRENT_DATE: "current_date",
	SVFOP_CURRENT_TIME: "current_time",
	SVFOP_CURRENT_TIME_N: "current_time",
	SVFOP_CURRENT_TIMESTAMP: "current_timestamp",
	SVFOP_CURRENT_TIMESTAMP_N: "current_timestamp",
	SVFOP_LOCALTIME: "localtime",
	SVFOP_LOCALTIME_N: "localtime",
	SVFOP_LOCALTIMESTAMP: "localtimestamp",
	SVFOP_LOCALTIMESTAMP_N: "localtimestamp",
	SVFOP_CURRENT_ROLE: "current_role",
	SVFOP_CURRENT_USER: "current_user",
	SVFOP_USER: "current_user",
	SVFOP_SESSION_USER: "session_user",
	SVFOP_CURRENT_CATALOG: "current_catalog",
	SVFOP_CURRENT_SCHEMA: "current_schema",
};

function lowerCall(node: Node, source: LowerSource): Expression | undefined {
	if ("NamedArgExpr" in node) return lowerExpression(node.NamedArgExpr.arg, source);
	if (!("FuncCall" in node)) return undefined;
	const call = node.FuncCall;
	return {
		kind: "call",
		function: nameOfParts(call.funcname),
		arguments: lowerExpressions([...(call.args ?? []), ...aggregateOperands(call)], source),
		aggregate:
			(call.agg_star ?? false) ||
			(call.agg_distinct ?? false) ||
			(call.agg_within_group ?? false) ||
			call.agg_filter !== undefined ||
			call.agg_order !== undefined ||
			call.over !== undefined,
		...(isSpelled(call) && { spelled: true as const }),
	};
}

const isSpelled = ({ args = [], func_variadic: variadic }: FuncCall): boolean =>
	variadic === true || args.some((argument) => "NamedArgExpr" in argument);

/** FILTER, ORDER BY and the window: not arguments, but columns and calls stand in them too. */
function aggregateOperands(call: FuncCall): readonly Node[] {
	const { agg_filter: filter, over } = call;
	return [
		...(call.agg_order ?? []),
		...(filter ? [filter] : []),
		...(over?.partitionClause ?? []),
		...(over?.orderClause ?? []),
	].map((node) => ("SortBy" in node ? (node.SortBy.node ?? node) : node));
}

function lowerWrapper(node: Node, source: LowerSource): Expression | undefined {
	if ("TypeCast" in node) {
		const { arg, typeName } = node.TypeCast;
		const type = lowerType(typeName, source);
		return { kind: "cast", type, operand: lowerExpression(arg, source) };
	}
	if ("CollateClause" in node) {
		const { arg, collname } = node.CollateClause;
		const collation = nameOfParts(collname);
		return { kind: "collate", collation, operand: lowerExpression(arg, source) };
	}
	if ("A_Indirection" in node) {
		const { arg, indirection = [] } = node.A_Indirection;
		const operands = [...(arg ? [arg] : []), ...indirection.flatMap(subscripts)];
		return other(indirection.some(isSubscript) ? "subscript" : "field", [
			...lowerExpressions(operands, source),
		]);
	}
	return undefined;
}

function isSubscript(node: Node): boolean {
	return "A_Indices" in node;
}

function subscripts(node: Node): readonly Node[] {
	if (!("A_Indices" in node)) return [];
	const { lidx, uidx } = node.A_Indices;
	return [...(lidx ? [lidx] : []), ...(uidx ? [uidx] : [])];
}

function lowerConditional(node: Node, source: LowerSource): Expression | undefined {
	if ("BoolExpr" in node) {
		const operands = lowerExpressions(node.BoolExpr.args, source);
		const [operand] = operands;
		if (node.BoolExpr.boolop === "OR_EXPR") return { kind: "or", operands };
		if (node.BoolExpr.boolop === "NOT_EXPR" && operand) return { kind: "not", operand };
		return { kind: "and", operands };
	}
	if ("NullTest" in node) {
		const negated = node.NullTest.nulltesttype === "IS_NOT_NULL";
		return { kind: "isNull", negated, operand: lowerExpression(node.NullTest.arg, source) };
	}
	if ("BooleanTest" in node) {
		const test = (node.BooleanTest.booltesttype ?? "IS_TRUE").toLowerCase().replaceAll("_", " ");
		return other(test, [lowerExpression(node.BooleanTest.arg, source)]);
	}
	if ("CaseExpr" in node) {
		const { arg, args = [], defresult } = node.CaseExpr;
		const branches = args.flatMap((branch) =>
			"CaseWhen" in branch ? [branch.CaseWhen.expr, branch.CaseWhen.result] : [],
		);
		const operands = [arg, ...branches, defresult].filter((operand) => operand !== undefined);
		return other("case", lowerExpressions(operands, source));
	}
	return undefined;
}

function lowerComparison(node: Node, source: LowerSource): Expression | undefined {
	if ("A_Expr" in node) return lowerOperation(node.A_Expr, source);
	if (!("SubLink" in node)) return undefined;
	const { subLinkType = "EXPR_SUBLINK", testexpr, operName, subselect } = node.SubLink;
	const query = lowerQuery(subselect, source);
	switch (subLinkType) {
		case "EXISTS_SUBLINK":
			return { kind: "subquery", form: "exists", query };
		case "ARRAY_SUBLINK":
			return { kind: "subquery", form: "array", query };
		case "ANY_SUBLINK":
		case "ALL_SUBLINK":
			return {
				kind: "subquery",
				form: subLinkType === "ANY_SUBLINK" ? "any" : "all",
				operator: textsOf(operName).at(-1) ?? "=",
				...(testexpr ? { operand: lowerExpression(testexpr, source) } : {}),
				query,
			};
		default:
			return { kind: "subquery", form: "scalar", query };
	}
}

function lowerOperation(operation: A_Expr, source: LowerSource): Expression {
	const operator = textsOf(operation.name).at(-1) ?? "";
	const { kind = "AEXPR_OP", lexpr, rexpr } = operation;
	const left = (): Expression => lowerExpression(lexpr, source);
	const right = (): Expression => lowerExpression(rexpr, source);
	switch (kind) {
		case "AEXPR_IN":
			return {
				kind: "in",
				negated: operator === "<>",
				operand: left(),
				list: itemsOf(rexpr, source),
			};
		case "AEXPR_DISTINCT":
		case "AEXPR_NOT_DISTINCT":
			return {
				kind: "distinct",
				negated: kind === "AEXPR_NOT_DISTINCT",
				operands: [left(), right()],
			};
		case "AEXPR_BETWEEN":
		case "AEXPR_BETWEEN_SYM":
		case "AEXPR_NOT_BETWEEN":
		case "AEXPR_NOT_BETWEEN_SYM": {
			const [low, high] = itemsOf(rexpr, source);
			if (!low || !high) return other("between", [left()]);
			if (kind.endsWith("_SYM")) return other("between symmetric", [left(), low, high]);
			return { kind: "between", negated: kind.startsWith("AEXPR_NOT"), operand: left(), low, high };
		}
		case "AEXPR_OP_ANY":
		case "AEXPR_OP_ALL":
			return lowerArrayComparison(operation, operator, source);
		case "AEXPR_NULLIF":
			return other("nullif", [left(), right()]);
		default:
			return lowerOperatorChain(operation, source);
	}
}

function itemsOf(node: Node | undefined, source: LowerSource): readonly Expression[] {
	if (node && "List" in node) return lowerExpressions(node.List.items, source);
	return node ? [lowerExpression(node, source)] : [];
}

/** `x = ANY (ARRAY[...])` is the form in which the server stores `x IN (...)`. */
function lowerArrayComparison(
	operation: A_Expr,
	operator: string,
	source: LowerSource,
): Expression {
	const { lexpr, rexpr, kind } = operation;
	const operand = lowerExpression(lexpr, source);
	const form = kind === "AEXPR_OP_ANY" ? "any" : "all";
	const negated = form === "all";
	if (operator === (negated ? "<>" : "=") && rexpr && "A_ArrayExpr" in rexpr) {
		const list = lowerExpressions(rexpr.A_ArrayExpr.elements, source);
		return { kind: "in", negated, operand, list };
	}
	return other(`${operator} ${form}`, [operand, lowerExpression(rexpr, source)]);
}

const associative: ReadonlySet<string> = new Set(["||", "+", "*"]);

/**
 * Operators of one precedence group to the left, so that a long chain is a tree as deep as it is long.
 * The way down is a loop, and a run of the same associative operator becomes one node with many operands.
 */
function lowerOperatorChain(operation: A_Expr, source: LowerSource): Expression {
	const links: { readonly operator: string; readonly right: Node | undefined }[] = [];
	let leftmost: Node = { A_Expr: operation };
	while ("A_Expr" in leftmost && isPlainOperator(leftmost.A_Expr)) {
		const { name, lexpr, rexpr }: A_Expr = leftmost.A_Expr;
		links.push({ operator: textsOf(name).at(-1) ?? "", right: rexpr });
		if (!lexpr) break;
		leftmost = lexpr;
	}
	const unary = "A_Expr" in leftmost && isPlainOperator(leftmost.A_Expr) ? links.pop() : undefined;
	let result: Expression = unary
		? {
				kind: "operator",
				operator: unary.operator,
				operands: [lowerExpression(unary.right, source)],
			}
		: lowerExpression(leftmost, source);
	for (let at = links.length - 1; at >= 0;) {
		const operator = links[at]?.operator ?? "";
		const operands = [result];
		do {
			operands.push(lowerExpression(links[at]?.right, source));
			at--;
		} while (at >= 0 && associative.has(operator) && links[at]?.operator === operator);
		result = { kind: "operator", operator, operands };
	}
	return result;
}

function isPlainOperator({ kind = "AEXPR_OP" }: A_Expr): boolean {
	return (
		kind === "AEXPR_OP" ||
		kind === "AEXPR_LIKE" ||
		kind === "AEXPR_ILIKE" ||
		kind === "AEXPR_SIMILAR"
	);
}

/** Nodes that no rule asks about by name: what they are in words, and every expression inside. */
function lowerOther(node: Node, source: LowerSource): Expression {
	const [what = "", content] = Object.entries(node)[0] ?? [];
	return other(otherNames[what] ?? what, operandsWithin(content, source));
}

const otherNames: Readonly<Record<string, string>> = {
	A_ArrayExpr: "array",
	RowExpr: "row",
	CoalesceExpr: "coalesce",
	GroupingFunc: "grouping",
	List: "list",
	MinMaxExpr: "greatest or least",
	MultiAssignRef: "row assignment",
	XmlExpr: "xml",
	XmlSerialize: "xmlserialize",
};

const notOperands: ReadonlySet<string> = new Set(["typeName", "output", "format", "alias"]);

function operandsWithin(content: unknown, source: LowerSource): readonly Expression[] {
	if (typeof content !== "object" || content === null) return [];
	if (Array.isArray(content)) return content.flatMap((item) => operandsWithin(item, source));
	if (isNode(content)) return [lowerExpression(content, source)];
	return Object.entries(content).flatMap(([key, value]) =>
		notOperands.has(key) ? [] : operandsWithin(value, source),
	);
}

/** A node is an object with one key, the name of its kind, which starts with a capital. */
function isNode(value: object): value is Node {
	const keys = Object.keys(value);
	return keys.length === 1 && /^[A-Z]/.test(keys[0] ?? "");
}
