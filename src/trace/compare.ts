import type { Effect } from "../core/effect.ts";
import { modeNamed, strongest, type LockMode } from "../dialect/postgres/effects/locks.ts";
import type { Observation } from "./observe.ts";

/** What the effects of a statement say together. Names are schema.name. */
export interface Said {
	readonly locks: ReadonlyMap<string, LockMode>;
	readonly rewrites: ReadonlySet<string>;
	readonly scans: ReadonlySet<string>;
	readonly builds: ReadonlySet<string>;
	readonly transaction: Effect["transaction"];
	/** SQLite: whether it begins to write to the file. */
	readonly writes?: boolean;
	readonly fails?: { readonly code: string; readonly reason: string };
}

export type Aspect =
	"failure" | "transaction" | "locks" | "writes" | "rewrites" | "scans" | "builds";

/** One thing that the effects said and the server did not do, or the other way round. */
export interface Difference {
	readonly aspect: Aspect;
	/** schema.name, for what concerns one relation. */
	readonly relation?: string;
	readonly said: string;
	readonly happened: string;
}

/** Returns what the operations of a statement do together. */
export function unite(effects: readonly Effect[]): Said {
	const locks = new Map<string, LockMode>();
	for (const { relation, mode } of effects.flatMap((effect) => effect.locks)) {
		locks.set(relation, strongest(locks.get(relation), modeNamed(mode)));
	}
	const fails = effects.find((effect) => effect.fails)?.fails;
	const refused = effects.some(({ transaction }) => transaction === "refused");
	return {
		locks,
		rewrites: new Set(effects.flatMap((effect) => effect.rewrites)),
		scans: new Set(effects.flatMap((effect) => effect.scans)),
		builds: new Set(effects.flatMap((effect) => effect.builds.map(({ index }) => index))),
		transaction: refused ? "refused" : "allowed",
		...(fails && { fails }),
	};
}

/**
 * SQLSTATE classes that the rows or the machine decide, not the schema: bad data (22), violated
 * constraints (23), a rollback by the server (40), resources (53), an operator (57), the system (58),
 * a lost connection (08), a RAISE in a body (P0).
 */
const undecidable: ReadonlySet<string> = new Set(["08", "22", "23", "40", "53", "57", "58", "P0"]);

/** True when the schema alone does not tell that the statement fails. */
export function isAboutRows(code: string): boolean {
	return undecidable.has(code.slice(0, 2));
}

/** True when a table that it locks has no rows here, as it may have elsewhere. */
function touchesEmpty(seen: Observation): boolean {
	return [...(seen.locks ?? []), ...seen.held].some(
		({ relation }) => seen.before.get(relation)?.size === 0,
	);
}

function compareFailure(said: Said, seen: Observation): readonly Difference[] {
	const happened = seen.failure
		? `${seen.failure.code}: ${seen.failure.message}`
		: "the server accepts it";
	if (said.fails) {
		if (said.fails.code === seen.failure?.code) return [];
		if (isAboutRows(said.fails.code) && !seen.failure && touchesEmpty(seen)) return [];
		return [{ aspect: "failure", said: `${said.fails.code}: ${said.fails.reason}`, happened }];
	}
	if (!seen.failure || isAboutRows(seen.failure.code)) return [];
	return [{ aspect: "failure", said: "the server accepts it", happened }];
}

function compareTransaction(said: Said, seen: Observation): readonly Difference[] {
	const happened = seen.refusedInTransaction ? "refused" : "allowed";
	if (said.transaction === happened) return [];
	return [{ aspect: "transaction", said: said.transaction, happened }];
}

/** Relations that a sample sees for certain: the tables that are held until the request was seen. */
const heldKinds: ReadonlySet<string> = new Set(["r", "p"]);

function compareLocks(said: Said, seen: Observation): readonly Difference[] {
	if (!seen.locks) return [];
	const held = new Map(seen.held.map(({ relation, mode }) => [relation, mode]));
	const happened = new Map(seen.locks.map(({ relation, mode }) => [relation, mode]));
	const withHeld = (relation: string, mode: LockMode | undefined): string => {
		const before = held.get(relation);
		return (mode && before ? strongest(before, mode) : (mode ?? before)) ?? "no lock";
	};
	return [...new Set([...said.locks.keys(), ...happened.keys()])].flatMap((relation) => {
		const kind = seen.before.get(relation)?.kind;
		if (kind === undefined && seen.created.has(relation)) return [];
		const mode = happened.get(relation);
		if (seen.sampled && mode === undefined && !heldKinds.has(kind ?? "r")) return [];
		const one = withHeld(relation, said.locks.get(relation));
		const other = withHeld(relation, mode);
		return one === other ? [] : [{ aspect: "locks", relation, said: one, happened: other }];
	});
}

