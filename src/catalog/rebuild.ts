import type { Expression, Query } from "../core/expression.ts";
import type { OperationOf } from "../core/operation.ts";
import { keyOf, type Catalog } from "./catalog.ts";
import { columnsIn } from "./expression.ts";
import type { Column, Key, Table } from "./model.ts";
import type { MutableCatalog } from "./mutable.ts";
import { emptyTable } from "./replay/altered.ts";

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
	if (!target || !source || keyOf(target) === keyOf(source)) return;
	const earlier = target.copyOf;
	if (!emptyBefore && earlier?.from !== keyOf(source)) return;
	const given =
		operation.kind === "insert" && operation.columns
			? operation.columns
			: target.columns.map(({ name }) => name);
	const copy = composed(copyBy(query, given, source, omissionOf(operation, query)));
	// Two copies with conditions: one takes what the other leaves.
	const { omits: _omits, ...whole } = copy;
	const next = earlier?.from === copy.from ? whole : copy;
	catalog.putTable({ ...target, copyOf: next });
	if (next.from === keyOf(target)) takePlace(catalog, keyOf(target));
}

function queryOf(operation: Copying): Query | undefined {
	if (operation.kind === "createTableAs") return operation.query;
	return operation.source.kind === "query" ? operation.source.query : undefined;
}

/** The table whose rows a query hands on: the only one it reads, or the first of a join. */
function sourceOf(query: Query, catalog: MutableCatalog): Table | undefined {
	const [first, ...others] = query.combined;
	if (first) {
		const source = sourceOf(first, catalog);
		const isSame = others.every((other) => sourceOf(other, catalog) === source);
		return isSame ? source : undefined;
	}
	let item = query.from[0];
	while (item?.kind === "join") item = item.left;
	if (item?.kind === "query") return sourceOf(item.query, catalog);
	if (item?.kind !== "table") return undefined;
	const known = catalog.table(item.name);
	if (known ?? catalog.view(item.name)) return known;
	// One that no statement of the history made.
	return { ...emptyTable(catalog.place(item.name)), complete: false };
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
 * A table gets the name of the one whose rows it holds, or the one that it was made beside goes: it has the users of
 * that one, so it is as old, and so are the columns that came along.
 */
export function takePlace(catalog: MutableCatalog, key: Key): void {
	const table = catalog.tableByKey(key);
	const copy = table?.copyOf;
	if (!copy || copy.replaced) return;
	const { original } = copy;
	const age = (column: Column): Column => {
		const isKept = copy.columns.get(column.name) === column.name;
		const before = original.columns.find(({ name }) => isKept && name === column.name);
		return before?.origin ? { ...column, origin: before.origin } : column;
	};
	const { origin: _origin, ...rest } = table;
	catalog.putTable({
		...rest,
		...(original.origin && { origin: original.origin }),
		columns: table.columns.map(age),
		copyOf: { ...copy, replaced: true },
	});
}

/** A table that had another name when the release began is gone: what was made under that name has its place. */
export function notePassing(catalog: MutableCatalog, gone: Table): void {
	const { formerKey } = gone;
	const heir = formerKey === undefined ? undefined : catalog.tableByKey(formerKey);
	if (heir?.copyOf?.from === keyOf(gone)) takePlace(catalog, keyOf(heir));
}

/** True when some table holds rows of a table as that goes. */
export function hasCopy(catalog: Catalog, gone: Table): boolean {
	const key = keyOf(gone);
	for (const { copyOf } of catalog.tables()) if (copyOf?.from === key) return true;
	return false;
}

/** Returns the table that was made anew under the name, with what it was made from. */
export function successorOf(
	after: Catalog,
	name: Key,
): { readonly table: Table; readonly copy: RowCopy } | undefined {
	const table = after.tableByKey(name);
	const copy = table?.copyOf;
	return table && copy?.replaced ? { table, copy } : undefined;
}

/** Returns the tables that a release has made anew, by the key of the table that each was made from. */
export function rebuiltIn(after: Catalog): ReadonlyMap<Key, Table> {
	const found = new Map<Key, Table>();
	for (const table of after.tables()) {
		if (table.copyOf?.replaced) found.set(table.copyOf.from, table);
	}
	return found;
}
