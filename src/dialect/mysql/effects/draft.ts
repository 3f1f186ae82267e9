import type { Key } from "../../../catalog/model.ts";
import type { Effect, IndexBuild, Lock, OnlineChange, Phase } from "../../../core/effect.ts";
import { blockedBy, strongest, type LockMode } from "./locks.ts";

/** An effect while it is put together. */
export interface Draft {
	readonly locks: Map<Key, LockMode>;
	readonly brief: Map<Key, LockMode>;
	/** Tables of which the statement locks every row that it reads. */
	readonly rowLocks: Set<Key>;
	readonly rewrites: Set<Key>;
	readonly scans: Set<Key>;
	readonly builds: Map<string, IndexBuild>;
	readonly reasons: Set<string>;
	fails?: NonNullable<Effect["fails"]>;
	phase: Phase;
	reversible: Effect["reversible"];
	assumed: boolean;
	/** The statement ends the open transaction. */
	commits: boolean;
	/** Its rows travel to the replicas, or it runs again there. */
	replicated: boolean;
	rowVersion: boolean;
	online?: OnlineChange;
	better?: NonNullable<Effect["better"]>;
}

export function newDraft(): Draft {
	return {
		locks: new Map(),
		brief: new Map(),
		rowLocks: new Set(),
		rewrites: new Set(),
		scans: new Set(),
		builds: new Map(),
		reasons: new Set(),
		phase: "expand",
		reversible: "yes",
		assumed: false,
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

export function because(draft: Draft, reason: string): void {
	draft.reasons.add(reason);
}

/** The first refusal stands: the server stops there. */
export function refuse(draft: Draft, code: number, reason: string): void {
	draft.fails ??= { code: String(code), reason };
}

function durationOf({ rewrites, scans, builds }: Draft): Effect["duration"] {
	if (rewrites.size > 0) return "rows";
	if (builds.size > 0 && scans.size > 0) return "index";
	return scans.size > 0 ? "rows" : "constant";
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
	const { fails, phase, reversible, assumed, better, online } = draft;
	const duration = durationOf(draft);
	const common = {
		indexLocks: [],
		transaction: "allowed",
		phase,
		reversible,
		assumed,
		reasons: [...draft.reasons],
		...(draft.commits ? { commits: true as const } : {}),
	} as const;
	if (fails) {
		const nothing = {
			locks: [],
			rewrites: [],
			scans: [],
			builds: [],
			duration: "constant",
		} as const;
		return { ...common, ...nothing, fails };
	}
	const brief = [...draft.brief].filter(([key, mode]) => draft.locks.get(key) !== mode);
	return {
		...common,
		locks: listLocks(draft.locks, draft.rowLocks),
		rewrites: [...draft.rewrites],
		scans: [...draft.scans],
		builds: [...draft.builds.values()],
		duration,
		...(brief.length > 0 ? { briefLocks: listLocks(new Map(brief), new Set()) } : {}),
		...(draft.replicated && duration !== "constant" ? { replicaLag: true as const } : {}),
		...(draft.rowVersion ? { rowVersion: true as const } : {}),
		...(online ? { online } : {}),
		...(better ? { better } : {}),
	};
}
