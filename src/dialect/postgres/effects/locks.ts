import type { Blocking } from "../../../core/effect.ts";

/**
 * Lock modes of tables from weak to strong, under the server's own names.
 * Source: https://www.postgresql.org/docs/current/explicit-locking.html
 */
const modes = [
	"AccessShareLock",
	"RowShareLock",
	"RowExclusiveLock",
	"ShareUpdateExclusiveLock",
	"ShareLock",
	"ShareRowExclusiveLock",
	"ExclusiveLock",
	"AccessExclusiveLock",
] as const;

export type LockMode = (typeof modes)[number];

export function isLockMode(name: string): name is LockMode {
	return modes.some((mode) => mode === name);
}

/** The mode of that name; the strongest for a name that is none. */
export function modeNamed(name: string): LockMode {
	return modes.find((mode) => mode === name) ?? "AccessExclusiveLock";
}

export function strongest(one: LockMode | undefined, other: LockMode): LockMode {
	if (one === undefined) return other;
	return modes.indexOf(one) > modes.indexOf(other) ? one : other;
}

/**
 * What other sessions wait for while the lock is held. SELECT takes AccessShareLock, INSERT, UPDATE and
 * DELETE RowExclusiveLock, VACUUM and most ALTER TABLE ShareUpdateExclusiveLock or more.
 */
export function blockedBy(mode: LockMode): Blocking {
	switch (mode) {
		case "AccessExclusiveLock":
			return "readsAndWrites";
		case "ExclusiveLock":
		case "ShareRowExclusiveLock":
		case "ShareLock":
			return "writes";
		case "ShareUpdateExclusiveLock":
			return "schemaChanges";
		default:
			return "nothing";
	}
}
