import type { MigrationSource } from "../../core/migration.ts";

/** Where a migration tool writes down what it has applied, and how to read that. */
export interface HistoryTable {
	/** Its default name, with the schema where that is fixed. */
	readonly table: string;
	/** What the tool, or an older version of it, may call it too. */
	readonly also?: readonly string[];
	/**
	 * A query on {table} of the revisions that are applied, in the order of application, with the
	 * checksum or NULL, and true for one that failed half-way. It is SQL of PostgreSQL, MySQL and SQLite alike, with
	 * {concat a, b}, {hex column} and {name column} for what these write in different ways.
	 */
	readonly rows: string;
	/** `each`: a row for every revision. `newest`: one row, and what stands before it is applied too. */
	readonly holds: "each" | "newest";
	/** The revision as the table has it; the migration's id when left out. Numbers are compared as numbers. */
	readonly revisionOf?: (migration: MigrationSource) => string;
	/** The revision out of what the query returns for it; all of that when left out. */
	readonly revisionIn?: (text: string) => string;
	/** Checksums that the table may have for a migration whose file was not changed. */
	readonly checksumsOf?: (migration: MigrationSource) => readonly string[];
}

/** A table with a row for every revision and nothing else that matters. */
export function rowEach(table: string, column: string, orderBy = column): HistoryTable {
	return {
		table,
		rows: `SELECT ${column}, NULL, false FROM {table} ORDER BY ${orderBy}`,
		holds: "each",
	};
}

/** A table whose one row is the newest revision. */
export function rowNewest(table: string, column: string, failed = "false"): HistoryTable {
	return {
		table,
		rows: `SELECT ${column}, NULL, ${failed} FROM {table} ORDER BY ${column} DESC LIMIT 1`,
		holds: "newest",
	};
}
