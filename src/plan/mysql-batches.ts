import type { Catalog } from "../catalog/catalog.ts";
import type { QualifiedName } from "../core/expression.ts";
import type { RecipeStep } from "../core/finding.ts";
import { quoteIdentifier, quoteName } from "../dialect/mysql/quote.ts";
import { batchKeyOf, batchSize } from "./batches.ts";

/** A change of MySQL that is made batch by batch. All parts are SQL. */
export interface MysqlBatches {
	readonly table: QualifiedName;
	/** The assignments of an UPDATE; absent for a DELETE. */
	readonly set?: string;
	/** Which rows are left to change; it must be false for a row that is done. Absent: all. */
	readonly pending?: string;
}

/**
 * Returns the step that is repeated until it changes no row, undefined where no unique key is known. UPDATE
 * and DELETE of one table take a LIMIT in MySQL and MariaDB.
 */
export function mysqlBatchStep(
	{ table, set, pending }: MysqlBatches,
	catalog: Catalog,
): RecipeStep | undefined {
	const key = batchKeyOf(catalog.table(table));
	if (!key) return undefined;
	const name = quoteName(table);
	const where = pending === undefined ? "" : ` WHERE ${pending}`;
	const head = set === undefined ? `DELETE FROM ${name}` : `UPDATE ${name} SET ${set}`;
	return {
		title: `Repeat until it changes no row of ${table.name}, with a pause after each time for the replicas`,
		sql: `${head}${where} LIMIT ${batchSize};`,
		transaction: "batches",
		rows: {
			table: name,
			key: key.map(quoteIdentifier),
			...(set !== undefined && { set }),
			...(pending !== undefined && { pending }),
		},
		checks: [{ what: "pending", sql: `SELECT count(*) = 0 FROM ${name}${where};` }],
	};
}
