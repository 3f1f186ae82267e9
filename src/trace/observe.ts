import type { LockMode } from "../dialect/postgres/effects/locks.ts";
import { isLockMode, strongest } from "../dialect/postgres/effects/locks.ts";
import type { Execution, Failure, Session, TraceEngine } from "./engine.ts";
import { fileChanges, isIndex, readRelations, type Relations } from "./relations.ts";
import { watchLocks } from "./sample.ts";
import { readScans, readScansOfAll, type ScanCounts } from "./scans.ts";

/** A lock that the statement asked for, on a relation that was there before. */
export interface ObservedLock {
	/** schema.name */
	readonly relation: string;
	readonly mode: LockMode;
}

/** A relation that was read from its first to its last row. */
export interface ObservedScan {
	readonly relation: string;
	readonly rows: number;
}

/** What a statement wrote to a database file. */
export interface FileWrites {
	/** It begins to write, so that no other connection may. */
	readonly begins: boolean;
	/** Absent in a transaction, where pages wait for the COMMIT, and where nobody could look. */
	readonly pages?: number;
	/** Where the statement is the last of its transaction: the pages of all of it. */
	readonly pagesOfTransaction?: number;
}

/** What a server really did for one statement. Names are schema.name. */
export interface Observation {
	/** Strongest new lock on each table-like relation; absent where nobody could look. */
	readonly locks?: readonly ObservedLock[];
	readonly indexLocks?: readonly ObservedLock[];
	/** The locks were watched from another connection: short ones on indexes may be missing. */
	readonly sampled: boolean;
	/** What the transaction held before, tables and indexes. */
	readonly held: readonly ObservedLock[];
	readonly rewrites: readonly string[];
	/** SQLite, which locks whole files: whether the statement writes its own, and how much. */
	readonly writes?: FileWrites;
	/** Tables that got an empty file: TRUNCATE. */
	readonly emptied: readonly string[];
	readonly sequences: readonly string[];
	readonly scans: readonly ObservedScan[];
	readonly builds: readonly { readonly index: string; readonly table: string }[];
	/** The server's words for a scan that it could leave out. */
	readonly proofs: readonly string[];
	readonly milliseconds: number;
	/** The statement may not run in a transaction (25001). */
	readonly refusedInTransaction: boolean;
	readonly failure?: Failure;
	/** The relations that were there, by name: their relkind, and the bytes of their rows. */
	readonly before: ReadonlyMap<string, { readonly kind: string; readonly size: number }>;
	/** Relations that the statement made. */
	readonly created: ReadonlySet<string>;
}

const locksQuery = `
SELECT relation::text, mode::text FROM pg_catalog.pg_locks
WHERE locktype = 'relation' AND granted AND pid = pg_backend_pid()
  AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())`;

/** Modes by relation oid. */
export type LockList = readonly (readonly [oid: string, mode: LockMode])[];

async function readLocks(session: Session): Promise<LockList> {
	return (await session.query(locksQuery)).flatMap(([oid, mode]) =>
		typeof oid === "string" && typeof mode === "string" && isLockMode(mode)
			? [[oid, mode] as const]
			: [],
	);
}

function strongestByRelation(
	locks: LockList,
	relations: Relations,
): ReadonlyMap<string, { readonly mode: LockMode; readonly index: boolean }> {
	const found = new Map<string, { mode: LockMode; index: boolean }>();
	for (const [oid, mode] of locks) {
		const relation = relations.get(oid);
		if (!relation) continue;
		const known = found.get(relation.key)?.mode;
		found.set(relation.key, { mode: strongest(known, mode), index: isIndex(relation) });
	}
	return found;
}

function listLocks(locks: LockList, relations: Relations, index: boolean): readonly ObservedLock[] {
	return [...strongestByRelation(locks, relations)]
		.filter(([, found]) => found.index === index)
		.map(([relation, { mode }]) => ({ relation, mode }));
}

interface Before {
	readonly relations: Relations;
	readonly locks: LockList;
}

interface After {
	readonly relations: Relations;
	readonly scans: ScanCounts;
	/** Undefined where nobody could look. */
	readonly locks: LockList | undefined;
}

function proofsOf(notices: readonly string[]): readonly string[] {
	return notices.filter((notice) =>
		/^(existing constraints on column|partition constraint for .* is implied|updated partition constraint for default)/.test(
			notice,
		),
	);
}