export function compareSets(
	aspect: Aspect,
	words: readonly [did: string, didNot: string],
	said: ReadonlySet<string>,
	happened: ReadonlySet<string>,
): readonly Difference[] {
	const [did, didNot] = words;
	return [...new Set([...said, ...happened])].flatMap((relation) =>
		said.has(relation) === happened.has(relation)
			? []
			: [
					{
						aspect,
						relation,
						said: said.has(relation) ? did : didNot,
						happened: happened.has(relation) ? did : didNot,
					},
				],
	);
}

const notRead = "not read whole";

/** A scan of an empty table costs nothing: the server may do it or not, the effects may say it or not. */
function compareScans(said: Said, seen: Observation): readonly Difference[] {
	const isEmpty = (relation: string): boolean => seen.before.get(relation)?.size === 0;
	const happened = seen.scans.filter(({ rows }) => rows > 0).map(({ relation }) => relation);
	const expected = [...said.scans].filter(
		(relation) => seen.before.has(relation) || !seen.created.has(relation),
	);
	return compareSets(
		"scans",
		["read whole", notRead],
		new Set(expected.filter((relation) => !isEmpty(relation) || happened.includes(relation))),
		new Set(happened),
	);
}

function compareRewrites(said: Said, seen: Observation): readonly Difference[] {
	// TRUNCATE of an empty table looks like the rewrite of one.
	const unclear = (relation: string): boolean =>
		seen.before.get(relation)?.size === 0 && seen.emptied.includes(relation);
	const expected = [...said.rewrites].filter(
		(relation) => !seen.created.has(relation) && !unclear(relation),
	);
	return compareSets(
		"rewrites",
		["rewritten", "not rewritten"],
		new Set(expected),
		new Set(seen.rewrites),
	);
}

/** Locks that only a row that is changed asks for: its foreign keys and what refers to it. */
const rowLocks: ReadonlySet<string> = new Set(["RowShareLock", "RowExclusiveLock"]);

/**
 * True for a lock or scan that the server had no reason for, because the tables whose rows ask for it
 * were empty: no row was changed that fires a foreign key, or none was there to look up elsewhere.
 */
export function dependsOnRows(
	{ aspect, relation, said, happened }: Difference,
	tables: { readonly changed: readonly string[]; readonly referencing: readonly string[] },
	empty: ReadonlySet<string>,
): boolean {
	const areEmpty = (names: readonly string[]): boolean =>
		names.length > 0 && names.every((name) => empty.has(name));
	if (aspect === "locks") {
		const isTarget = relation !== undefined && tables.changed.includes(relation);
		const isWeaker = ["no lock", "AccessShareLock", "RowShareLock"].includes(happened);
		return !isTarget && rowLocks.has(said) && isWeaker && areEmpty(tables.changed);
	}
	if (aspect !== "scans" || happened !== notRead) return false;
	return areEmpty(tables.changed) || areEmpty(tables.referencing);
}

/** REINDEX CONCURRENTLY builds under a name of its own, which the index loses at the end. */
function finalName(index: string): string {
	return index.replace(/_ccnew\d*$/, "");
}

/** Returns what differs between the effects and the server; nothing when they agree. */
export function compare(said: Said, seen: Observation): readonly Difference[] {
	if (seen.failure?.code === "25001") return compareTransaction(said, seen);
	const failure = compareFailure(said, seen);
	if (said.fails || seen.failure) return failure;
	return [
		...compareTransaction(said, seen),
		...compareLocks(said, seen),
		...compareRewrites(said, seen),
		...compareScans(said, seen),
		...compareSets(
			"builds",
			["built", "not built"],
			new Set([...said.builds].map(finalName)),
			new Set(seen.builds.map(({ index }) => index)),
		),
	];
}
