import { columnsIn } from "../../catalog/expression.ts";
import { callsIn } from "../../core/engine/expressions.ts";
import type { RecipeStep } from "../../core/finding.ts";
import type { Catalog } from "../../catalog/catalog.ts";
import type { Expression } from "../../core/expression.ts";
import type { OperationOf } from "../../core/operation.ts";
import { quoteExpression } from "../../dialect/postgres/quote-expression.ts";
import { quoteIdentifier } from "../../dialect/postgres/quote.ts";
import { batchStep, type BatchedChange } from "../batches.ts";
import { defineRecipe } from "../recipe.ts";

export default defineRecipe({
	id: "change-in-batches",
	summary: "Change some thousand rows at a time, each batch in a transaction of its own.",
	for: ["update", "delete", "truncate"],
	steps(operation, { catalog }) {
		if (operation.kind === "truncate") return insteadOfTruncate(operation, catalog);
		const change =
			operation.kind === "update" ? batchOfUpdate(operation) : batchOfDelete(operation);
		const step = change && batchStep(change, catalog);
		return step && [step];
	},
});

/** CASCADE empties other tables too, and numbers that start again need the lock. */
function insteadOfTruncate(
	{ table, cascade, restartIdentity }: OperationOf<"truncate">,
	catalog: Catalog,
): readonly RecipeStep[] | undefined {
	const step =
		cascade || restartIdentity ? undefined : batchStep({ table, change: "delete" }, catalog);
	if (!step) return undefined;
	const title = "Make a backup of its rows if they may be needed again";
	return [{ title, transaction: "people", phase: "migrate" }, step];
}

function target({ table, alias }: OperationOf<"update" | "delete">) {
	return { table, ...(alias !== undefined && { alias }) };
}

function batchOfDelete(operation: OperationOf<"delete">): BatchedChange | undefined {
	const { where, using, ctes } = operation;
	if (using.length > 0 || ctes.length > 0) return undefined;
	if (!where) return { ...target(operation), change: "delete" };
	const pending = quoteExpression(where);
	return pending === undefined ? undefined : { ...target(operation), change: "delete", pending };
}

function batchOfUpdate(operation: OperationOf<"update">): BatchedChange | undefined {
	const { set, where, from, ctes } = operation;
	if (from.length > 0 || ctes.length > 0) return undefined;
	const assignments = set.map(({ column, value }) => {
		const text = quoteExpression(value);
		return text === undefined ? undefined : `${quoteIdentifier(column)} = ${text}`;
	});
	const pending = pendingRows(set, where);
	if (assignments.includes(undefined) || pending === undefined) return undefined;
	return { ...target(operation), change: { set: assignments.join(", ") }, pending };
}

/** The rows that are left: a filter that looks at a changed column ends by itself, another one does not. */
function pendingRows(
	set: OperationOf<"update">["set"],
	where: Expression | undefined,
): string | undefined {
	const filter = where && quoteExpression(where);
	if (where && filter === undefined) return undefined;
	const looked = where ? columnsIn(where) : new Set<string>();
	if (set.some(({ column }) => looked.has(column))) return filter;
	const changed = set.map(({ column, value }) => notYet(column, value));
	if (changed.includes(undefined) || changed.length === 0) return undefined;
	const left = changed.length > 1 ? `(${changed.join(" OR ")})` : changed.join("");
	return filter === undefined ? left : `(${filter}) AND ${left}`;
}

/** The row does not have the value yet; undefined for `n = n + 1`, of which the end cannot be seen. */
function notYet(column: string, value: Expression): string | undefined {
	const name = quoteIdentifier(column);
	if (columnsIn(value).has(column)) return undefined;
	if (callsIn([value]).length > 0) return `${name} IS NULL`;
	const text = quoteExpression(value);
	if (text === undefined) return undefined;
	return `${name} IS DISTINCT FROM ${value.kind === "literal" ? text : `(${text})`}`;
}
