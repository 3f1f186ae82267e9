import { defineRule } from "#core";
import { largeInUse, nameRelations } from "../src/catalog/exposure.ts";
import { concurrentFix } from "../src/plan/concurrent-fix.ts";
import { howToLeaveTransaction } from "../src/plan/leave-transaction.ts";

export default defineRule({
	id: "require-concurrent-reindex",
	summary: "Require REINDEX CONCURRENTLY on a table in use.",
	why: `REINDEX takes a SHARE lock on the table and an ACCESS EXCLUSIVE lock on each index until that index is
built: every write waits, and so does nearly every read, because planning a query locks all indexes of its
tables. Since PostgreSQL 12 CONCURRENTLY builds the new index beside the old one while reads and writes go on
(for partitioned tables since 14). It refuses to run in a transaction, and when it fails it leaves an INVALID
index to drop.`,
	category: "locks",
	dialects: ["postgres"],
	severity: "error",
	preset: "recommended",
	aliases: { squawk: "require-concurrent-reindex", pgfence: "reindex-non-concurrent" },
	help: "Use REINDEX ... CONCURRENTLY, outside any transaction.",
	messages: {
		blocksAll: "Reads and writes of {table} wait while its indexes are built anew.",
		unknownTable: "Reads and writes of the table of {index} wait while the index is built anew.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint);",
			bad: `SET lock_timeout = '2s';
REINDEX TABLE orders;`,
			good: "REINDEX TABLE CONCURRENTLY orders;",
		},
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint);
CREATE INDEX orders_customer ON orders (customer_id);`,
			bad: `SET lock_timeout = '2s';
REINDEX INDEX orders_customer;`,
			good: "REINDEX INDEX CONCURRENTLY orders_customer;",
		},
	],
	on: {
		reindex(operation, context) {
			const { name, target, concurrently } = operation;
			// The indexes of the server's own tables are no table of the application.
			if (concurrently || target === "system") return;
			const { builds, assumed, fails } = context.effectOf(operation);
			if (fails) return;
			const tables = largeInUse(
				context,
				builds.map(({ table }) => table),
			);
			const [table] = tables;
			const isUnknown = assumed && name !== undefined;
			if (!table && !isUnknown) return;
			const { transaction, migration, version } = context;
			const leave = transaction ? ` ${howToLeaveTransaction(migration, transaction.wrapper)}` : "";
			context.report({
				message: table || target === "table" ? "blocksAll" : "unknownTable",
				at: operation,
				...((table ?? (target === "table" && name)) && { table: table ?? name }),
				data: {
					table: table ? nameRelations(tables) : (name?.name ?? ""),
					index: name?.name ?? "",
				},
				help:
					version < 12
						? "Before PostgreSQL 12 create an index like it with CREATE INDEX CONCURRENTLY, drop the old one with DROP INDEX CONCURRENTLY, then rename the new one."
						: `Use REINDEX ... CONCURRENTLY, outside any transaction.${leave}`,
				recipe: "reindex-concurrently",
				fixes:
					version < 12 || !table
						? []
						: [concurrentFix("Build it anew with REINDEX CONCURRENTLY", context.settings)],
			});
		},
	},
});
