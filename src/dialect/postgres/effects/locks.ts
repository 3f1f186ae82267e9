import type { Blocking } from "../../../core/effect.ts";
import { lockModes, type LockMode } from "../lock-modes.ts";

export type { LockMode } from "../lock-modes.ts";

export function isLockMode(name: string): name is LockMode {
	return lockModes.some((mode) => mode === name);
}

/** The mode of that name; the strongest for a name that is none. */
export function modeNamed(name: string): LockMode {
	return lockModes.find((mode) => mode === name) ?? "AccessExclusiveLock";
}

export function strongest(one: LockMode | undefined, other: LockMode): LockMode {
	if (one === undefined) return other;
	return lockModes.indexOf(one) > lockModes.indexOf(other) ? one : other;
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
