import type { Table } from "../../catalog/model.ts";
import { quoteColumns, quoteIdentifier, quoteName } from "../../dialect/sqlite/quote.ts";
import { batchSize } from "../batches.ts";
import { batchesOf } from "../batching/batches-of.ts";
import { noKey, refusalOf } from "../batching/refusal.ts";
import { sqliteWords } from "../batching/sqlite.ts";
import { defineRecipe } from "../recipe.ts";

export default defineRecipe({
	id: "change-in-batches-by-rowid",
	summary: "Change some thousand rows at a time, so that other connections can write in between.",
	for: ["update", "delete"],
	dialects: ["sqlite"],
	steps(operation, { catalog }) {
		const { table, alias } = operation;
		const known = catalog.table(table);
		const batches = batchesOf(operation, { table: known, catalog }, sqliteWords);
		if (batches.is === "whole") return refusalOf(batches);
		const key = keyOf(known);
		if (!key) return noKey(table);
		const { set, pending } = batches;
		const name = `${quoteName(table)}${alias === undefined ? "" : ` AS ${quoteIdentifier(alias)}`}`;
		const where = pending === undefined ? "" : ` WHERE ${pending}`;
		const columns = quoteColumns(key);
		const head = set === undefined ? `DELETE FROM ${name}` : `UPDATE ${name} SET ${set}`;
		return [
			{
				title: `Repeat until it changes no row of ${table.name}, with a commit and a pause after each time`,
				sql: `${head}\nWHERE ${key.length > 1 ? `(${columns})` : columns} IN (SELECT ${columns} FROM ${name}${where} LIMIT ${batchSize});`,
				transaction: "batches",
				rows: {
					table: quoteName(table),
					...(alias !== undefined && { alias: quoteIdentifier(alias) }),
					key: key.map(quoteIdentifier),
					...(set !== undefined && { set }),
					...(pending !== undefined && { pending }),
				},
				checks: [{ what: "pending", sql: `SELECT count(*) = 0 FROM ${name}${where};` }],
			},
		];
	},
});

/** Every row has a number, but for tables WITHOUT ROWID and virtual ones. A column may hide a name of it. */
function keyOf(table: Table | undefined): readonly string[] | undefined {
	if (!table?.withoutRowid) {
		const taken = new Set(table?.columns.map(({ name }) => name.toLowerCase()));
		const number = ["rowid", "_rowid_", "oid"].find((name) => !taken.has(name));
		return table?.module === undefined && number !== undefined ? [number] : undefined;
	}
	const key = table.constraints.find(({ type }) => type === "primaryKey");
	return key?.type === "primaryKey" ? key.columns : undefined;
}
