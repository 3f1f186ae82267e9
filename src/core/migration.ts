import type { DialectId, PlaceholderStyle } from "./dialect.ts";
import type { TextEdit } from "./fix.ts";
import type { Range, SourceFile } from "./source.ts";
import type { Comment, Side } from "./statement.ts";

/**
 * How a tool runs a section. `all`: every pending migration of a run in one transaction. `file`: the
 * section is one transaction. `implicit`: the section is sent as one message, so one statement commits
 * by itself and several are one transaction. `none`: each statement commits by itself.
 */
export type TransactionClass = "all" | "file" | "implicit" | "none";

/**
 * A tool that cuts a section into statements in its own way. `lineEnd`: a statement ends where a line
 * ends with a semicolon, except in the blocks, each of which is sent as one statement.
 */
export interface StatementRule {
	readonly endsAt: "lineEnd";
	readonly blocks: readonly Range[];
}

/**
 * What a program (TypeScript, Python, Ruby ...) sends to the server at one place. `sql`: a literal, or
 * what a call of a schema builder comes to. `unread`: a call whose SQL cannot be told without running it.
 */
export type EmbeddedSql = {
	/** The program's comments before the call that hold directives. */
	readonly comments?: readonly Comment[];
	/** The sides of the program's branches on which it stands, the outermost first; absent when it always runs. */
	readonly sides?: readonly Side[];
} & (
	| {
			readonly kind: "sql";
			readonly sql: string;
			/** The literal's content or the call, in the program. */
			readonly range: Range;
			/** True when the program's text at `range` is the SQL, character for character. */
			readonly verbatim: boolean;
			/** Stretches of `sql` that stand for values of the program. */
			readonly holes: readonly Range[];
			/** What a call of a builder sends to PostgreSQL; to another database it sends the like of it. */
			readonly isBuilt?: true;
	  }
	| { readonly kind: "unread"; readonly range: Range; readonly message: string }
);

/** The mark that makes a tool leave the transaction out. */
export interface WayOut {
	readonly edit: TextEdit;
	/** How the tool runs the section then. */
	readonly then: TransactionClass;
	/** `file`: the mark counts for every section of the file. */
	readonly counts: "section" | "file";
}

/** A stretch of a file that the tool runs in one way. */
export interface Section {
	readonly file: SourceFile;
	readonly range: Range;
	readonly transaction: TransactionClass;
	/** True when the tool leaves the transaction out for a section whose statements forbid one. */
	readonly perStatementDetection?: boolean;
	readonly statementRule?: StatementRule;
	/** How the file says that the tool shall run the section outside a transaction. */
	readonly wayOut?: WayOut;
	/** The file is a program: this is what it sends, in order. The rest of the file is no SQL. */
	readonly embedded?: readonly EmbeddedSql[];
}

/** A migration as a layout reads it, before releases are known. */
export interface MigrationSource {
	/** The revision as the tool writes it in its history. */
	readonly id: string;
	readonly name: string;
	readonly up: readonly Section[];
	readonly down: readonly Section[];
	readonly verify: readonly Section[];
	readonly placeholders: readonly PlaceholderStyle[];
	/** What the tool fills in, by name, where it is known. */
	readonly placeholderValues?: Readonly<Record<string, string>>;
	/** Runs again whenever its text changes. */
	readonly repeatable?: boolean;
	/** The program that the tool runs for it: what that does to the schema is not known. */
	readonly programFile?: string;
	/** The schema as it stood before the first migration that follows. */
	readonly baseline?: boolean;
	/** The baseline has been written since: what this migration does is in it already. */
	readonly inBaseline?: boolean;
}

/** One revision of a history. */
export interface Migration extends MigrationSource {
	readonly layout: string;
	/** Its place in the history, from 0. */
	readonly order: number;
	/** The migrations with the same release are deployed together. */
	readonly release: string;
	/** Under review; the others are history. */
	readonly candidate: boolean;
}

/** The database a project is written for. Those that are no dialect of ours are named, not read. */
export type DatabaseId =
	DialectId | "clickhouse" | "cockroachdb" | "h2" | "hsqldb" | "oracle" | "sqlserver";

export type ProjectProblemCode =
	| "appliedButMissing"
	| "appliedOutOfOrder"
	| "badFileName"
	| "badGitReference"
	| "badJournal"
	| "badMarker"
	| "binaryFile"
	| "brokenBaseline"
	| "brokenStatistics"
	| "bug"
	| "checksumDiffers"
	| "databaseUnreadable"
	| "deletedAfterRelease"
	| "duplicateRevision"
	| "editedAfterRelease"
	| "emptyDirectory"
	| "failedMigration"
	| "fileNotFound"
	| "gitMissing"
	| "invalidEncoding"
	| "missingFile"
	| "noMigrations"
	| "notInHistory"
	| "outOfOrder"
	| "programNotRead"
	| "renamedAfterRelease"
	| "staleBaseline"
	| "staleStatistics"
	| "supersededBaseline"
	| "unknownLayout"
	| "unknownRevision"
	| "unreadableFile";

/** What is wrong with the files themselves, before any SQL is read. */
export interface ProjectProblem {
	readonly code: ProjectProblemCode;
	/** `error`: something was not read. `warning`: needs a look. `info`: good to know. */
	readonly severity: "error" | "warning" | "info";
	/** The path under which people know the file. */
	readonly file?: string;
	readonly range?: Range;
	readonly message: string;
	readonly hint: string;
	/** For a report of a bug of ours: what was thrown, and where. */
	readonly details?: string;
}

/** One history: a directory of migrations with its layout, dialect and server version. */
export interface Project {
	/** Directory, relative to the working directory. */
	readonly root: string;
	readonly layout: {
		readonly id: string;
		readonly name: string;
		readonly why: string;
		/** What the tool sorts by, for people: "the version number in the file name". */
		readonly orderedBy?: string;
	};
	readonly dialect: DatabaseId;
	readonly dialectWhy: string;
	/** Major version of the server. */
	readonly serverVersion: number;
	readonly serverVersionWhy: string;
	/** What told the candidate migrations from those already released. */
	readonly candidatesWhy: string;
	/** The search_path before the first statement, when the config says it. */
	readonly searchPath?: readonly string[];
	/** Settings of the connection that the migration tool opens, where they are known. */
	readonly settings?: ReadonlyMap<string, string>;
	/** In the order in which the tool applies them. */
	readonly migrations: readonly Migration[];
	readonly problems: readonly ProjectProblem[];
}
