import type { Index, Key, Table } from "../../../catalog/model.ts";
import type { Effect } from "../../../core/effect.ts";
import { because, effectOf, newEffectDraft, type EffectDraft } from "../../effect-draft.ts";
import { blockedBy, strongest, type LockMode } from "./locks.ts";

export { because };

/** An effect while it is put together. Every function that fills it may run twice without harm. */
export interface Draft extends EffectDraft {
	readonly locks: Map<Key, LockMode>;
	readonly indexLocks: Map<Key, LockMode>;
	transaction: Effect["transaction"];
	/** It waits for transactions that were open before. */
	waits: boolean;
}

export function newDraft(): Draft {
	return {
		...newEffectDraft(),
		locks: new Map(),
		indexLocks: new Map(),
		transaction: "allowed",
		waits: false,
	};
}

export function lock(draft: Draft, relation: Key, mode: LockMode): void {
	draft.locks.set(relation, strongest(draft.locks.get(relation), mode));
}

export function lockIndex(draft: Draft, index: Key, mode: LockMode): void {
	draft.indexLocks.set(index, strongest(draft.indexLocks.get(index), mode));
}

/** Locks the indexes of a table. */
export function lockIndexes(draft: Draft, indexes: readonly Index[], mode: LockMode): void {
	for (const index of indexes) lockIndex(draft, `${index.schema}.${index.name}`, mode);
}

/** The first refusal stands: the server stops there. */
export function refuse(draft: Draft, code: string, reason: string): void {
	draft.fails ??= { code, reason };
}

/** The statement must stand outside of a transaction block. */
export function refuseInTransaction(draft: Draft, words: string): void {
	draft.transaction = "refused";
	because(draft, `${words} cannot run inside a transaction block`);
}

/** What a relation that keeps rows is to the drafts: a known table or the key of an assumed one. */
export interface Storage {
	readonly key: Key;
	readonly kind: Table["kind"] | "materializedView" | "view";
	readonly empty: boolean;
	readonly indexes: readonly Index[];
}

export function hasFile(storage: Storage): boolean {
	return storage.kind === "table" || storage.kind === "materializedView";
}

/** The relation is read whole; a table without rows costs nothing and is left out. */
export function scan(draft: Draft, storage: Storage): void {
	if (hasFile(storage) && !storage.empty) draft.scans.add(storage.key);
}

export function build(draft: Draft, storage: Storage, index: Key): void {
	if (!hasFile(storage)) return;
	draft.builds.set(index, { index, table: storage.key });
	scan(draft, storage);
}

/** A new file for the relation: every row is read and written and every index built anew. */
export function rewrite(draft: Draft, storage: Storage): void {
	if (!hasFile(storage)) return;
	draft.rewrites.add(storage.key);
	scan(draft, storage);
	rebuildIndexes(draft, storage, storage.indexes);
}

export function rebuildIndexes(draft: Draft, storage: Storage, indexes: readonly Index[]): void {
	lockIndexes(draft, indexes, "AccessExclusiveLock");
	for (const { schema, name } of indexes) build(draft, storage, `${schema}.${name}`);
}

function listLocks(locks: ReadonlyMap<Key, LockMode>): Effect["locks"] {
	return [...locks].map(([relation, mode]) => ({ relation, mode, blocks: blockedBy(mode) }));
}

/** The effect of a draft. A refused operation holds nothing: its transaction is rolled back. */
export function finish(draft: Draft): Effect {
	return effectOf(draft, {
		locks: listLocks(draft.locks),
		indexLocks: listLocks(draft.indexLocks),
		transaction: draft.transaction,
		...(draft.waits && { duration: "waitsForTransactions" }),
	});
}
