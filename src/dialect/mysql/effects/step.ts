import type { Effect, OnlineChange, Phase } from "../../../core/effect.ts";
import type { Key } from "../../../catalog/model.ts";
import { has, type Server, type since } from "./server.ts";

export type Algorithm = OnlineChange["algorithm"];
export type OnlineLock = OnlineChange["lock"];

/** From best to worst. */
export const algorithms: readonly Algorithm[] = ["instant", "nocopy", "inplace", "copy"];
export const onlineLocks: readonly OnlineLock[] = ["none", "shared", "exclusive"];

/** What one clause of an ALTER TABLE asks of the server. The worst of a statement decides. */
export interface Step {
	readonly algorithm: Algorithm;
	readonly lock: OnlineLock;
	/** Every row is written into a new file. */
	readonly rebuilds: boolean;
	/** Names of indexes that are built. */
	readonly builds: readonly string[];
	/**
	 * Columns that stand in the rows are added, dropped or moved: instant only where no other clause asks
	 * for more.
	 */
	readonly reshapes?: "addsLast" | "adds" | "drops" | "moves";
	/** Virtual columns are added or dropped. */
	readonly virtual?: "adds" | "drops";
	/** An index goes: nothing is built, but it is more than metadata of the table. */
	readonly dropsIndex?: true;
	/** AUTO_INCREMENT is added: the numbers are given while nobody else writes. */
	readonly numbers?: true;
	/** Nothing is changed: nobody waits for it. */
	readonly onlyReads?: true;
	/** The primary key goes, or a new one comes. */
	readonly primaryKey?: "dropped" | "added";
	readonly reasons: readonly string[];
	readonly fails?: NonNullable<Effect["fails"]>;
	readonly phase?: Phase;
	readonly reversible?: Effect["reversible"];
	readonly better?: NonNullable<Effect["better"]>;
	/** Other tables that are locked for a moment: the parents of foreign keys. */
	readonly others?: readonly Key[];
}

const plain = { rebuilds: false, builds: [], lock: "none", reasons: [] } as const;

/** Nothing is asked: the object is there already, or the server forgets what it reads. */
export const nothing: Step = { ...plain, algorithm: "instant" };

/** What is asked for is there already, or gone already. */
export const done: Step = { ...nothing, onlyReads: true };

export function instant(...reasons: readonly string[]): Step {
	return { ...plain, algorithm: "instant", reasons };
}

/** Metadata only: instant in MariaDB, and in MySQL since the release; before that in place. */
export function metadata(
	server: Server,
	ability: keyof typeof since = "instant",
	...reasons: readonly string[]
): Step {
	return { ...plain, algorithm: has(server, ability) ? "instant" : "inplace", reasons };
}

/** Metadata that MySQL changes in place and MariaDB in an instant: options of the table, index names. */
export function metadataInPlace({ flavor }: Server, ...reasons: readonly string[]): Step {
	return { ...plain, algorithm: flavor === "mariadb" ? "instant" : "inplace", reasons };
}

/** The table is written anew inside the engine. */
export function rebuild(lock: OnlineLock, ...reasons: readonly string[]): Step {
	return { ...plain, algorithm: "inplace", lock, rebuilds: true, reasons };
}

/** Every row is copied into a new table; who may write meanwhile is decided for the whole statement. */
export function copy(...reasons: readonly string[]): Step {
	return { ...plain, algorithm: "copy", lock: "shared", rebuilds: true, reasons };
}

/** Indexes are built from the rows. */
export function buildIndexes(
	{ flavor }: Server,
	lock: OnlineLock,
	builds: readonly string[],
	...reasons: readonly string[]
): Step {
	return {
		...plain,
		algorithm: flavor === "mariadb" ? "nocopy" : "inplace",
		lock,
		builds,
		reasons,
	};
}

export function refused(code: number, reason: string): Step {
	return { ...plain, algorithm: "instant", fails: { code: String(code), reason } };
}

export function isWorse<Value>(one: Value, other: Value, order: readonly Value[]): boolean {
	return order.indexOf(one) > order.indexOf(other);
}

export function worst<Value>(
	values: readonly Value[],
	order: readonly Value[],
	best: Value,
): Value {
	return values.reduce((a, b) => (isWorse(b, a, order) ? b : a), best);
}

/** Several steps of one clause as one. */
export function together(steps: readonly Step[]): Step {
	const [first = nothing, ...rest] = steps;
	return rest.reduce<Step>(
		(a, b) => ({
			...a,
			...b,
			algorithm: worst([a.algorithm, b.algorithm], algorithms, "instant"),
			lock: worst([a.lock, b.lock], onlineLocks, "none"),
			rebuilds: a.rebuilds || b.rebuilds,
			builds: [...a.builds, ...b.builds],
			reasons: [...new Set([...a.reasons, ...b.reasons])],
			...(a.fails && { fails: a.fails }),
			...(a.others && { others: [...a.others, ...(b.others ?? [])] }),
			...(a.phase === "contract" && { phase: a.phase }),
		}),
		first,
	);
}
