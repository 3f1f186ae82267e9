import { callsIn, walkExpressions } from "../core/engine/expressions.ts";
import type { Expression } from "../core/expression.ts";

/** The largest LIMIT or key range that still counts as one batch. */
export const largestBatch = 100_000;

/** A LIMIT that makes a batch: a number that is not too large, or one that the caller gives. */
export function isBatchSize(limit: Expression): boolean {
	const rows = numberOf(limit);
	if (rows !== undefined) return rows <= largestBatch;
	return limit.kind === "parameter" || limit.kind === "column";
}

/** Returns the number that an expression is, with its sign and under casts. */
export function numberOf(expression: Expression): number | undefined {
	if (expression.kind === "cast") return numberOf(expression.operand);
	if (expression.kind === "literal" && expression.type === "number")
		return Number(expression.value);
	const [operand] = expression.kind === "operator" ? expression.operands : [];
	if (expression.kind !== "operator" || !operand || expression.operands.length > 1)
		return undefined;
	const value = numberOf(operand);
	return value !== undefined && expression.operator === "-" ? -value : undefined;
}

/** True when no row, variable or query can change the value: `unnest(ARRAY['eu', 'us'])`. */
export function isConstant(expression: Expression): boolean {
	let constant = true;
	walkExpressions([expression], (part) => {
		if (part.kind === "column" || part.kind === "subquery") constant = false;
	});
	return constant;
}

const aggregates: ReadonlySet<string> = new Set([
	"array_agg",
	"avg",
	"bool_and",
	"bool_or",
	"count",
	"every",
	"json_agg",
	"jsonb_agg",
	"max",
	"min",
	"string_agg",
	"sum",
]);

/** True for an expression that makes one value of all rows. */
export function isAggregate(expression: Expression): boolean {
	return (
		expression.kind !== "subquery" &&
		callsIn([expression]).some((call) => aggregates.has(call.function.name))
	);
}