function describe(
	before: Before,
	after: After,
	run: Execution,
	how: { readonly sampled: boolean; readonly refusedInTransaction: boolean },
): Observation {
	const { relations } = before;
	const nameOf = ({ key }: { readonly key: string }): string => key;
	const files = fileChanges(relations, after.relations, after.scans);
	const scans = [...after.scans].flatMap(([oid, rows]) => {
		const relation = relations.get(oid);
		return relation ? [{ relation: relation.key, rows }] : [];
	});
	return {
		...how,
		...(after.locks && {
			locks: listLocks(after.locks, relations, false),
			indexLocks: listLocks(after.locks, relations, true),
		}),
		held: [false, true].flatMap((index) => listLocks(before.locks, relations, index)),
		rewrites: files.rewrites.map(nameOf),
		emptied: files.emptied.map(nameOf),
		sequences: files.sequences.map(nameOf),
		scans,
		builds: files.builds.map((index) => ({
			index: index.key,
			table: after.relations.get(index.table ?? "")?.key ?? "",
		})),
		proofs: proofsOf(run.notices),
		milliseconds: run.milliseconds,
		...(run.failure && { failure: run.failure }),
		before: new Map([...relations.values()].map((relation) => [relation.key, relation])),
		created: new Set(
			[...after.relations.values()].filter(({ oid }) => !relations.has(oid)).map(nameOf),
		),
	};
}

function minus(after: LockList, before: LockList): LockList {
	const had = new Set(before.map(([oid, mode]) => `${oid} ${mode}`));
	return after.filter(([oid, mode]) => !had.has(`${oid} ${mode}`));
}

/** A statement that failed has left nothing behind: its transaction is gone. */
function describeFailure(
	before: Before,
	run: Execution,
	refusedInTransaction: boolean,
): Observation {
	const nothing = { relations: before.relations, scans: new Map<string, number>(), locks: [] };
	return describe(before, nothing, run, { sampled: false, refusedInTransaction });
}

/**
 * Runs a statement in the transaction that is open on the engine. Locks live until its end, so one look
 * afterwards sees every one (pg_locks); scans are counted by the server (pg_stat_xact_all_tables).
 * After a failure the transaction is aborted, and ending it is up to the caller.
 */
export async function observeInTransaction(engine: TraceEngine, sql: string): Promise<Observation> {
	const before = { relations: await readRelations(engine), locks: await readLocks(engine) };
	const scansBefore = await readScans(engine);
	const run = await engine.execute(sql);
	if (run.failure) return describeFailure(before, run, run.failure.code === "25001");
	const locks = minus(await readLocks(engine), before.locks);
	const scans = (await readScans(engine)).since(scansBefore);
	const relations = await readRelations(engine);
	return describe(before, { relations, scans, locks }, run, {
		sampled: false,
		refusedInTransaction: false,
	});
}

/** Runs a statement outside any transaction and watches it from another connection, if there is one. */
async function observeOutside(
	engine: TraceEngine,
	sql: string,
	refusedInTransaction: boolean,
): Promise<Observation> {
	const before: Before = { relations: await readRelations(engine), locks: [] };
	const scansBefore = await readScansOfAll(engine);
	const watched =
		engine.connect && (await watchLocks(engine, engine.connect, before.relations, sql));
	const run = watched?.run ?? (await engine.execute(sql));
	if (run.failure) return describeFailure(before, run, refusedInTransaction);
	const scans = (await readScansOfAll(engine)).since(scansBefore);
	const after = { relations: await readRelations(engine), scans, locks: watched?.locks };
	return describe(before, after, run, { sampled: true, refusedInTransaction });
}

/** 25001: not in a transaction block. 2D000: its body ends the transaction (CALL, DO). */
const outsideOnly: ReadonlySet<string> = new Set(["25001", "2D000"]);

/**
 * Runs a statement that commits by itself: in a transaction of its own, where everything can be seen,
 * or outside one when the server refuses that.
 */
export async function observeAlone(engine: TraceEngine, sql: string): Promise<Observation> {
	await engine.execute("BEGIN");
	const observed = await observeInTransaction(engine, sql);
	if (!observed.failure) {
		const { failure } = await engine.execute("COMMIT");
		return failure ? { ...observed, failure } : observed;
	}
	await engine.execute("ROLLBACK");
	const { code } = observed.failure;
	return outsideOnly.has(code) ? observeOutside(engine, sql, code === "25001") : observed;
}
