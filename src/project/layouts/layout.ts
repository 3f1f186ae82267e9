import type { DatabaseId, MigrationSource, ProjectProblem } from "../../core/migration.ts";
import type { HistoryTable } from "../applied/history-table.ts";
import type { Files } from "../files.ts";
import type { NewFile, NewMigration, NumberedMigration } from "../new-migrations/new-migration.ts";

/** Files of another time: a file that was not there then is a problem. */
export type ReleasedFiles = Pick<Files, "read">;

/** What a layout found in a directory. */
export interface Detection {
	/** The evidence, for people: "migration_lock.toml". */
	readonly why: string;
	/** The dialect, when the layout's own files say it. */
	readonly dialect?: { readonly id: DatabaseId; readonly why: string };
	/** The dialect that its driver tells, where the path names none. */
	readonly driver?: { readonly id: DatabaseId; readonly why: string } | undefined;
	/** The databases in the names of files, when one directory holds a history for each. */
	readonly databases?: readonly DatabaseId[];
}

export interface LayoutReading {
	/** In the order in which the tool applies them. */
	readonly migrations: readonly MigrationSource[];
	readonly problems: readonly ProjectProblem[];
}

/** How a migration tool names, orders, splits and wraps its files. */
export interface Layout {
	readonly id: string;
	readonly name: string;
	/** What the tool sorts by, for people: "the version number in the file name". */
	readonly orderedBy?: string;
	/** Whether foreign keys of SQLite are on where the tool runs a migration; left out where that is not known. */
	readonly sqliteForeignKeys?: "on" | "off";
	/** Where the tool writes down what it has applied. */
	readonly applied?: HistoryTable;
	/** What the tool does when a migration that it has applied is gone, for people; left out when it goes on. */
	readonly whenGone?: string;
	/** True when the tool compares more of the name than the revision: another name stops it. */
	readonly comparesNames?: boolean;
	/** True when the migrations may lie in folders below the directory. */
	readonly ownsFolders: boolean;
	/** True when a list says what runs: then a folder named for a database is no history of its own. */
	readonly ownsDatabaseFolders?: boolean;
	/** Loads the parser that `read` needs, when it is too large to be there for everybody. */
	load?(): Promise<void>;
	/** Returns the evidence that a directory holds migrations of this tool. */
	detect(directory: string, files: Files): Detection | undefined;
	/** Returns the directory whose history a detected directory adds to, itself when it stands alone. */
	home?(directory: string, files: Files): string;
	/**
	 * Returns the migrations of a directory, which need not have been detected. `released` are the files
	 * as they were before the candidate release, where that is known.
	 */
	read(
		directory: string,
		files: Files,
		dialect: DatabaseId,
		released?: ReleasedFiles,
	): LayoutReading;
	/** Returns why the tool cannot run new migrations as they must be; undefined where it can. */
	refuses?(wanted: readonly NewMigration[]): string | undefined;
	/**
	 * Returns a new migration as the tool names and writes it; left out when lockkeeper cannot. `existing`
	 * are the main files of those that are there, the newest last.
	 */
	write?(migration: NumberedMigration, existing: readonly string[]): readonly NewFile[];
}
