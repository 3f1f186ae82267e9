import type { DialectId } from "./dialect.ts";
import type { FilledFix } from "./fix.ts";
import type { Position, Range } from "./source.ts";

/** `error` stops a deploy, `warning` needs a look, `info` is advice and never fails. */
export type Severity = "error" | "warning" | "info";

export type Category =
	| "locks"
	| "rewrites"
	| "compatibility"
	| "data-loss"
	| "backfill"
	| "verification"
	| "transactions"
	| "schema"
	| "security";

/** Rows that are changed a few at a time, in the order of a key. All parts are SQL. */
export interface RowBatches {
	readonly table: string;
	readonly alias?: string;
	/** The columns of the key. */
	readonly key: readonly string[];
	/** The assignments of an UPDATE; absent for a DELETE. */
	readonly set?: string;
	/** True for a row that is left to change; absent: every row is. */
	readonly pending?: string;
}

/**
 * A query with one row whose first column is true when all is well. `pending`: no row is left to change.
 * `unconvertible`: no old value has no new one. `lossy`: every old value can be got back from the new one.
 */
export interface RowCheck {
	readonly what: "pending" | "unconvertible" | "lossy";
	readonly sql: string;
}

/** One step of the safe way: SQL that is sent as it stands. */
export interface RecipeStep {
	/** What the step is for, one line. */
	readonly title: string;
	/** The same in a plan, where the runner does by itself what the title asks of people. */
	readonly titleInPlan?: string;
	/** Statements that go together; absent for a step that people do (deploy the application). */
	readonly sql?: string;
	/** `own`: in a transaction of its own; `none`: outside any transaction; `batches`: one per batch. */
	readonly transaction: "own" | "none" | "batches" | "people";
	/** Its phase, where neither what it does nor the step after it tells it. */
	readonly phase?: "migrate" | "verify";
	/** Of a step that people do: code is deployed, so the steps after it are of a later release. */
	readonly deploys?: true;
	/** Of a step in batches: what is changed. */
	readonly rows?: RowBatches;
	readonly checks?: readonly RowCheck[];
	/** What the SQL looks at in its table, where bodies of functions hide it. */
	readonly columns?: readonly string[];
	/** How the step as a whole is taken back, where its operations one by one do not tell. */
	readonly undo?: StepUndo | { readonly none: string };
}

/** SQL that takes a step back; nothing is lost while the queries are true. */
export interface StepUndo {
	readonly sql: string;
	readonly losslessUntil: readonly { readonly says: string; readonly sql: string }[];
}

/** A safe sequence of steps, filled in with the names of this table. */
export interface FilledRecipe {
	readonly id: string;
	readonly summary: string;
	readonly steps: readonly RecipeStep[];
	/** The statement stays, and the steps come after it. */
	readonly keepsStatement?: true;
}

export interface RelatedPlace {
	readonly message: string;
	readonly file: string;
	readonly start: Position;
}

/** One rule's verdict at one place. */
export interface Finding {
	readonly rule: string;
	readonly category: Category;
	readonly severity: Severity;
	readonly file: string;
	readonly range: Range;
	readonly start: Position;
	readonly end: Position;
	/** What happens, with the names of this table. */
	readonly message: string;
	/** Why here: since when the table exists, how many rows, what is assumed. */
	readonly because: readonly string[];
	/** What to do, one or two sentences. */
	readonly help: string;
	readonly recipe?: FilledRecipe;
	/** Why its recipe cannot be used here; `help` says it, too. */
	readonly refused?: string;
	/** Ways to mend it in the file, the best first. */
	readonly fixes: readonly FilledFix[];
	readonly related: readonly RelatedPlace[];
	/** The migration's id. */
	readonly migration: string;
	/** The database, in a report on several; its name then stands before the message. */
	readonly dialect?: DialectId;
}
