import { defineRule } from "#core";
import { isLargeInUse } from "../src/catalog/exposure.ts";
import { concurrentFix } from "../src/plan/concurrent-fix.ts";
import { howToLeaveTransaction } from "../src/plan/leave-transaction.ts";

export default defineRule({
	id: "require-concurrent-index",
	summary: "Require CREATE INDEX CONCURRENTLY on a table in use.",
	why: `CREATE INDEX takes a SHARE lock: reads go on, every INSERT, UPDATE and DELETE waits until the index is
built, which takes seconds to many minutes as the table grows. CONCURRENTLY builds it in two passes while writes
go on; it refuses to run in a transaction, and when it fails it leaves an INVALID index to drop. On a
partitioned table the server refuses CONCURRENTLY: there an index on ONLY the parent, then one for each partition
concurrently, then ATTACH.`,
	category: "locks",
	dialects: ["postgres"],
	severity: "error",
	preset: "recommended",
	aliases: {
		squawk: "require-concurrent-index-creation",
		eugene: "E6",
		strongMigrations: "add_index",
		atlas: "PG101",
		pgfence: "create-index-not-concurrent",
	},
	help: "Build it with CREATE INDEX CONCURRENTLY, outside any transaction.",
	messages: {
		blocksWrites: "Every write to {table} waits while the index is built.",
		partitioned: "Every write to {table} and its partitions waits while their indexes are built.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint);",
			bad: `SET lock_timeout = '2s';
CREATE INDEX orders_customer_id ON orders (customer_id);`,
			good: "CREATE INDEX CONCURRENTLY orders_customer_id ON orders (customer_id);",
		},
		{
			before: `CREATE TABLE events (id bigint, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');`,
			bad: `SET lock_timeout = '2s';
CREATE INDEX events_at ON events (at);`,
			good: `SET lock_timeout = '2s';
CREATE INDEX events_at ON ONLY events (at);`,
		},
	],
	on: {
		createIndex(operation, context) {
			const { table, concurrently, only } = operation;
			const effect = context.effectOf(operation);
			if (concurrently || effect.fails || !isLargeInUse(context, table)) return;
			// Nobody writes to a materialized view: its index keeps only REFRESH waiting.
			if (context.catalog.view(table)) return;
			const isPartitioned = context.catalog.table(table)?.kind === "partitioned";
			// Partitions may be made by a job that no migration shows; those that are known may have their index.
			const isShown =
				!isPartitioned || context.catalog.partitionsOf(context.catalog.resolve(table)).length > 0;
			if (isPartitioned && only) return;
			if (isShown && effect.builds.length === 0) return;
			const { transaction, migration } = context;
			const leave = transaction ? ` ${howToLeaveTransaction(migration, transaction.wrapper)}` : "";
			context.report({
				message: isPartitioned ? "partitioned" : "blocksWrites",
				at: operation,
				table,
				data: { table: table.name },
				help: isPartitioned
					? "A partitioned table refuses CONCURRENTLY: create the index on ONLY the parent, build one on each partition with CONCURRENTLY, then attach them."
					: `Build it with CREATE INDEX CONCURRENTLY, outside any transaction.${leave}`,
				fixes: isPartitioned
					? []
					: [concurrentFix("Build it with CREATE INDEX CONCURRENTLY", context.settings)],
				recipe: isPartitioned ? "build-index-by-partition" : "build-index-concurrently",
			});
		},
	},
});
