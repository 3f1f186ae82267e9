import type { Blocking } from "../../../core/effect.ts";

/**
 * The modes of metadata locks as performance_schema.metadata_locks calls them, from weak to strong.
 *
 * MySQL Reference Manual 8.4, 10.11.4 Metadata Locking; sql/mdl.h of both servers.
 */
export const lockModes = [
	"SHARED_READ",
	"SHARED_WRITE",
	"SHARED_UPGRADABLE",
	"SHARED_READ_ONLY",
	"SHARED_NO_WRITE",
	"SHARED_NO_READ_WRITE",
	"EXCLUSIVE",
] as const;

export type LockMode = (typeof lockModes)[number];

export function isLockMode(name: string): name is LockMode {
	return lockModes.some((mode) => mode === name);
}

export function strongest(one: LockMode | undefined, other: LockMode): LockMode {
	if (one === undefined) return other;
	return lockModes.indexOf(one) > lockModes.indexOf(other) ? one : other;
}

/** What other sessions wait for while the lock is held. */
export function blockedBy(mode: LockMode): Blocking {
	switch (mode) {
		case "EXCLUSIVE":
		case "SHARED_NO_READ_WRITE":
			return "readsAndWrites";
		case "SHARED_NO_WRITE":
		case "SHARED_READ_ONLY":
			return "writes";
		case "SHARED_UPGRADABLE":
			return "schemaChanges";
		default:
			return "nothing";
	}
}
