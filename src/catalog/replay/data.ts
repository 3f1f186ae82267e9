import type { Query } from "../../core/expression.ts";
import type { Operation, OperationOf } from "../../core/operation.ts";
import { keyOf } from "../catalog.ts";
import type { MutableCatalog } from "../mutable.ts";
import { noteCopy } from "../rebuild.ts";
import { markNotEmpty } from "./inheritance.ts";

/** Notes which tables a statement can have put rows into. What triggers and functions do comes apart. */
export function noteRows(catalog: MutableCatalog, operation: Operation): void {
	switch (operation.kind) {
		case "insert":
			if (operation.source.kind === "query") noteQuery(catalog, operation.source.query);
			noteInsert(catalog, operation);
			noteCtes(catalog, operation.ctes);
			return;
		case "merge":
			if (operation.actions.includes("insert")) noteTable(catalog, operation.table);
			noteCtes(catalog, operation.ctes);
			return;
		case "copy":
			if (operation.direction === "from" && operation.table) noteTable(catalog, operation.table);
			if (operation.query) noteQuery(catalog, operation.query);
			return;
		case "update":
			if (catalog.dialect === "sqlite") noteFilled(catalog, operation);
			noteCtes(catalog, operation.ctes);
			return;
		case "delete":
			noteCtes(catalog, operation.ctes);
			return;
		case "select":
			noteQuery(catalog, operation.query);
			return;
		case "unanalyzable":
			for (const table of [...catalog.tables()]) {
				if (table.empty) markNotEmpty(catalog, keyOf(table));
			}
			return;
		default:
	}
}

function noteFilled(catalog: MutableCatalog, { table: name, set }: OperationOf<"update">): void {
	const table = catalog.table(name);
	if (!table) return;
	const isNull = ({ value }: (typeof set)[number]): boolean =>
		value.kind === "literal" && value.type === "null";
	const columns = set.flatMap((one) => (isNull(one) ? [] : [one.column]));
	catalog.putTable({ ...table, filled: new Set([...(table.filled ?? []), ...columns]) });
}

function noteInsert(catalog: MutableCatalog, operation: OperationOf<"insert">): void {
	const isFirst = catalog.table(operation.table)?.empty === true;
	noteTable(catalog, operation.table);
	if (operation.source.kind === "query") noteCopy(catalog, operation, isFirst);
}

function noteQuery(catalog: MutableCatalog, query: Query): void {
	noteCtes(catalog, query.ctes);
}

function noteCtes(catalog: MutableCatalog, ctes: Query["ctes"]): void {
	for (const { operation } of ctes) if (operation) noteRows(catalog, operation);
}

/** A row put into a partitioned table lands in one of its partitions. */
function noteTable(
	catalog: MutableCatalog,
	name: { readonly schema?: string; readonly name: string },
): void {
	const key = catalog.resolve(name);
	markNotEmpty(catalog, key);
	for (const partition of catalog.partitionsOf(key, true)) markNotEmpty(catalog, keyOf(partition));
}
