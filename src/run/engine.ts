import type { DialectId } from "../core/dialect.ts";
import type { RowBatches } from "../core/finding.ts";
import type { ServerStep } from "../plan/plan.ts";
import type { BatchSql } from "./backfill/batch-sql.ts";

/** What goes into a query of ours. */
export type Value = string | number | null;

/** The values of one row as text, in the order of the query. */
export type Row = readonly (string | null)[];

/**
 * Why a server refused or broke off, by what is to be done: wait and try again (`lockTimeout`, `conflict`,
 * `busy`), ask the catalog what has happened (`connection`, `alreadyThere`), try less at once (`timeout`), or
 * tell a person (all others).
 */
export type FailureKind =
	| "alreadyThere"
	| "busy"
	| "conflict"
	| "connection"
	| "data"
	| "denied"
	| "full"
	| "lockTimeout"
	| "other"
	| "readOnly"
	| "timeout";

/** What the server said when it refused. */
export interface RunFailure {
	readonly kind: FailureKind;
	/** The server's own: SQLSTATE, errno or SQLite result code. */
	readonly code: string;
	readonly message: string;
	readonly detail?: string;
	readonly hint?: string;
}

export type Answer =
	| { readonly ok: true; readonly rows: readonly Row[]; readonly changed: number }
	| { readonly ok: false; readonly failure: RunFailure };

/** One connection. Statements of a session run one after the other. */
export interface RunSession {
	/** By which the server knows the connection, for good: "4711 2026-11-21 08:00:00.123+00". */
	readonly id: string;
	/** Runs one statement; `?` stands for each value, in every dialect. */
	run(sql: string, values?: readonly Value[]): Promise<Answer>;
	/** Breaks off what the session runs, from another connection where that is needed. */
	cancel(): Promise<void>;
	/** Gives the connection up at once: what waits for an answer on it gets one of kind `connection`. */
	cut?(): void;
	close(): Promise<void>;
}

/** Who stands in the way of a session. */
export interface Blocker {
	/** For people: "session 4711 (psql, alice)". */
	readonly who: string;
	/** How long its transaction is open, in milliseconds. */
	readonly openFor?: number;
	/** What it runs, or ran last. */
	readonly statement?: string;
	readonly waitsFor?: string;
}

/** Time limits in milliseconds, 0 for none. */
export interface Limits {
	readonly lockTimeout: number;
	readonly statementTimeout: number;
}

/** An index of a database, with its definition as the server writes it. */
export interface IndexReading {
	/** schema.name */
	readonly name: string;
	readonly definition: string;
	readonly isValid: boolean;
	/** A session builds it now. */
	readonly isBuilding: boolean;
}

/** Readings of how busy a server is; what a server does not tell is absent. */
export interface Pressure {
	/** Of the slowest replica. */
	readonly replicaLagMilliseconds?: number;
	readonly replicaLagBytes?: number;
	/** Bytes written to the log since the server started: two readings make a rate. */
	readonly logBytes?: number;
	/** Bytes of log that are kept for a slot or for the archive. */
	readonly retainedLogBytes?: number;
	/** Milliseconds since the oldest open transaction began. */
	readonly oldestTransactionMilliseconds?: number;
	/** Somebody vacuums the table. */
	readonly isVacuumed?: boolean;
	/** Dead rows for each live row of the table. */
	readonly deadRowShare?: number;
	/** Connections that work now. */
	readonly activeConnections?: number;
}

/** What is found of a step whose end is not known. */
export type Probe =
	| { readonly is: "done" }
	| { readonly is: "notDone" }
	/** Left half done, and the statements that clear it away so that the step can be done again. */
	| { readonly is: "halfDone"; readonly says: string; readonly mend: readonly string[] }
	/** Left half done, and the statements that end it. */
	| { readonly is: "unfinished"; readonly says: string; readonly finish: readonly string[] };

