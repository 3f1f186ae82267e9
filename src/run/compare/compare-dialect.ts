import type { RunSession } from "../engine.ts";

/** The values of a key as text. */
export type KeyText = readonly string[];

/** Rows by their key: after one, up to and with another; absent: from the first, to the last. */
export interface Between {
	readonly after?: KeyText | undefined;
	readonly upTo?: KeyText | undefined;
}

/**
 * The queries of a comparison for one dialect: equal values make equal texts, each told from the next one and NULL
 * from every text. The texts of a row are hashed to 128 bits, of which both halves are summed. A sum, never an XOR:
 * with that the same change in an even number of rows cancels itself out.
 */
export interface CompareSql {
	/** Starts a transaction that sees one moment and changes nothing, with everything pinned that makes text. */
	readonly begin: readonly string[];
	/** One row: the count, the sum of the first halves, the sum of the second. */
	sums(range: Between): string;
	/** The keys of every so many rows. */
	cuts(range: Between, rows: number): string;
	/** One row for each: the values of the key, the hash. */
	rows(range: Between): string;
	/** As `rows`, of these keys. */
	rowsAt(keys: readonly KeyText[]): string;
}

export interface ComparedColumn {
	readonly name: string;
	/** The server's own name of it: int4, timestamptz, varchar. */
	readonly type: string;
	/** How texts of it are sorted, where the server says it for each column. */
	readonly collation?: string;
}

/** A table as it is on one side. */
export interface ComparedTable {
	/** For people; `readTable` finds it by this name. */
	readonly name: string;
	readonly sql: string;
	readonly columns: readonly ComparedColumn[];
	/** Columns of which no two rows have the same values and none is NULL; empty: there is no such key. */
	readonly key: readonly ComparedColumn[];
}

/** What a comparison of two tables needs to know. */
export interface CompareQuestion {
	/** The columns that are compared, in this order. */
	readonly columns: readonly ComparedColumn[];
	/** The key of the table on the other side. */
	readonly otherKey: readonly ComparedColumn[];
	/** Of one query, in milliseconds; 0 for none. */
	readonly statementTimeout: number;
}

/** How tables of one kind of server are compared. */
export interface CompareDialect {
	/** The names of all tables of a database, sorted, without those of lockkeeper. */
	readonly tableNames: (session: RunSession) => Promise<readonly string[]>;
	/** Returns a table by its name; undefined where it is not there. */
	readonly readTable: (session: RunSession, name: string) => Promise<ComparedTable | undefined>;
	queries(table: ComparedTable, question: CompareQuestion): CompareSql;
	/** Returns why the values of two columns of the same name have no texts that could be compared. */
	unlike?(here: ComparedColumn, there: ComparedColumn): string | undefined;
	/** Returns a value of a key as people write it; the text itself when left out. */
	keyWords?(text: string): string;
}
