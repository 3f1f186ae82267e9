import type { Catalog } from "../catalog/catalog.ts";
import type { Effect } from "./effect.ts";
import type { StatementChange, TextEdit } from "./fix.ts";
import type { Operation } from "./operation.ts";
import type { Range, SourceFile } from "./source.ts";
import type { Comment, Statement } from "./statement.ts";

export type DialectId = "postgres" | "mysql" | "mariadb" | "sqlite";

/** The databases whose SQL is read, as people call them. */
export const databaseNames: Readonly<Record<DialectId, string>> = {
	postgres: "PostgreSQL",
	mysql: "MySQL",
	mariadb: "MariaDB",
	sqlite: "SQLite",
};

/** True for a database whose SQL is read. */
export function isRead(database: string): database is DialectId {
	return Object.hasOwn(databaseNames, database);
}

export const dialectIds: readonly DialectId[] = Object.keys(databaseNames).filter(isRead);

/**
 * Templates that a migration tool fills in before it sends the SQL. `doubledSemicolon`: the tool cuts at
 * every semicolon, and two of them stand for one inside a statement.
 */
export type PlaceholderStyle =
	"dollarBrace" | "doubleBrace" | "psql" | "percent" | "doubledSemicolon";

/** Statements that were read before, by their text: a dialect asks it before it parses. */
export interface ReadMemory {
	/** Returns what the text was read as, for a file in which it begins at `start`. */
	recall(text: string, file: SourceFile, start: number): Statement | undefined;
	/** Takes a statement whose reading depends on nothing but the text. */
	keep(text: string, start: number, statement: Statement): void;
}

export interface ReadOptions {
	/** The part of the file to read (an up section); the whole file otherwise. */
	readonly range?: Range;
	readonly placeholders: readonly PlaceholderStyle[];
	/** What the tool fills in, by name, where it is known. */
	readonly placeholderValues?: Readonly<Record<string, string>>;
	/** Places of the file where a program puts a value into its SQL. */
	readonly holes?: readonly Range[];
	readonly memory?: ReadMemory;
	/** Takes what the reading of a statement throws: it is unread then. Absent: it is thrown. */
	readonly fault?: (error: unknown, statement: Pick<Statement, "file" | "range">) => void;
}

/** The statements of a text in order, and the comments that stand after the last one. */
export interface Reading {
	readonly statements: readonly Statement[];
	readonly trailingComments: readonly Comment[];
	/** The names that stand in for placeholders, with the placeholders as written. */
	readonly standIns?: ReadonlyMap<string, string>;
}

/** What the server does for an operation depends on these. */
export interface Situation {
	readonly catalog: Catalog;
	/** Major version of the server, e.g. 14. */
	readonly version: number;
	/** Settings in force, lower-case names (timezone, search_path, lock_timeout). */
	readonly settings: ReadonlyMap<string, string>;
	readonly inTransaction: boolean;
	/** What ran in the same transaction before, in order. */
	readonly earlier?: readonly { readonly operation: Operation }[];
}

/** Where the edits of a statement may go. */
export interface EditPlace {
	/** The section of the file that holds the statement. */
	readonly within: Range;
	readonly inTransaction: boolean;
}

/** Reads SQL of one database and knows what its server does. */
export interface Dialect {
	readonly id: DialectId;
	/** Which engine parses; a degraded one says why. */
	readonly engine: { readonly name: string; readonly degraded?: string };
	/** The server's names of its lock modes on tables, from weak to strong. */
	readonly lockModes: readonly string[];
	/** Settings that stay as they are while a transaction is open: to set one there does nothing. */
	readonly fixedInTransaction?: ReadonlySet<string>;
	read(file: SourceFile, options: ReadOptions): Reading;
	/**
	 * The effects of operations that the server runs as one command, one effect for each operation in
	 * the same order. Their union is what the statement does.
	 */
	effects(operations: readonly Operation[], situation: Situation): readonly Effect[];
	/** The edits that make a change, in order; undefined where the statement's text does not allow it. */
	edits(
		statement: Statement,
		change: StatementChange,
		place: EditPlace,
	): readonly TextEdit[] | undefined;
}
