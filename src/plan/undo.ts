import type { Catalog } from "../catalog/catalog.ts";
import type { Column } from "../catalog/model.ts";
import type { QualifiedName } from "../core/expression.ts";
import type { Operation } from "../core/operation.ts";
import type { Assertion, Undo } from "./plan.ts";

export const lossless = (sql: string, ...losslessUntil: readonly Assertion[]): Undo => ({
	sql: [sql],
	losslessUntil,
});

export const gone = (what: string): Undo => ({ none: `${what} and cannot be brought back` });

export function columnOf(catalog: Catalog, table: QualifiedName, name: string): Column | undefined {
	return catalog.table(table)?.columns.find((column) => column.name === name);
}

const query = /^SELECT NOT EXISTS \(SELECT (?:1 )?FROM (.*)\);$/s;

/** Returns the assertion that no row of a table, named in SQL, is as the condition says. */
export function noRow(
	table: string,
	condition: string,
	says: string,
	selectAny: "SELECT" | "SELECT 1" = "SELECT 1",
): Assertion {
	return { says, sql: `SELECT NOT EXISTS (${selectAny} FROM ${table}${condition});` };
}

/** Returns the query that counts the rows for which an undo loses something; undefined: they cannot be counted. */
export function rowsThatLose({ sql }: Assertion): string | undefined {
	const rows = query.exec(sql)?.[1];
	return rows === undefined ? undefined : `SELECT count(*) FROM ${rows};`;
}

/** Returns how a whole step is taken back: the last operation first. */
export function undoAll(undos: readonly Undo[]): Undo {
	const sql: string[] = [];
	const losslessUntil: Assertion[] = [];
	for (const undo of undos.toReversed()) {
		if ("none" in undo) return undo;
		if ("unneeded" in undo) continue;
		sql.push(...undo.sql);
		losslessUntil.push(...undo.losslessUntil);
	}
	if (sql.length === 0) return undos[0] ?? { unneeded: "it changes nothing" };
	return { sql, losslessUntil };
}

/** Returns how a new table goes again; `table` is its name as SQL. */
export function undoNewTable(table: string, name: string): Undo {
	return lossless(`DROP TABLE ${table};`, noRow(table, "", `${name} has no row`));
}

/** Returns how a new column goes again: it loses nothing where `isOwn`, of a value, is true for no row. */
export function undoNewColumn(
	drop: string,
	{ table, column, isOwn }: Readonly<Record<"table" | "column" | "isOwn", string>>,
): Undo {
	return lossless(
		drop,
		noRow(table, ` WHERE ${isOwn}`, `no row has a value of its own in ${column}`),
	);
}

/** Returns what is to say of an operation for which a dialect knows no statement that takes it back. */
export function undoWithout(operation: Operation): Undo {
	switch (operation.kind) {
		case "dropColumn":
			return gone(`the values of ${operation.column} are gone`);
		case "dropTable":
		case "truncate":
			return gone(`the rows of ${operation.table.name} are gone`);
		case "delete":
		case "merge":
		case "update":
			return {
				none: `the rows of ${operation.table.name} are changed and their old values kept nowhere`,
			};
		case "insert":
			return { none: `the rows that are put into ${operation.table.name} are not marked` };
		case "analyze":
		case "vacuum":
		case "reindex":
		case "refreshMaterializedView":
		case "select":
		case "attachIndex":
		case "comment":
			return { unneeded: "nothing is taken away" };
		case "setParameter":
			return { unneeded: "it changes nothing by itself" };
		default:
			return { none: "how to take it back is not known: write it by hand" };
	}
}
