import type { Expr, ExprCall, OrderByStatement } from "pgsql-ast-parser";
import type { Expression } from "../../../core/expression.ts";
import { identifier, nameOf, partsOf, plainName } from "./name.ts";
import { isOperator, numberText } from "./operator-pieces.ts";
import { lowerOperators } from "./operators.ts";
import { lowerQuery } from "./query.ts";
import type { PortableSource } from "./source.ts";
import { lowerType } from "./type.ts";
import { Unreadable } from "./unreadable.ts";

/** Returns the expression of a tree of the portable parser, as the lowering of the server's tree does. */
export function lowerExpression(node: Expr, source: PortableSource): Expression {
	return isOperator(node, source) ? lowerOperators(node, source) : lowerOperand(node, source);
}

export function lowerExpressions(
	nodes: readonly Expr[],
	source: PortableSource,
): readonly Expression[] {
	return nodes.map((node) => lowerExpression(node, source));
}

/** An expression that no rule asks about by name. */
export function other(what: string, operands: readonly Expression[]): Expression {
	return { kind: "other", what, operands };
}

function call(name: string, operands: readonly Expression[]): Expression {
	return { kind: "call", function: { name }, arguments: operands, aggregate: false };
}

/** Returns the expression of a node that is no operator. */
export function lowerOperand(node: Expr, source: PortableSource): Expression {
	return lowerValue(node, source) ?? lowerSpecial(node, source) ?? lowerNested(node, source);
}

function lowerValue(node: Expr, source: PortableSource): Expression | undefined {
	switch (node.type) {
		case "integer":
		case "numeric":
			return { kind: "literal", type: "number", value: numberValue(numberText(node, source)) };
		case "string":
			return { kind: "literal", type: "string", value: node.value };
		case "boolean":
			return { kind: "literal", type: "boolean", value: String(node.value) };
		case "null":
			return { kind: "literal", type: "null", value: "null" };
		case "default":
			return other("default", []);
		case "parameter":
			return { kind: "parameter", name: node.name };
		case "keyword":
			return call(node.keyword === "user" ? "current_user" : node.keyword, []);
		case "ref": {
			const table = node.table ? partsOf(node.table, source) : [];
			const own = table.length > 0 || node.name === "*" ? node.name : identifier(node.name, source);
			return { kind: "column", path: [...table, own.replaceAll('""', '"')] };
		}
		default:
			return undefined;
	}
}

/** An integer of up to 32 bits loses leading zeros in the server's tree. */
function numberValue(text: string): string {
	return /^\d{1,9}$/.test(text) ? String(Number(text)) : text;
}

/** What the server's grammar turns into a call. Source: func_expr_common_subexpr in gram.y. */
function lowerSpecial(node: Expr, source: PortableSource): Expression | undefined {
	const lower = (nodes: readonly (Expr | null | undefined)[]) =>
		lowerExpressions(
			nodes.filter((operand) => operand !== null && operand !== undefined),
			source,
		);
	switch (node.type) {
		case "extract":
			return call("extract", [
				{ kind: "literal", type: "string", value: nameOf(node.field, source) },
				lowerExpression(node.from, source),
			]);
		case "overlay":
			return call("overlay", lower([node.value, node.placing, node.from, node.for]));
		case "substring":
			if (node.from) return call("substring", lower([node.value, node.from, node.for]));
			if (!node.for) return call("substring", lower([node.value]));
			return call("substring", [
				lowerExpression(node.value, source),
				{ kind: "literal", type: "number", value: "1" },
				{
					kind: "cast",
					type: { name: "int4", modifiers: [], dimensions: 0 },
					operand: lowerExpression(node.for, source),
				},
			]);
		case "call":
			return lowerCall(node, source);
		case "case": {
			if (node.whens.length === 0) throw new Unreadable("CASE has no WHEN");
			const branches = node.whens.flatMap(({ when, value }) => [when, value]);
			return other("case", lower([node.value, ...branches, node.else]));
		}
		default:
			return undefined;
	}
}

