import type { Key } from "../../../catalog/model.ts";
import type { Effect, IndexBuild, Phase } from "../../../core/effect.ts";

/** An effect while it is put together. Every function that fills it may run twice without harm. */
export interface Draft {
	/** The database files that are written: main, or the name of an attached one. */
	readonly writes: Set<string>;
	readonly rewrites: Set<Key>;
	readonly scans: Set<Key>;
	readonly builds: Map<Key, IndexBuild>;
	readonly reasons: Set<string>;
	transaction: Effect["transaction"];
	fails?: NonNullable<Effect["fails"]>;
	phase: Phase;
	reversible: Effect["reversible"];
	assumed: boolean;
	better?: NonNullable<Effect["better"]>;
}

export function newDraft(): Draft {
	return {
		writes: new Set(),
		rewrites: new Set(),
		scans: new Set(),
		builds: new Map(),
		reasons: new Set(),
		transaction: "allowed",
		phase: "expand",
		reversible: "yes",
		assumed: false,
	};
}

export function because(draft: Draft, reason: string): void {
	draft.reasons.add(reason);
}

/** SQLite says no, whatever rows there are. The first refusal stands: it stops there. */
export function refuse(draft: Draft, reason: string): void {
	draft.fails ??= { code: "SQLITE_ERROR", reason };
}

/** SQLite says no because a name is there, or is not: a history may not tell all names. */
export function refuseName(draft: Draft, reason: string): void {
	draft.fails ??= { code: "SQLITE_ERROR", reason, hangsOn: "names" };
}

/** SQLite says no where there are such rows. */
export function refuseRows(draft: Draft, reason: string): void {
	draft.fails ??= { code: "SQLITE_CONSTRAINT", reason, hangsOn: "rows" };
}

function durationOf(draft: Draft): Effect["duration"] {
	if (draft.rewrites.size > 0) return "rows";
	if (draft.builds.size > 0 && draft.scans.size > 0) return "index";
	return draft.scans.size > 0 ? "rows" : "constant";
}

/**
 * The lock of a write is on the whole database file: one writer at a time. In WAL mode readers go on; with a
 * rollback journal they are shut out while the transaction commits, and one that reads makes the commit fail
 * with SQLITE_BUSY. Which of the two it is says the database file, so only a PRAGMA in the history tells.
 * Source: https://www.sqlite.org/lockingv3.html, https://www.sqlite.org/wal.html; measured with an open reader.
 */
function locksOf(draft: Draft, journal: string | undefined): Effect["locks"] {
	const rollback = journal !== undefined && /^(delete|truncate|persist)$/i.test(journal);
	return [...draft.writes].map((relation) =>
		rollback
			? { relation, mode: "EXCLUSIVE", blocks: "readsAndWrites" as const }
			: { relation, mode: "RESERVED", blocks: "writes" as const },
	);
}

/** The effect of a draft. A refused operation holds nothing: SQLite takes the statement back. */
export function finish(draft: Draft, journal: string | undefined): Effect {
	const { transaction, fails, phase, reversible, assumed, better } = draft;
	const common = {
		indexLocks: [],
		transaction,
		...(fails ? { fails } : {}),
		phase,
		reversible,
		assumed,
		reasons: [...draft.reasons],
		...(better ? { better } : {}),
	};
	if (fails) {
		return { ...common, locks: [], rewrites: [], scans: [], builds: [], duration: "constant" };
	}
	return {
		...common,
		locks: locksOf(draft, journal),
		rewrites: [...draft.rewrites],
		scans: [...draft.scans],
		builds: [...draft.builds.values()],
		duration: durationOf(draft),
	};
}
