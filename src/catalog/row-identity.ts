import type { Index } from "./model.ts";

/**
 * True for an index by which REFRESH MATERIALIZED VIEW CONCURRENTLY tells rows apart: unique, on plain
 * columns, over all rows (docs: sql-refreshmaterializedview).
 */
export function tellsRowsApart({ unique, where, elements }: Index): boolean {
	return (
		unique &&
		where === undefined &&
		elements.every(({ expression }) => expression.kind === "column")
	);
}
