import { defineRule, type Fix, type Lock, type Operation, type OperationContext } from "#core";
import { relationNamed } from "../src/catalog/exposure.ts";

/** True where a limit does harm, where no wait is possible, or where CONCURRENTLY is what is missing. */
function needsNoLimit(operation: Operation): boolean {
	switch (operation.kind) {
		case "lockTable":
			return operation.noWait;
		case "createIndex":
		case "dropIndex":
			return true;
		default:
			return "concurrently" in operation && operation.concurrently;
	}
}

function isSet(value: string | undefined): boolean {
	return value !== undefined && !/^0+\s*[a-z]*$/i.test(value.trim());
}

/** The first lock of the operation that keeps writes or more of something in use waiting. */
function strongLock(operation: Operation, context: OperationContext): Lock | undefined {
	const { catalog } = context;
	return context
		.effectOf(operation)
		.locks.find(
			({ blocks, relation }) =>
				(blocks === "readsAndWrites" || (blocks === "writes" && !catalog.viewByKey(relation))) &&
				!context.isNew(relationNamed(catalog, relation)),
		);
}

const setLimit: Fix = {
	title: "Set a lock_timeout of 2 seconds before it",
	safety: "safe",
	changes: [{ kind: "setParameter", name: "lock_timeout", value: "'2s'" }],
};

export default defineRule({
	id: "require-lock-timeout",
	summary: "Require a lock_timeout before a statement that locks a table in use.",
	why: `A strong lock is granted only when every query and transaction that uses the table has ended. While the
statement waits for that, it stands in a queue, and every later read or write of the table stands behind it: one
forgotten report that runs for ten minutes stops the application for ten minutes, though the statement itself
takes a millisecond. With lock_timeout it gives up after two seconds, the queue runs on, and the deploy tries again.
CREATE INDEX CONCURRENTLY needs no limit: it lets others go on, and a limit makes it fail.`,
	category: "locks",
	dialects: ["postgres"],
	severity: "warning",
	preset: "recommended",
	aliases: {
		squawk: "require-lock-timeout",
		eugene: "E9",
		pgfence: [
			"missing-lock-timeout",
			"lock-timeout-after-dangerous-statement",
			"lock-timeout-zero",
		],
	},
	help: "Write SET lock_timeout = '2s'; at the start of the migration, and let the deploy try again when it gives up.",
	messages: {
		waitsWithoutLimit:
			"This statement waits without a limit for its lock on {table}; as long as it waits, {waiters} that comes after it waits too.",
		limitIsOff:
			"A lock_timeout of 0 means no limit: as long as this statement waits for its lock on {table}, {waiters} that comes after it waits too.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY);",
			bad: "ALTER TABLE orders ADD COLUMN note text;",
			good: `SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN note text;`,
		},
		{
			before: "CREATE TABLE customers (id bigint PRIMARY KEY, country text);",
			bad: `SET lock_timeout = 0;
ALTER TABLE customers ADD COLUMN email text;`,
			good: `CREATE TABLE addresses (id bigint PRIMARY KEY, street text);
CREATE INDEX addresses_street ON addresses (street);
CREATE INDEX CONCURRENTLY customers_country ON customers (country);`,
		},
	],
	on: {
		anyOperation(operation, context) {
			const limit = context.settings.get("lock_timeout");
			if (isSet(limit) || needsNoLimit(operation)) return;
			const lock = strongLock(operation, context);
			if (!lock) return;
			const table = relationNamed(context.catalog, lock.relation);
			// A new table that refers to this one: the lock is short and the table itself unused.
			const isNewTable =
				operation.kind === "createTable" ||
				(operation.kind === "addConstraint" && context.isNew(operation.table));
			context.report({
				message: limit === undefined ? "waitsWithoutLimit" : "limitIsOff",
				at: operation,
				table,
				once: `${context.migration.id} ${isNewTable ? "new table" : "change"}`,
				...(isNewTable && { severity: "info" }),
				// A limit of 0 was somebody's choice.
				fixes: limit === undefined ? [setLimit] : [],
				data: {
					table: table.name,
					waiters: lock.blocks === "readsAndWrites" ? "every read and write" : "every write",
				},
			});
		},
	},
});
