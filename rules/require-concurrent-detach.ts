import { defineRule } from "#core";
import { largeInUse, nameRelations } from "../src/catalog/exposure.ts";
import { concurrentFix } from "../src/plan/concurrent-fix.ts";
import { howToLeaveTransaction } from "../src/plan/leave-transaction.ts";

const concurrently = "Use DETACH PARTITION ... CONCURRENTLY, outside any transaction.";

export default defineRule({
	id: "require-concurrent-detach",
	summary: "Require DETACH PARTITION CONCURRENTLY from a table in use.",
	why: `DETACH PARTITION takes an ACCESS EXCLUSIVE lock on the partitioned table: it waits for every query that
runs on any of its partitions, and every read and write that comes later waits behind it. Since PostgreSQL 14
CONCURRENTLY waits without such a lock; it refuses to run in a transaction, and where a default partition exists.
When other tables have a foreign key to the partitioned table, both forms read those tables whole while their
reads and writes wait.`,
	category: "locks",
	dialects: ["postgres"],
	severity: "error",
	preset: "recommended",
	aliases: { squawk: "require-concurrent-partition-detach", pgfence: "detach-partition" },
	help: concurrently,
	messages: {
		waits:
			"Every read and write of {table} waits while DETACH PARTITION waits for running queries of all its partitions.",
		readsReferrers:
			"Every read and write of {tables} waits while all its rows are read: they may refer to rows of {partition}.",
	},
	examples: [
		{
			before: `CREATE TABLE events (id bigint, at date) PARTITION BY RANGE (at);
CREATE TABLE events_2020 PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');`,
			bad: `SET lock_timeout = '2s';
ALTER TABLE events DETACH PARTITION events_2020;`,
			good: "ALTER TABLE events DETACH PARTITION events_2020 CONCURRENTLY;",
		},
	],
	on: {
		detachPartition(operation, context) {
			const { table, partition } = operation;
			const { scans, fails } = context.effectOf(operation);
			if (fails || operation.finalize) return;
			const referrers = largeInUse(context, scans);
			const [referrer] = referrers;
			if (referrer) {
				context.report({
					message: "readsReferrers",
					at: operation,
					table: referrer,
					data: { tables: nameRelations(referrers), partition: partition.name },
					help: `Drop the foreign key to ${table.name} first, detach, then add it again as NOT VALID and validate it.`,
				});
				return;
			}
			const { catalog, transaction, migration, version } = context;
			if (operation.concurrently || version < 14) return;
			if (context.isNew(table) || context.isNew(partition)) return;
			const partitions = catalog.partitionsOf(catalog.resolve(table));
			// With a default partition there is no other way, and the lock is short.
			if (partitions.some(({ partitionOf }) => partitionOf?.bound.kind === "default")) return;
			const leave = transaction ? ` ${howToLeaveTransaction(migration, transaction.wrapper)}` : "";
			context.report({
				message: "waits",
				at: operation,
				table,
				data: { table: table.name },
				// The lock is held for a moment, once it is granted.
				severity: "info",
				help: `${concurrently}${leave}`,
				recipe: "detach-concurrently",
				// It leaves a CHECK with the bounds on the partition (docs: sql-altertable).
				fixes: [
					concurrentFix(
						"Detach it with CONCURRENTLY, which leaves a CHECK on the partition",
						context.settings,
						"suggestion",
					),
				],
			});
		},
	},
});
