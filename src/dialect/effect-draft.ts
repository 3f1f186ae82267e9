import type { Key } from "../catalog/model.ts";
import type { Effect, IndexBuild, Lock, Phase } from "../core/effect.ts";

/** An effect while it is put together, as far as it is the same for every server. */
export interface EffectDraft {
	readonly rewrites: Set<Key>;
	readonly scans: Set<Key>;
	readonly builds: Map<string, IndexBuild>;
	readonly reasons: Set<string>;
	fails?: NonNullable<Effect["fails"]>;
	phase: Phase;
	reversible: Effect["reversible"];
	assumed: boolean;
	better?: NonNullable<Effect["better"]>;
}

/** Returns the draft of an effect that touches nothing. */
export function newEffectDraft(): EffectDraft {
	return {
		rewrites: new Set(),
		scans: new Set(),
		builds: new Map(),
		reasons: new Set(),
		phase: "expand",
		reversible: "yes",
		assumed: false,
	};
}

export function because(draft: EffectDraft, reason: string): void {
	draft.reasons.add(reason);
}

function durationOf({ rewrites, scans, builds }: EffectDraft): Effect["duration"] {
	if (rewrites.size > 0) return "rows";
	if (builds.size > 0 && scans.size > 0) return "index";
	return scans.size > 0 ? "rows" : "constant";
}

const nothing = { locks: [], indexLocks: [], rewrites: [], scans: [], builds: [] } as const;

/** What a server holds in its own way. */
export interface Held {
	readonly locks: readonly Lock[];
	readonly indexLocks?: readonly Lock[];
	readonly transaction: Effect["transaction"];
	/** Where it is not what the rewrites, scans and builds take. */
	readonly duration?: Effect["duration"];
}

/** Returns the effect of a draft. An operation that is refused holds nothing. */
export function effectOf(
	draft: EffectDraft,
	{ locks, indexLocks = [], transaction, duration = durationOf(draft) }: Held,
): Effect {
	const { rewrites, scans, builds, reasons, fails, phase, reversible, assumed, better } = draft;
	const touched = {
		locks,
		indexLocks,
		rewrites: [...rewrites],
		scans: [...scans],
		builds: [...builds.values()],
		duration,
	};
	return {
		...(fails ? { ...nothing, duration: "constant", fails } : touched),
		transaction,
		phase,
		reversible,
		assumed,
		reasons: [...reasons],
		...(better && { better }),
	};
}
