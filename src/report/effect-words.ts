import type { Effect, Lock, OnlineChange } from "../core/effect.ts";

/** Returns a lock mode as the documentation writes it: ACCESS EXCLUSIVE for AccessExclusiveLock. */
export function modeName(mode: string): string {
	return mode
		.replace(/Lock$/, "")
		.replace(/([a-z])([A-Z])/g, "$1 $2")
		.toUpperCase();
}

/** What others can still do while a lock is held. */
export const blocked: Readonly<Record<Lock["blocks"], string>> = {
	readsAndWrites: "nobody else can read or write it",
	writes: "every write waits, reads go on",
	schemaChanges: "other schema changes and VACUUM wait, reads and writes go on",
	nothing: "reads and writes go on",
};

/** What others can still do while this lock is held: only PostgreSQL has VACUUM. */
export function blockedBy({ mode, blocks }: Lock): string {
	const words = blocked[blocks];
	return mode.endsWith("Lock") ? words : words.replace(" and VACUUM", "");
}

/** How long a statement takes. */
export const durations: Readonly<Record<Effect["duration"], string>> = {
	constant: "a moment, whatever the size",
	rows: "grows with the rows",
	index: "grows with the rows: an index is built",
	waitsForTransactions: "waits for every transaction that was open before it",
};

/** Whether it can be taken back. */
export const undo: Readonly<Record<Effect["reversible"], string>> = {
	yes: "can be undone",
	lossy: "can be undone, but the data is gone",
	none: "cannot be undone",
};

const algorithmWords: Readonly<Record<OnlineChange["algorithm"], string>> = {
	instant: "only the metadata changes",
	nocopy: "no row is copied",
	inplace: "changed inside the engine, no row is copied",
	copy: "every row is copied into a new table",
};

const onlineLockWords: Readonly<Record<OnlineChange["lock"], string>> = {
	none: "reads and writes go on",
	shared: "reads go on, writes wait",
	exclusive: "reads and writes wait",
};

/** How MySQL or MariaDB runs a change of a table: "INPLACE, LOCK=NONE: ...". */
export function onlineWords(
	{ algorithm, lock }: OnlineChange,
	rewrites: Effect["rewrites"],
): string {
	const isRebuilt = algorithm === "inplace" && rewrites.length > 0;
	const how = isRebuilt ? "all rows are written anew inside the engine" : algorithmWords[algorithm];
	const meanwhile = algorithm === "instant" ? "" : `; ${onlineLockWords[lock]}`;
	return `ALGORITHM=${algorithm.toUpperCase()}, LOCK=${lock.toUpperCase()}: ${how}${meanwhile}`;
}

/** The code of a refusal: SQLSTATE of PostgreSQL has five characters, an error of MySQL a number. */
export function refusalCode(code: string): string {
	return code.length === 5 ? `SQLSTATE ${code}` : `error ${code}`;
}
