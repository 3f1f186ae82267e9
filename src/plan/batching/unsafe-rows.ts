import { columnsIn } from "../../catalog/expression.ts";
import { keyOf } from "../../catalog/catalog.ts";
import type { Column, Table } from "../../catalog/model.ts";
import type { OperationOf } from "../../core/operation.ts";
import type { BatchedTable, BatchWords } from "./batch-words.ts";

type Change = OperationOf<"update" | "delete">;
type ForeignKey = Extract<Table["constraints"][number], { readonly type: "foreignKey" }>;

/** Returns the columns that are known of a table, by the key of their name. */
export function columnsOf(
	{ table }: BatchedTable,
	{ columnKey }: BatchWords,
): ReadonlyMap<string, Column> {
	return new Map((table?.columns ?? []).map((column) => [columnKey(column.name), column]));
}

/**
 * Returns why a row cannot be looked at by itself, as a part of a sentence: a name that is no column of the table,
 * rows that the server itself changes beside those of the statement, rules, children. Undefined where all is well.
 */
export function unsafeRows(
	operation: Change,
	of: BatchedTable,
	words: BatchWords,
): string | undefined {
	const { table } = of;
	const foreign = unknownName(operation, of, words);
	if (foreign !== undefined) return `${foreign} is no known column of ${operation.table.name}`;
	if (!table) return undefined;
	if (table.rules.some(({ event }) => event === operation.kind)) {
		return `a rule of ${table.name} rewrites it`;
	}
	if (of.catalog.childrenOf(keyOf(table)).length > 0) {
		return `other tables inherit from ${table.name}, and a key may come more than once in them together`;
	}
	const own = foreignKeysOf(table).find((key) => returnsToRows(key, operation, of, words));
	return own && `the foreign key ${own.name} changes other rows of ${table.name} with it`;
}

function unknownName(operation: Change, of: BatchedTable, words: BatchWords): string | undefined {
	if (of.table?.complete !== true) return undefined;
	const known = columnsOf(of, words);
	const values = operation.kind === "update" ? operation.set.map(({ value }) => value) : [];
	const named = [...(operation.where ? [operation.where] : []), ...values].flatMap((part) => [
		...columnsIn(part),
	]);
	return named.find(
		(name) => !known.has(words.columnKey(name)) && !words.rowNames.has(words.columnKey(name)),
	);
}

const foreignKeysOf = (table: Table): readonly ForeignKey[] =>
	table.constraints.flatMap((one) => (one.type === "foreignKey" ? [one] : []));

const writesColumns = (action: string): boolean =>
	action === "setNull" || action === "setDefault" || action === "cascade";

/**
 * ON DELETE SET NULL within a table: the rows below a deleted one match `parent_id IS NULL` in the next batch, which
 * they did not when the statement began. The same over other tables whose rows go with those of this one.
 */
function returnsToRows(
	key: ForeignKey,
	operation: Change,
	{ table, catalog }: BatchedTable,
	{ columnKey }: BatchWords,
): boolean {
	if (!table) return false;
	const target = catalog.table(key.references);
	const isOwn = target !== undefined && keyOf(target) === keyOf(table);
	const read = new Set([...(operation.where ? columnsIn(operation.where) : [])].map(columnKey));
	const isRead = key.columns.some((column) => read.has(columnKey(column)));
	if (operation.kind === "delete") {
		const isReached =
			isOwn ||
			(target !== undefined &&
				foreignKeysOf(target).some((back) => {
					const above = catalog.table(back.references);
					return above !== undefined && keyOf(above) === keyOf(table);
				}));
		return isReached && isRead && (key.onDelete === "setNull" || key.onDelete === "setDefault");
	}
	if (!isOwn || !writesColumns(key.onUpdate)) return false;
	const changed = new Set(operation.set.map(({ column }) => columnKey(column)));
	const referenced = key.referencedColumns;
	return referenced.length === 0
		? (primaryKeyOf(table)?.some((column) => changed.has(columnKey(column))) ?? true)
		: referenced.some((column) => changed.has(columnKey(column)));
}

function primaryKeyOf(table: Table): readonly string[] | undefined {
	const key = table.constraints.find(({ type }) => type === "primaryKey");
	return key?.type === "primaryKey" ? key.columns : undefined;
}
