import { defineRule } from "#core";

/** Locks that a session takes without the shared lock table, before PostgreSQL 18. */
const fastLocks = 16;

export default defineRule({
	id: "no-index-overload",
	summary: "Disallow so many indexes on a table that its queries leave the fast path of locking.",
	why: `Planning a query locks the table and every index of it. Until PostgreSQL 17 a session keeps 16 such locks to
itself (FP_LOCK_SLOTS_PER_BACKEND, src/include/storage/proc.h); those beyond go to the lock table that all sessions
share, and under many short queries these wait for its latches (LWLock:LockManager). A table and 16 indexes are past
that limit in every query that is not cached. Each index also makes every INSERT dearer. In 18 the number follows
max_locks_per_transaction.`,
	category: "locks",
	dialects: ["postgres"],
	severity: "info",
	preset: "strict",
	aliases: {},
	help: "Drop an index that is not used (pg_stat_user_indexes.idx_scan) or that another one covers.",
	messages: {
		overload:
			"With {count} indexes on {table} every query that is planned takes more locks than a session can keep to itself.",
	},
	examples: [
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY, a int UNIQUE, b int UNIQUE, c int UNIQUE, d int UNIQUE, e int UNIQUE,
f int UNIQUE, g int UNIQUE, h int UNIQUE, i int UNIQUE, j int UNIQUE, k int UNIQUE, l int UNIQUE, m int UNIQUE,
n int UNIQUE, total numeric);`,
			bad: "CREATE INDEX CONCURRENTLY orders_total_idx ON orders (total);",
			good: "ANALYZE orders;",
		},
	],
	on: {
		createIndex(operation, context) {
			const table = context.catalog.table(operation.table);
			if (!table || context.version >= 18) return;
			const count = table.indexes.length + 1;
			if (count + 1 <= fastLocks) return;
			const key = context.catalog.resolve(operation.table);
			context.report({
				message: "overload",
				at: operation,
				data: { table: table.name, count },
				once: key,
				// An index that takes the place of another comes before that goes.
				atReleaseEnd: (after) =>
					(after.tableByKey(key)?.indexes.length ?? 0) < count ? "settled" : undefined,
			});
		},
	},
});
