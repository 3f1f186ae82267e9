import type { LimitQuestions, StepLimits } from "../plan-dialect.ts";

/**
 * Returns the limits of a step in milliseconds, 0 for none. A wait for a lock makes all who come later
 * wait too, so it is short, and the step is tried again. CONCURRENTLY has none: it waits for transactions
 * without standing in anybody's way, and when the wait ends early an INVALID index is left (measured on
 * PostgreSQL 15: lock_timeout counts for an old snapshot on any table). VALIDATE queues behind autovacuum
 * and reads the table: longer to get the lock, no limit to run.
 */
export function postgresLimits({
	transaction,
	isConcurrent,
	validates,
	grows,
}: LimitQuestions): StepLimits {
	if (isConcurrent && transaction === "none") return { lockTimeout: 0, statementTimeout: 0 };
	if (validates) return { lockTimeout: 2000, statementTimeout: 0 };
	if (transaction === "batches") return { lockTimeout: 500, statementTimeout: 5000 };
	return { lockTimeout: 500, statementTimeout: grows ? 0 : 5000 };
}
