import type { Index, Table } from "./model.ts";

/**
 * Returns the column lists of which each value is in one row at most. A table that the history does not
 * make is taken to have its key in `id`, as nearly all have.
 */
export function uniqueKeysOf(table: Table | undefined): readonly (readonly string[])[] {
	if (!table) return [["id"]];
	const keys = table.indexes.flatMap((index) => {
		const columns = keyColumns(index);
		return columns ? [columns] : [];
	});
	for (const constraint of table.constraints) {
		if (constraint.type !== "primaryKey" && constraint.type !== "unique") continue;
		if (!constraint.withoutOverlaps && constraint.columns.length > 0) keys.push(constraint.columns);
	}
	return table.complete ? keys : [...keys, ["id"]];
}

function keyColumns(index: Index): readonly string[] | undefined {
	if (!index.unique || !index.valid || index.where) return undefined;
	const columns = index.elements.flatMap(({ expression }) =>
		expression.kind === "column" ? expression.path.slice(-1) : [],
	);
	return columns.length === index.elements.length ? columns : undefined;
}
