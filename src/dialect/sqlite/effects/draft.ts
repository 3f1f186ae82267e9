import type { Effect } from "../../../core/effect.ts";
import { because, effectOf, newEffectDraft, type EffectDraft } from "../../effect-draft.ts";

export { because };

/** An effect while it is put together. Every function that fills it may run twice without harm. */
export interface Draft extends EffectDraft {
	/** The database files that are written: main, or the name of an attached one. */
	readonly writes: Set<string>;
	transaction: Effect["transaction"];
}

export function newDraft(): Draft {
	return { ...newEffectDraft(), writes: new Set(), transaction: "allowed" };
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
	return effectOf(draft, { locks: locksOf(draft, journal), transaction: draft.transaction });
}