/** What a runner must know of one kind of server. SQL here is the server's own, with `?` for values. */
export interface ServerWays {
	/** A query with one value, true when the tables of the books are there. */
	readonly hasBooks: string;
	/** Makes the tables of the books where they are not there yet; can be run again. */
	readonly books: readonly string[];
	/** Returns where a table of the books stands: lockkeeper.lease. */
	book(name: string): string;
	/** Milliseconds since 1970 by the server's clock, as an expression. */
	readonly now: string;
	readonly begin: string;
	/** Opens a transaction that changes nothing, as far as the server keeps to that. */
	readonly beginReadOnly: readonly string[];
	/** Ends a query of a row that must stay as it is until the transaction ends; empty where nothing is needed. */
	readonly keepRow: string;
	/** For the session that holds the lock: the server soon notices that its client is gone. */
	readonly watchClient: readonly string[];
	/** Takes back what a step has set for the session. */
	readonly reset: readonly string[];
	/** What a migration sets is set before a transaction begins, and taken back when it has ended. */
	readonly setsBeforeTransaction: boolean;
	/** The statement with which a migration sets something, so that it ends with the transaction. */
	settingInTransaction(statement: string): string;
	/** Names the session for those who look at the server's sessions. */
	named(name: string, scope: "transaction" | "session"): readonly string[];
	/** Whether DDL belongs to a transaction and goes away with it. */
	readonly hasTransactionalDdl: boolean;
	/** Statements that set limits, for the transaction or for the session from now on. */
	limits(limits: Limits, scope: "transaction" | "session"): readonly string[];
	/** The statements of a change in batches. */
	batches(rows: RowBatches): BatchSql;
	/** A query with one value, true when the session now holds the lock; it does not wait. */
	tryLock(resource: string): { readonly sql: string; readonly values: readonly Value[] };
	unlock(resource: string): { readonly sql: string; readonly values: readonly Value[] };
	/** Returns whether a session with this id still stands; undefined: the server does not say. */
	isAlive(session: RunSession, id: string): Promise<boolean | undefined>;
	/** Ends a session of an earlier runner that does nothing: its client is frozen or cut off. */
	endIdle(session: RunSession, id: string): Promise<void>;
	/** Returns whether several statements of a session reach the same connection of the server. */
	keepsSession(session: RunSession): Promise<boolean>;
	blockers(session: RunSession, id: string): Promise<readonly Blocker[]>;
	pressure(session: RunSession, table: string | undefined): Promise<Pressure>;
	/** Finds out what became of a step; only what assertions of the plan cannot tell. */
	probe(session: RunSession, step: ServerStep): Promise<Probe>;
	/** Returns the schema as lines, sorted: the same schema, the same lines (src/catalog/schema-lines.ts). */
	schemaLines(session: RunSession): Promise<readonly string[]>;
	/** Every index but those of the server and of the books, by name. */
	indexes(session: RunSession): Promise<readonly IndexReading[]>;
	/** A stable name of the database for receipts, without secrets. */
	targetId(session: RunSession): Promise<string>;
	/** Whether the server takes writes; a replica does not. */
	isReadOnly(session: RunSession): Promise<boolean>;
	/** Returns, in words, what the user of the session may not do that steps and books need. */
	missingRights(session: RunSession, steps: readonly ServerStep[]): Promise<readonly string[]>;
}

/** Why there is no engine, and what to do about it. */
export interface EngineProblem {
	readonly code: "engineMissing" | "noConnection" | "wrongServer" | "badTarget" | "inUse";
	readonly message: string;
	readonly hint: string;
}

/** A database that plans can be run on. */
export interface RunEngine {
	readonly dialect: DialectId;
	/** For people: "PostgreSQL 18.4 on localhost:5432/shop". Without secrets. */
	readonly name: string;
	/** As plans have it: the major version of PostgreSQL, 80029 for MySQL 8.0.29, 3045001 for SQLite 3.45.1. */
	readonly version: number;
	/** Whether a plan for a version runs here as it is meant; the same version only when absent. */
	suits?(version: number): boolean;
	/** An embedded database has one connection: lock and work share it. */
	readonly connections: "one" | "many";
	readonly ways: ServerWays;
	connect(purpose: string): Promise<RunSession | EngineProblem>;
	close(): Promise<void>;
}
