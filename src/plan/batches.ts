import type { Catalog } from "../catalog/catalog.ts";
import type { Table } from "../catalog/model.ts";
import { uniqueKeysOf } from "../catalog/unique-keys.ts";
import type { RecipeStep, RowCheck } from "../core/finding.ts";
import type { QualifiedName } from "../core/expression.ts";
import { quoteIdentifier, quoteName } from "../dialect/postgres/quote.ts";
import { quoteColumns } from "./constraint-text.ts";

/** How many rows a batch changes. */
export const batchSize = 1000;

/** A change that is made batch by batch. */
export interface BatchedChange {
	readonly table: QualifiedName;
	readonly alias?: string;
	/** `DELETE`, or the assignments of an UPDATE. */
	readonly change: "delete" | { readonly set: string };
	/** Which rows are left to change; it must be false for a row that is done. Absent: all. */
	readonly pending?: string;
	/** What must hold beside that no row is left. */
	readonly checks?: readonly RowCheck[];
}

/**
 * Returns the columns by which the rows are taken one after the other, undefined where no such key is
 * known: a row with NULL in a key is never reached by going from one key to the next.
 */
export function batchKeyOf(table: Table | undefined): readonly string[] | undefined {
	const primary = table?.constraints.find(({ type }) => type === "primaryKey");
	if (primary?.type === "primaryKey" && primary.columns.length > 0) return primary.columns;
	const mayBeNull = (name: string): boolean =>
		table?.columns.some((column) => column.name === name && !column.notNull) ?? false;
	return uniqueKeysOf(table).find((key) => !key.some(mayBeNull));
}

/** Returns the step that is repeated until it changes no row, undefined where no unique key is known. */
export function batchStep(
	{ table, alias, change, pending, checks = [] }: BatchedChange,
	catalog: Catalog,
): RecipeStep | undefined {
	const key = batchKeyOf(catalog.table(table));
	if (!key) return undefined;
	const columns = quoteColumns(key);
	const name = `${quoteName(table)}${alias === undefined ? "" : ` AS ${quoteIdentifier(alias)}`}`;
	const where = pending === undefined ? "" : ` WHERE ${pending}`;
	// Asked again of a row that somebody else changed meanwhile, while the batch waited for it.
	const still = pending === undefined ? "" : ` AND (${pending})`;
	const head = change === "delete" ? `DELETE FROM ${name}` : `UPDATE ${name} SET ${change.set}`;
	return {
		title: `Repeat until it changes no row of ${table.name}, with a commit after each time`,
		sql: `${head}\nWHERE ${key.length > 1 ? `(${columns})` : columns} IN (SELECT ${columns} FROM ${name}${where} LIMIT ${batchSize})${still};`,
		transaction: "batches",
		rows: {
			table: quoteName(table),
			...(alias !== undefined && { alias: quoteIdentifier(alias) }),
			key: key.map(quoteIdentifier),
			...(change !== "delete" && { set: change.set }),
			...(pending !== undefined && { pending }),
		},
		checks: [{ what: "pending", sql: `SELECT count(*) = 0 FROM ${name}${where};` }, ...checks],
	};
}
