/** What other sessions cannot do while a lock is held. */
export type Blocking = "nothing" | "schemaChanges" | "writes" | "readsAndWrites";

/** A lock on a table-like relation or an index that existed before the statement. */
export interface Lock {
	/** schema.name */
	readonly relation: string;
	/** The server's own name of the mode, e.g. AccessExclusiveLock. */
	readonly mode: string;
	readonly blocks: Blocking;
}

export interface IndexBuild {
	/** schema.name */
	readonly index: string;
	/** schema.name of its table. */
	readonly table: string;
}

/**
 * How the running time grows: not at all, with the rows of a table, with the rows through an index
 * build, or it also waits for transactions that were open before.
 */
export type Duration = "constant" | "rows" | "index" | "waitsForTransactions";

export type Phase = "expand" | "migrate" | "contract";

/**
 * What the server does for an operation on this catalog and version. Relations are schema.name.
 * Tables that the catalog does not know are taken for existing tables with rows (`assumed`).
 */
export interface Effect {
	readonly locks: readonly Lock[];
	readonly indexLocks: readonly Lock[];
	/** Relations whose file is written anew. */
	readonly rewrites: readonly string[];
	/** Relations that are read whole. */
	readonly scans: readonly string[];
	readonly builds: readonly IndexBuild[];
	readonly transaction: "allowed" | "refused";
	/** The server refuses the operation: SQLSTATE and why. */
	readonly fails?: { readonly code: string; readonly reason: string };
	readonly duration: Duration;
	readonly phase: Phase;
	/** `lossy`: the undo exists but data is gone; `none`: there is no undo. */
	readonly reversible: "yes" | "lossy" | "none";
	/** True when a relation it touches is not in the catalog. */
	readonly assumed: boolean;
	/** Why, in plain words, for people: "the default is volatile, so every row gets its own value". */
	readonly reasons: readonly string[];
	/** The first version that would do better, and how. */
	readonly better?: { readonly version: number; readonly how: string };
}

/** An effect that touches nothing. */
export const noEffect: Effect = {
	locks: [],
	indexLocks: [],
	rewrites: [],
	scans: [],
	builds: [],
	transaction: "allowed",
	duration: "constant",
	phase: "expand",
	reversible: "yes",
	assumed: false,
	reasons: [],
};
