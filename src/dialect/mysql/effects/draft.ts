import type { Key } from "../../../catalog/model.ts";
import type { Effect, Lock, OnlineChange } from "../../../core/effect.ts";
import { because, effectOf, newEffectDraft, type EffectDraft } from "../../effect-draft.ts";
import { blockedBy, strongest, type LockMode } from "./locks.ts";

export { because };

/** An effect while it is put together. */
export interface Draft extends EffectDraft {
	readonly locks: Map<Key, LockMode>;
	readonly brief: Map<Key, LockMode>;
	/** Tables of which the statement locks every row that it reads. */
	readonly rowLocks: Set<Key>;
	/** The statement ends the open transaction. */
	commits: boolean;
	/** Its rows travel to the replicas, or it runs again there. */
	replicated: boolean;
	rowVersion: boolean;
	online?: OnlineChange;
}

export function newDraft(): Draft {
	return {
		...newEffectDraft(),
		locks: new Map(),
		brief: new Map(),
		rowLocks: new Set(),
		commits: false,
		replicated: true,
		rowVersion: false,
	};
}

export function lock(draft: Draft, relation: Key, mode: LockMode): void {
	draft.locks.set(relation, strongest(draft.locks.get(relation), mode));
}

export function lockBriefly(draft: Draft, relation: Key, mode: LockMode = "EXCLUSIVE"): void {
	draft.brief.set(relation, strongest(draft.brief.get(relation), mode));
}

/** The first refusal stands: the server stops there. */
export function refuse(draft: Draft, code: number, reason: string): void {
	draft.fails ??= { code: String(code), reason };
}

function listLocks(locks: ReadonlyMap<Key, LockMode>, rows: ReadonlySet<Key>): readonly Lock[] {
	return [...locks].map(([relation, mode]) => ({
		relation,
		mode,
		blocks: rows.has(relation) ? "writes" : blockedBy(mode),
	}));
}

/** The effect of a draft. What the server refuses holds nothing, but it has ended the transaction. */
export function finish(draft: Draft): Effect {
	const { locks, rowLocks, online, rowVersion, replicated } = draft;
	const effect = effectOf(draft, { locks: listLocks(locks, rowLocks), transaction: "allowed" });
	const commits = draft.commits && { commits: true as const };
	if (effect.fails) return { ...effect, ...commits };
	const brief = [...draft.brief].filter(([key, mode]) => locks.get(key) !== mode);
	return {
		...effect,
		...commits,
		...(brief.length > 0 && { briefLocks: listLocks(new Map(brief), new Set()) }),
		...(replicated && effect.duration !== "constant" && { replicaLag: true as const }),
		...(rowVersion && { rowVersion: true as const }),
		...(online && { online }),
	};
}
