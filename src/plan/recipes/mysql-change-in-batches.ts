import { columnsIn } from "../../catalog/expression.ts";
import { callsIn } from "../../core/engine/expressions.ts";
import type { Expression } from "../../core/expression.ts";
import type { OperationOf } from "../../core/operation.ts";
import { quoteExpression, quoteIdentifier } from "../../dialect/mysql/quote.ts";
import { mysqlBatchStep } from "../mysql-batches.ts";
import { defineRecipe } from "../recipe.ts";

export default defineRecipe({
	id: "mysql-change-in-batches",
	summary: "Change some thousand rows at a time, each batch in a transaction of its own.",
	for: ["update", "delete"],
	dialects: ["mysql", "mariadb"],
	steps(operation, { catalog }) {
		// An alias or a second table takes no LIMIT.
		if (operation.ctes.length > 0 || operation.limit || operation.alias !== undefined) {
			return undefined;
		}
		const batches = operation.kind === "update" ? ofUpdate(operation) : ofDelete(operation);
		const step = batches && mysqlBatchStep({ table: operation.table, ...batches }, catalog);
		return step && [step];
	},
});

function ofDelete({ where, using }: OperationOf<"delete">) {
	if (using.length > 0) return undefined;
	if (!where) return {};
	const pending = quoteExpression(where);
	return pending === undefined ? undefined : { pending };
}

function ofUpdate({ set, where, from }: OperationOf<"update">) {
	if (from.length > 0) return undefined;
	const assignments = set.map(({ column, value }) => {
		const text = quoteExpression(value);
		return text === undefined ? undefined : `${quoteIdentifier(column)} = ${text}`;
	});
	const pending = pendingRows(set, where);
	if (assignments.includes(undefined) || pending === undefined) return undefined;
	return { set: assignments.join(", "), pending };
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
	return `NOT (${name} <=> ${value.kind === "literal" ? text : `(${text})`})`;
}
