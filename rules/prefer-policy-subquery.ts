import {
	defineRule,
	type Catalog,
	type CallExpression,
	type Expression,
	type OperationContext,
	type OperationOf,
} from "#core";
import { columnsIn, operandsOf } from "../src/catalog/expression.ts";

/** True for a call with the same answer for every row that the planner does not compute beforehand. */
function isSameForAll(call: CallExpression, catalog: Catalog): boolean {
	if (call.aggregate || columnsIn(call).size > 0) return false;
	const { schema, name } = call.function;
	if (name === "current_setting" || schema === "auth") return true;
	// A function in SQL is mostly inlined; what it holds is not looked into.
	return catalog
		.routines(call.function)
		.some(({ language, volatility }) => language === "plpgsql" && volatility === "stable");
}

/** Returns such a call that stands outside of any subquery. */
function findCall(condition: Expression | undefined, catalog: Catalog): CallExpression | undefined {
	const open = condition ? [condition] : [];
	for (let next = open.pop(); next; next = open.pop()) {
		if (next.kind === "call" && isSameForAll(next, catalog)) return next;
		open.push(...operandsOf(next));
	}
	return undefined;
}

function judge(operation: OperationOf<"createPolicy">, context: OperationContext<"eachRow">): void {
	// WITH CHECK is for the rows that are written: each is tested once in any case.
	const call = findCall(operation.using, context.catalog);
	if (!call) return;
	const { schema, name } = call.function;
	const shown = schema === undefined ? name : `${schema}.${name}`;
	const data = { call: `${shown}()`, table: operation.table.name };
	context.report({ message: "eachRow", at: operation, data });
}

export default defineRule({
	id: "prefer-policy-subquery",
	summary: "Prefer a subquery around a call in a policy that gives every row the same answer.",
	why: `USING is a condition of every query on the table. A call of a STABLE function in it, current_setting() or
auth.uid(), is made again for each row that a sequential scan reads. Written as (SELECT current_setting(...)) it becomes
an InitPlan: the server makes it once and keeps the answer. On a large table that is the difference between
milliseconds and seconds. Source: postgresql.org/docs/current/xfunc-volatility.html; EXPLAIN shows the InitPlan.`,
	category: "schema",
	dialects: ["postgres"],
	severity: "info",
	preset: "strict",
	aliases: {},
	help: "Write (SELECT ...) around the call.",
	messages: {
		eachRow: "Queries of {table} call {call} again for every row they read.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY, tenant text);",
			bad: `SET lock_timeout = '2s';
CREATE POLICY own_orders ON orders USING (tenant = current_setting('shop.tenant'));`,
			good: `SET lock_timeout = '2s';
CREATE POLICY own_orders ON orders USING (tenant = (SELECT current_setting('shop.tenant')));`,
		},
	],
	on: {
		createPolicy: judge,
		alterPolicy: judge,
	},
});
