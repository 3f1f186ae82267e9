import type { Expression, QualifiedName } from "../../core/expression.ts";
import type { OperationKind, OperationOf } from "../../core/operation.ts";
import { keyOf } from "../catalog.ts";
import { columnsIn } from "../expression.ts";
import type { Column, Origin, Table } from "../model.ts";
import { temporarySchema, type MutableCatalog, type Place } from "../mutable.ts";

/** How a kind of operation changes a catalog. */
export type Replay<Kind extends OperationKind> = (
	catalog: MutableCatalog,
	operation: OperationOf<Kind>,
	origin: Origin,
) => void;

/** Returns a table that a statement proves to be there, with nothing in it yet. */
export function stubTable(place: Place): Table {
	return { ...emptyTable(place), complete: false };
}

/** Returns a table without columns. */
export function emptyTable(place: Place): Table {
	return {
		schema: place.schema,
		name: place.name,
		kind: "table",
		persistence: place.schema === temporarySchema ? "temporary" : "permanent",
		columns: [],
		constraints: [],
		indexes: [],
		triggers: [],
		policies: [],
		rules: [],
		inherits: [],
		rowSecurity: false,
		forceRowSecurity: false,
		complete: true,
		empty: false,
		parameters: new Map(),
	};
}

/**
 * Returns the table that a statement changes. One that no earlier statement made is a stub; with IF
 * EXISTS, or when the name is a view's, an index's or a sequence's, there is none.
 */
export function alteredTable(
	catalog: MutableCatalog,
	name: QualifiedName,
	ifExists: boolean,
): Table | undefined {
	const place = catalog.place(name);
	const key = keyOf(place);
	const known = catalog.tableByKey(key);
	if (known) return known;
	return ifExists || catalog.relationExists(key) ? undefined : stubTable(place);
}

export function columnOf(table: Table, name: string): Column | undefined {
	return table.columns.find((column) => column.name === name);
}

/**
 * Returns the table with the columns that a statement uses: those of an incomplete table are proved to
 * be there by it. Undefined when a complete table lacks one, because the server refuses that.
 */
export function withProvenColumns(table: Table, names: Iterable<string>): Table | undefined {
	const missing = [...names].filter((name) => !columnOf(table, name) && !systemColumns.has(name));
	if (missing.length === 0) return table;
	if (table.complete) return undefined;
	const proven = missing.map((name): Column => ({ name, notNull: false }));
	return { ...table, columns: [...table.columns, ...proven] };
}

const systemColumns = new Set(["*", "ctid", "tableoid", "xmin", "xmax", "cmin", "cmax"]);

/** Returns the table with one column changed, proving the column where the table is incomplete. */
export function withColumn(
	table: Table,
	name: string,
	change: (column: Column) => Column,
): Table | undefined {
	const proven = withProvenColumns(table, [name]);
	return (
		proven && {
			...proven,
			columns: proven.columns.map((column) => (column.name === name ? change(column) : column)),
		}
	);
}

/** Returns the columns that an index or constraint over expressions uses. */
export function columnsInAll(expressions: readonly (Expression | undefined)[]): readonly string[] {
	return expressions.flatMap((expression) => (expression ? [...columnsIn(expression)] : []));
}

/** Calls `change` for each inheritor of a table with its table, depth first. */
export function forInheritors(
	catalog: MutableCatalog,
	table: Table,
	change: (child: Table) => void,
): void {
	for (const child of catalog.inheritorsOf(keyOf(table))) {
		const now = catalog.tableByKey(keyOf(child));
		if (now) change(now);
	}
}
