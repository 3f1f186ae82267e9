import { columnsIn } from "../../catalog/expression.ts";
import { callsIn } from "../../core/engine/expressions.ts";
import type { Expression } from "../../core/expression.ts";
import type { OperationOf } from "../../core/operation.ts";
import type { Table } from "../../catalog/model.ts";
import {
	quoteColumns,
	quoteExpression,
	quoteIdentifier,
	quoteName,
} from "../../dialect/sqlite/quote.ts";
import { batchSize } from "../batches.ts";
import { defineRecipe } from "../recipe.ts";

type Change = OperationOf<"update" | "delete">;

export default defineRecipe({
	id: "change-in-batches-by-rowid",
	summary: "Change some thousand rows at a time, so that other connections can write in between.",
	for: ["update", "delete"],
	dialects: ["sqlite"],
	steps(operation, { catalog }) {
		const pending = pendingOf(operation);
		const change = changeOf(operation);
		const key = keyOf(catalog.table(operation.table));
		if (pending === undefined || change === undefined || !key) return undefined;
		const { table, alias } = operation;
		const name = `${quoteName(table)}${alias === undefined ? "" : ` AS ${quoteIdentifier(alias)}`}`;
		const where = pending === "" ? "" : ` WHERE ${pending}`;
		const columns = quoteColumns(key);
		const head =
			operation.kind === "delete" ? `DELETE FROM ${name}` : `UPDATE ${name} SET ${change}`;
		return [
			{
				title: "Repeat until it changes no row, with a commit and a pause after each time",
				sql: `${head}\nWHERE ${key.length > 1 ? `(${columns})` : columns} IN (SELECT ${columns} FROM ${name}${where} LIMIT ${batchSize});`,
				transaction: "batches",
				rows: {
					table: quoteName(table),
					...(alias !== undefined && { alias: quoteIdentifier(alias) }),
					key: key.map(quoteIdentifier),
					...(operation.kind === "update" && { set: change }),
					...(pending !== "" && { pending }),
				},
				checks: [{ what: "pending", sql: `SELECT count(*) = 0 FROM ${name}${where};` }],
			},
		];
	},
});

/** Every row has a number, but for tables WITHOUT ROWID and virtual ones. */
function keyOf(table: Table | undefined): readonly string[] | undefined {
	if (!table?.withoutRowid) return table?.module === undefined ? ["rowid"] : undefined;
	const key = table.constraints.find(({ type }) => type === "primaryKey");
	return key?.type === "primaryKey" ? key.columns : undefined;
}

/** The assignments of an UPDATE; empty for DELETE. */
function changeOf(operation: Change): string | undefined {
	if (operation.ctes.length > 0) return undefined;
	if (operation.kind === "delete") return operation.using.length > 0 ? undefined : "";
	if (operation.from.length > 0) return undefined;
	const assignments = operation.set.map(({ column, value }) => {
		const text = quoteExpression(value);
		return text === undefined ? undefined : `${quoteIdentifier(column)} = ${text}`;
	});
	return assignments.includes(undefined) ? undefined : assignments.join(", ");
}

/** Which rows are left to change: it must be false for a row that is done. Empty: every row. */
function pendingOf(operation: Change): string | undefined {
	const filter = operation.where ? quoteExpression(operation.where) : "";
	if (operation.kind === "delete" || filter === undefined) return filter;
	const looked = operation.where ? columnsIn(operation.where) : new Set<string>();
	// A filter that looks at a changed column ends by itself.
	if (operation.set.some(({ column }) => looked.has(column))) return filter;
	const changed = operation.set.map(({ column, value }) => notYet(column, value));
	if (changed.includes(undefined) || changed.length === 0) return undefined;
	const left = changed.length > 1 ? `(${changed.join(" OR ")})` : changed.join("");
	return filter === "" ? left : `(${filter}) AND ${left}`;
}

/** The row does not have the value yet; undefined for `n = n + 1`, of which the end cannot be seen. */
function notYet(column: string, value: Expression): string | undefined {
	const name = quoteIdentifier(column);
	if (columnsIn(value).has(column)) return undefined;
	if (callsIn([value]).length > 0) return `${name} IS NULL`;
	const text = quoteExpression(value);
	if (text === undefined) return undefined;
	return `${name} IS NOT ${value.kind === "literal" ? text : `(${text})`}`;
}
