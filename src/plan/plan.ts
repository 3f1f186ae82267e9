import type { DialectId } from "../core/dialect.ts";
import type { RowBatches, RowCheck } from "../core/finding.ts";

/** The order in which a release reaches the database. */
export const planPhases = ["expand", "migrate", "verify", "contract"] as const;

export type PlanPhase = (typeof planPhases)[number];

/** One migration of the release, as it was when the plan was made. */
export interface PlannedRevision {
	readonly id: string;
	/** Relative to the directory of the config; SHA-256 of the text with LF line ends and without a mark. */
	readonly files: readonly { readonly path: string; readonly sha256: string }[];
}

/** Which statement a step comes from. */
export interface StepOrigin {
	readonly migration: string;
	readonly file: string;
	/** From 1. */
	readonly line: number;
	/** The recipe that took the statement's place. */
	readonly recipe?: string;
}

/** A lock on what other sessions use. */
export interface StepLock {
	/** schema.name */
	readonly relation: string;
	/** The server's name: AccessExclusiveLock. */
	readonly mode: string;
	readonly waits: "nothing" | "schemaChanges" | "writes" | "readsAndWrites";
}

/** A query with one row whose first column is true when it holds. */
export interface Assertion {
	readonly says: string;
	readonly sql: string;
}

/** How a step is taken back. */
export type Undo =
	| {
			readonly sql: readonly string[];
			/** Nothing is lost while these hold; empty: never. */
			readonly losslessUntil: readonly Assertion[];
	  }
	| { readonly none: string }
	| { readonly unneeded: string };

/** How long, seen from the slow end. */
export const timeClasses = ["moment", "seconds", "minutes", "hours", "days"] as const;

/** What a step costs, as far as figures of the table are known. Not a promise. */
export interface StepEstimate {
	readonly rows?: number;
	/** Of write-ahead log, which replicas must read. */
	readonly walBytes?: number;
	/** That are needed on top. */
	readonly diskBytes?: number;
	readonly time: (typeof timeClasses)[number];
}

/** What must be there before a step that takes something away. */
export interface Hold {
	/** What the history says for it. */
	readonly evidence: readonly string[];
	/** What people have to see to. */
	readonly missing: readonly string[];
	/** Hours that all earlier phases must have been in production. */
	readonly soakHours: number;
}

/** What rules still say of a step. */
export interface Remark {
	readonly rule: string;
	readonly severity: "error" | "warning";
	readonly message: string;
}

interface StepBase {
	/** Its phase and its place in it: expand-1. */
	readonly id: string;
	readonly phase: PlanPhase;
	readonly title: string;
	readonly origin: StepOrigin;
	/** Ids of the steps that must be done before, beside the order of the plan. */
	readonly needs: readonly string[];
	readonly notes: readonly string[];
	readonly hold?: Hold;
}

/** What a person does: deploy code, decide, clean up. */
export interface PeopleStep extends StepBase {
	readonly transaction: "people";
	/** SQL that lockkeeper cannot run for them. */
	readonly sql: readonly string[];
}

/** What the server runs. */
export interface ServerStep extends StepBase {
	/** `own`: all statements in one transaction; `none`: outside of any; `batches`: one per batch. */
	readonly transaction: "own" | "none" | "batches";
	/** SETs that the migration made for its session. */
	readonly settings: readonly string[];
	readonly sql: readonly string[];
	/** Its statements are queries whose one row must have true in its first column. */
	readonly proves?: true;
	readonly locks: readonly StepLock[];
	/** In milliseconds; 0: no limit. */
	readonly lockTimeout: number;
	readonly statementTimeout: number;
	/** Hold before it runs. */
	readonly before: readonly Assertion[];
	/** Hold when it has run: then it need not run again. */
	readonly after: readonly Assertion[];
	readonly checks: readonly RowCheck[];
	readonly undo: Undo;
	readonly estimate: StepEstimate;
	/** Of a step in batches. */
	readonly backfill?: RowBatches & { readonly batchSize: number };
	/** Why it needs a time when nobody works, and for how long. */
	readonly window?: string;
	readonly remarks: readonly Remark[];
}

export type PlanStep = PeopleStep | ServerStep;

/** The ordered steps of a release. Approved by the hash of its file. */
export interface Plan {
	readonly version: 1;
	readonly dialect: DialectId;
	/** Of the server that it is made for: the major version of PostgreSQL, 80000, 101100, 3045000 of the others. */
	readonly serverVersion: number;
	/** The migrations that the plan replaces. */
	readonly revisions: readonly PlannedRevision[];
	/** The migrations before it, and one SHA-256 over their ids and texts. */
	readonly history: { readonly revisions: number; readonly last: string; readonly sha256: string };
	/** SHA-256 of the schema that it starts from. */
	readonly schemaRev: string;
	/** That schema of the tables that steps touch, as far as the history tells it: one line for each fact, sorted. */
	readonly starts: readonly string[];
	readonly steps: readonly PlanStep[];
	/** What a reader must know of the whole. */
	readonly notes: readonly string[];
}

/** Returns whether the server runs the step. */
export function runsOnServer(step: PlanStep): step is ServerStep {
	return step.transaction !== "people";
}
