import { defineRule, historyIsWhole, type OperationContext } from "#core";
import { keyOf } from "../src/catalog/catalog.ts";
import { isLargeInUse } from "../src/catalog/exposure.ts";
import { concurrentFix } from "../src/plan/concurrent-fix.ts";
import { howToLeaveTransaction } from "../src/plan/leave-transaction.ts";

const concurrently = "Drop it with DROP INDEX CONCURRENTLY, outside any transaction.";

function helpFor({ transaction, migration }: OperationContext): string {
	if (!transaction) return concurrently;
	return `${concurrently} ${howToLeaveTransaction(migration, transaction.wrapper)}`;
}

export default defineRule({
	id: "require-concurrent-index-drop",
	summary: "Require DROP INDEX CONCURRENTLY on a table in use.",
	why: `DROP INDEX takes an ACCESS EXCLUSIVE lock on the table of the index: it waits for every query that runs,
and every read and write that comes later waits behind it; in a transaction the lock stays until the commit. DROP
INDEX CONCURRENTLY waits for running queries without a lock that keeps others out. It refuses to run in a
transaction, and cannot drop the index of a partitioned table or of a constraint.`,
	category: "locks",
	dialects: ["postgres"],
	severity: "info",
	preset: "recommended",
	aliases: {
		squawk: "require-concurrent-index-deletion",
		strongMigrations: "remove_index",
		atlas: "PG102",
		pgfence: "drop-index-not-concurrent",
	},
	help: concurrently,
	messages: {
		blocksAll:
			"DROP INDEX {index} waits until running queries on {table} have ended, and {until} every new read and write of {table} waits too.",
		unknownTable:
			"DROP INDEX {index} waits until running queries on its table have ended, and {until} every new read and write of the table waits too.",
	},
	examples: [
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY, note text);
CREATE INDEX orders_note ON orders (note);`,
			bad: `SET lock_timeout = '2s';
DROP INDEX orders_note;`,
			good: "DROP INDEX CONCURRENTLY orders_note;",
		},
	],
	on: {
		dropIndex(operation, context) {
			const { index } = operation;
			if (operation.concurrently || context.isNew(index)) return;
			const found = context.catalog.index(index);
			const until = context.transaction ? "until the commit" : "meanwhile";
			const data = { index: index.name, table: found?.relation.name ?? "", until };
			const help = helpFor(context);
			const recipe = "drop-index-concurrently";
			// CONCURRENTLY takes one index and no CASCADE (docs: sql-dropindex).
			const isPlain = context.part.operations.length === 1 && !operation.cascade;
			const fixes = isPlain
				? [concurrentFix("Drop it with DROP INDEX CONCURRENTLY", context.settings)]
				: [];
			if (!found) {
				// Where every index of the history is known, this one is not there: nothing is locked.
				if (historyIsWhole(context.catalog)) return;
				context.report({ message: "unknownTable", at: operation, data, help, recipe });
				return;
			}
			const { relation } = found;
			const isPartitioned = "kind" in relation && relation.kind === "partitioned";
			if (isPartitioned || found.index.parent || found.index.constraint !== undefined) return;
			if (!isLargeInUse(context, relation)) return;
			// The transaction keeps everybody out of the table already.
			const key = keyOf(relation);
			const held = context.transaction?.held ?? [];
			if (held.some(({ lock }) => lock.relation === key && lock.blocks === "readsAndWrites"))
				return;
			context.report({
				message: "blocksAll",
				at: operation,
				table: relation,
				data,
				help,
				recipe,
				fixes,
			});
		},
	},
});
