import type { Table } from "../../../catalog/model.ts";
import type { Expression } from "../../../core/expression.ts";
import { leadingColumns } from "../../../catalog/index-match.ts";
import { isComparedBy } from "../../lookup.ts";
import { isSameName } from "./scene.ts";

/**
 * True when a condition finds its rows through an index or the rowid: the first column of one is compared
 * with values that do not come from the row.
 */
export function findsByIndex(where: Expression, table: Table | undefined): boolean {
	if (where.kind === "and") return where.operands.some((part) => findsByIndex(part, table));
	if (where.kind === "or") return where.operands.every((part) => findsByIndex(part, table));
	return searchedColumns(table).some((column) =>
		isComparedBy(where, {
			isColumn: (one) => one.kind === "column" && isSameName(one.path.at(-1) ?? "", column),
			operators: /^(==?|is|[<>]=?)$/i,
		}),
	);
}

function searchedColumns(table: Table | undefined): readonly string[] {
	const first = (table?.indexes ?? []).flatMap((index) =>
		index.where === undefined ? leadingColumns(index).slice(0, 1) : [],
	);
	const keys = (table?.constraints ?? []).flatMap((constraint) =>
		constraint.type === "primaryKey" || constraint.type === "unique"
			? constraint.columns.slice(0, 1)
			: [],
	);
	return ["rowid", "_rowid_", "oid", ...first, ...keys];
}