function lowerNested(node: Expr, source: PortableSource): Expression {
	switch (node.type) {
		case "list":
			return other("row", lowerExpressions(node.expressions, source));
		case "array":
			return other("array", lowerExpressions(node.expressions, source));
		case "array select":
			return { kind: "subquery", form: "array", query: lowerQuery(node.select, source) };
		case "cast":
			return {
				kind: "cast",
				type: lowerType(node.to, source),
				operand: lowerExpression(node.operand, source),
			};
		case "select":
		case "union":
		case "union all":
		case "values":
		case "with":
		case "with recursive":
			return { kind: "subquery", form: "scalar", query: lowerQuery(node, source) };
		default:
			throw new Unreadable(`it has an expression of an unknown kind (${node.type})`);
	}
}

/** ANY, SOME or ALL after an operator: the library takes them for functions. */
export function calledArray(node: Expr): ExprCall | undefined {
	if (node.type !== "call" || node.function.schema !== undefined) return undefined;
	return ["any", "some", "all"].includes(node.function.name) ? node : undefined;
}

/** `x IN (...)`, over a list or a query. */
export function asList(
	operand: Expression,
	node: Expr,
	negated: boolean,
	source: PortableSource,
): Expression {
	if (node.type === "list") {
		return { kind: "in", negated, operand, list: lowerExpressions(node.expressions, source) };
	}
	const value = lowerExpression(node, source);
	if (value.kind !== "subquery" || value.form !== "scalar") {
		return { kind: "in", negated, operand, list: [value] };
	}
	const { query } = value;
	const within: Expression = { kind: "subquery", form: "any", operator: "=", operand, query };
	return negated ? { kind: "not", operand: within } : within;
}

/** Functions with a grammar of their own, which give no plain call. */
const special: Readonly<Record<string, string>> = {
	coalesce: "coalesce",
	greatest: "greatest or least",
	least: "greatest or least",
	nullif: "nullif",
	row: "row",
	grouping: "grouping",
};

const preciseTimes = ["current_time", "current_timestamp", "localtime", "localtimestamp"];

function lowerCall(node: ExprCall, source: PortableSource): Expression {
	const name = plainName(node.function, source);
	const unqualified = name.schema === undefined ? name.name : "";
	const [first] = node.args;
	if (calledArray(node)) throw new Unreadable(`${unqualified} stands after no operator`);
	if (unqualified === "exists" && first) {
		const operand = lowerExpression(first, source);
		if (operand.kind !== "subquery") throw new Unreadable("EXISTS takes a query");
		return { kind: "subquery", form: "exists", query: operand.query };
	}
	const what = special[unqualified];
	if (what !== undefined) return other(what, lowerExpressions(node.args, source));
	if (preciseTimes.includes(unqualified)) return call(unqualified, []);
	if (unqualified === "normalize" && first) return lowerNormalize(first, node.args[1], source);
	const star = first?.type === "ref" && first.name === "*" && !first.table;
	const { distinct, orderBy, filter, withinGroup, over } = node;
	const operands = [
		...(star ? [] : node.args),
		...sortKeys(withinGroup ? [withinGroup] : orderBy),
		...(filter ? [filter] : []),
		...(over?.partitionBy ?? []),
		...sortKeys(over?.orderBy),
	];
	return {
		kind: "call",
		function: name.schema === "pg_catalog" ? { name: name.name } : name,
		arguments: lowerExpressions(operands, source),
		aggregate:
			star ||
			distinct === "distinct" ||
			[orderBy, filter, withinGroup, over].some((part) => part !== undefined && part !== null),
	};
}

/** The form of NORMALIZE is a word, not a column. */
function lowerNormalize(text: Expr, form: Expr | undefined, source: PortableSource): Expression {
	const operand = lowerExpression(text, source);
	if (!form) return call("normalize", [operand]);
	if (form.type !== "ref") throw new Unreadable("NORMALIZE has an unknown form");
	const value = form.name.toUpperCase();
	return call("normalize", [operand, { kind: "literal", type: "string", value }]);
}

function sortKeys(keys: readonly OrderByStatement[] | null | undefined): readonly Expr[] {
	return (keys ?? []).map(({ by }) => by);
}
