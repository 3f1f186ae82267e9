/**
 * Lock modes of tables from weak to strong, under the server's own names; the grammar numbers them from 1.
 * Source: https://www.postgresql.org/docs/current/explicit-locking.html
 */
export const lockModes = [
	"AccessShareLock",
	"RowShareLock",
	"RowExclusiveLock",
	"ShareUpdateExclusiveLock",
	"ShareLock",
	"ShareRowExclusiveLock",
	"ExclusiveLock",
	"AccessExclusiveLock",
] as const;

export type LockMode = (typeof lockModes)[number];
