import type { Effect, Lock } from "../core/effect.ts";

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
