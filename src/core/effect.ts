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

/**
 * How MySQL and MariaDB run a change of a table, from best to worst: only the metadata changes (instant),
 * an index is built but no row is copied (nocopy), the table is changed or rebuilt inside the engine (inplace),
 * every row is copied into a new table (copy).
 */
export interface OnlineChange {
	readonly algorithm: "instant" | "nocopy" | "inplace" | "copy";
	/** What others are kept from while it runs: nothing, writes (shared), reads and writes (exclusive). */
	readonly lock: "none" | "shared" | "exclusive";
}

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
	readonly fails?: {
		readonly code: string;
		readonly reason: string;
		/** What is not certain about it: which names there are, or which rows. */
		readonly hangsOn?: "names" | "rows";
	};
	readonly duration: Duration;
	readonly phase: Phase;
	/** `lossy`: the undo exists but data is gone; `none`: there is no undo. */
	readonly reversible: "yes" | "lossy" | "none";
	/** True when a relation it touches is not in the catalog. */
	readonly assumed: boolean;
	/** Why, in plain words, for people: "the default is volatile, so every row gets its own value". */
	readonly reasons: readonly string[];
	/** The first version that would do better, and how. `server` names it where it is not PostgreSQL. */
	readonly better?: { readonly version: number; readonly how: string; readonly server?: string };
	/** How MySQL and MariaDB run it; only there, and only for changes of a table. */
	readonly online?: OnlineChange;
	/**
	 * Locks that are taken for a moment only, at the beginning and the end, while `locks` are held all the
	 * time. The wait for them has no such bound: behind every open transaction that has used the table, and
	 * everybody else queues behind it.
	 */
	readonly briefLocks?: readonly Lock[];
	/** The server ends the open transaction before it, and it cannot be rolled back itself. */
	readonly commits?: true;
	/** Replicas begin with it when the source is done, and apply nothing else until they are done too. */
	readonly replicaLag?: true;
	/** It uses up one of the versions that the rows of a MySQL table may have before it is rebuilt. */
	readonly rowVersion?: true;
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
