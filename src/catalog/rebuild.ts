import type { Expression, Query } from "../core/expression.ts";
import type { OperationOf } from "../core/operation.ts";
import { keyOf, type Catalog } from "./catalog.ts";
import { columnsIn } from "./expression.ts";
import type { Column, Key, Table } from "./model.ts";
import type { MutableCatalog } from "./mutable.ts";

/** Why a copy may not hold every row of the original. */
export type Omission = "filter" | "limit" | "group" | "join" | "combined" | "conflict";

/**
 * The rows of a table that an INSERT ... SELECT or CREATE TABLE AS put into another one. A database that cannot
 * change a column in place makes a table anew in this way: create, copy, drop, rename.
 */
export interface RowCopy {
	readonly from: Key;
	/** The original as it stood then. */
	readonly original: Table;
	/** The columns that are filled, and the column of the original that each has its value from, unchanged. */
	readonly columns: ReadonlyMap<string, string | undefined>;
	/** The columns of the original that the copy reads at all. */
	readonly reads: ReadonlySet<string>;
	/** Absent: every row. */
	readonly omits?: Omission;
	/** The original is gone, and this table stands in its place. */
	readonly replaced: boolean;
}

type Copying = OperationOf<"insert"> | OperationOf<"createTableAs">;

/** Notes that a statement copies the rows of a table into another one. */
export function noteCopy(catalog: MutableCatalog, operation: Copying, emptyBefore: boolean): void {
	const query = queryOf(operation);
	const target = catalog.table(operation.table);
	const source = query && sourceOf(query, catalog);
	if (!target || !source || keyOf(target) === keyOf(source.table)) return;
	const earlier = target.copyOf;
	if (!emptyBefore && earlier?.from !== keyOf(source.table)) return;
	const given =
		operation.kind === "insert" && operation.columns
			? operation.columns
			: target.columns.map(({ name }) => name);
	const copy = composed(copyBy(query, given, source.table, omissionOf(operation, query)));
	// Two copies with conditions: one takes what the other leaves.
	const { omits: _omits, ...whole } = copy;
	const next = earlier?.from === copy.from ? { ...whole, replaced: false } : copy;
	catalog.putTable({ ...target, copyOf: next });
	if (!catalog.tableByKey(next.from) || next.from === keyOf(target)) {
		takePlace(catalog, keyOf(target));
	}
}

function queryOf(operation: Copying): Query | undefined {
	if (operation.kind === "createTableAs") return operation.query;
	return operation.source.kind === "query" ? operation.source.query : undefined;
}

/** The table whose rows a query hands on: the only one it reads, or the one that a left join keeps. */
function sourceOf(query: Query, catalog: Catalog): { readonly table: Table } | undefined {
	const [first, ...others] = query.combined;
	if (first) {
		const source = sourceOf(first, catalog);
		const isSame = others.every((other) => sourceOf(other, catalog)?.table === source?.table);
		return isSame ? source : undefined;
	}
	let item = query.from[0];
	while (item?.kind === "join") item = item.left;
	if (item?.kind === "query") return sourceOf(item.query, catalog);
	const table = item?.kind === "table" ? catalog.table(item.name) : undefined;
	return table && { table };
}

function omissionOf(operation: Copying, query: Query): Omission | undefined {
	if (query.combined.length > 0) return "combined";
	if (query.where ?? query.having) return "filter";
	if (query.limit) return "limit";
	if (query.grouped) return "group";
	if (query.from.length > 1) return "join";
	const [item] = query.from;
	if (item?.kind === "join" && item.type !== "left") return "join";
	const conflict = operation.kind === "insert" ? operation.onConflict?.action : undefined;
	return conflict === undefined ? undefined : "conflict";
}

function copyBy(
	query: Query,
	given: readonly string[],
	original: Table,
	omits: Omission | undefined,
): RowCopy {
	const first = query.combined[0] ?? query;
	const sources: (string | undefined)[] = [];
	const reads = new Set<string>();
	for (const { expression } of first.targets) {
		if (expression.kind === "column" && expression.path.at(-1) === "*") {
			for (const { name } of original.columns) {
				sources.push(name);
				reads.add(name);
			}
			continue;
		}
		sources.push(plainColumn(expression));
		for (const name of columnsIn(expression)) reads.add(name);
	}
	return {
		from: keyOf(original),
		original,
		columns: new Map(given.map((name, at) => [name, sources[at]])),
		reads,
		...(omits && { omits }),
		replaced: false,
	};
}

function plainColumn(expression: Expression): string | undefined {
	return expression.kind === "column" ? expression.path.at(-1) : undefined;
}

/** A copy of a copy is a copy of the first table. */
function composed(copy: RowCopy): RowCopy {
	const before = copy.original.copyOf;
	if (!before) return copy;
	const omits = copy.omits ?? before.omits;
	return {
		from: before.from,
		original: before.original,
		columns: new Map(
			[...copy.columns].map(([name, source]) => [
				name,
				source === undefined ? undefined : before.columns.get(source),
			]),
		),
		reads: new Set([...copy.reads].flatMap((name) => before.columns.get(name) ?? [])),
		...(omits && { omits }),
		replaced: false,
	};
}

/**
 * A table is gone: the tables that hold its rows stand in its place. They have its users, so they are as old as it
 * was, and so are the columns that came along.
 */
export function notePassing(catalog: MutableCatalog, gone: Key): void {
	for (const key of catalog.copies()) {
		const copy = catalog.tableByKey(key)?.copyOf;
		if (copy?.from === gone && !copy.replaced) takePlace(catalog, key);
	}
}

function takePlace(catalog: MutableCatalog, key: Key): void {
	const table = catalog.tableByKey(key);
	const copy = table?.copyOf;
	if (!copy) return;
	const { original } = copy;
	const age = (column: Column): Column => {
		const source = copy.columns.get(column.name);
		const before = original.columns.find(({ name }) => name === column.name && name === source);
		return before?.origin ? { ...column, origin: before.origin } : column;
	};
	catalog.putTable({
		...table,
		...(original.origin && { origin: original.origin }),
		columns: table.columns.map(age),
		copyOf: { ...copy, replaced: true },
	});
}

/** Returns the table that took the place of one that was made anew, as a later schema knows it. */
export function successorOf(after: Catalog, gone: Table): Table | undefined {
	for (const table of after.tables()) {
		const { copyOf } = table;
		if (!copyOf?.replaced) continue;
		if (copyOf.from === keyOf(gone) || isSameTable(copyOf.original, gone)) return table;
	}
	return undefined;
}

function isSameTable(one: Table, other: Table): boolean {
	const [left, right] = [one.origin, other.origin];
	if (!left || !right) return one === other;
	return left.file === right.file && left.range.start === right.range.start;
}

/**
 * Returns the copy that holds the rows of a table as it goes, where there is one; not for a table that is itself
 * such a copy.
 */
export function copyOfGone(catalog: Catalog, gone: Table): RowCopy | undefined {
	if (gone.copyOf?.replaced) return undefined;
	const key = keyOf(gone);
	for (const { copyOf } of catalog.tables()) {
		if (copyOf?.from === key && !copyOf.replaced) return copyOf;
	}
	return undefined;
}
