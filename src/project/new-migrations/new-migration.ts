/** A migration to be written. */
export interface NewMigration {
	/** Small letters, digits and underscores. */
	readonly name: string;
	readonly sql: string;
	/** `alone`: a single statement that refuses to run in a transaction. */
	readonly runs: "inTransaction" | "alone";
	readonly down?: string;
}

/** A migration with the revision that it gets, and the directory of the newest one that is there. */
export interface NumberedMigration extends NewMigration {
	readonly revision: string;
	readonly directory: string;
}

/** A file with its path from the working directory. */
export interface NewFile {
	readonly path: string;
	readonly text: string;
}
