import { defineRule, type Operation, type OperationContext, type QualifiedName } from "#core";
import { extentOfQuery } from "../src/catalog/bounds.ts";
import { changeScope, isDataChange } from "../src/catalog/change-scope.ts";
import { isLargeInUse, largeInUse, relationNamed } from "../src/catalog/exposure.ts";
import { placeOfLock, strongestHeld, waitersOf } from "../src/catalog/held-locks.ts";

function earlierOperations({ transaction }: OperationContext): readonly Operation[] {
	return transaction?.earlier.map((entry) => entry.operation) ?? [];
}

/** The statement in words when its time grows with a table in use, and no other rule speaks of it. */
function longWork(operation: Operation, context: OperationContext): string | undefined {
	const scope = () => changeScope(context, context.part, () => earlierOperations(context));
	switch (operation.kind) {
		case "validateConstraint": {
			const isAddedHere = earlierOperations(context).some(
				(earlier) =>
					earlier.kind === "addConstraint" && earlier.constraint.name === operation.constraint,
			);
			return !isAddedHere && readsLarge(operation, context) ? "VALIDATE CONSTRAINT" : undefined;
		}
		case "createTableAs":
			return operation.withData &&
				operation.query &&
				extentOfQuery(operation.query, scope()) !== "bounded"
				? "CREATE TABLE AS"
				: undefined;
		case "insert":
			// Into a table in use it is a data change, of which require-batched-change speaks.
			return context.isNew(operation.table) &&
				operation.source.kind === "query" &&
				extentOfQuery(operation.source.query, scope()) !== "bounded"
				? "INSERT ... SELECT"
				: undefined;
		case "createMaterializedView":
			return operation.withData && extentOfQuery(operation.query, scope()) !== "bounded"
				? "CREATE MATERIALIZED VIEW"
				: undefined;
		case "select":
			// After a change of rows require-batched-change has spoken; a body reads to change what it finds.
			return !context.part.reached &&
				!earlierOperations(context).some(isDataChange) &&
				extentOfQuery(operation.query, scope()) !== "bounded" &&
				locksLarge(operation, context)
				? "SELECT"
				: undefined;
		case "refreshMaterializedView":
			return operation.withData ? "REFRESH MATERIALIZED VIEW" : undefined;
		default:
			return undefined;
	}
}

function readsLarge(operation: Operation, context: OperationContext): boolean {
	return context
		.effectOf(operation)
		.scans.some((key) => isLargeInUse(context, relationNamed(context.catalog, key)));
}

/** A SELECT takes a weak lock on each relation that it reads. */
function locksLarge(operation: Operation, context: OperationContext): boolean {
	const read = context.effectOf(operation).locks.map(({ relation }) => relation);
	return largeInUse(context, read).length > 0;
}

export default defineRule({
	id: "no-work-under-strong-lock",
	summary: "Disallow long work in a transaction that keeps a table in use locked.",
	why: `A lock is held until the transaction ends, not until the statement ends. ALTER TABLE may take a
millisecond, but when a statement that reads a large table follows in the same transaction, everything that waits
for the lock waits for that statement too: every read and write of the altered table. Many migration tools open
one transaction for a file, or for all files of a deploy.`,
	category: "locks",
	dialects: ["postgres"],
	severity: "warning",
	preset: "recommended",
	aliases: { eugene: "E4", pgfence: "statement-after-access-exclusive" },
	help: "Commit between them: move one of the two statements to a migration of its own.",
	messages: {
		lockHeld:
			"{waiters} of {locked} waits until {command} has ended: the lock that {place} takes is held to the end of the transaction.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, total numeric);",
			bad: `SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN note text;
CREATE TABLE customer_totals AS SELECT customer_id, sum(total) AS total FROM orders GROUP BY customer_id;`,
			good: `-- lockkeeper:transaction none
SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN note text;
CREATE TABLE customer_totals AS SELECT customer_id, sum(total) AS total FROM orders GROUP BY customer_id;`,
			transaction: "file",
		},
	],
	on: {
		anyOperation(operation, context) {
			if (!context.transaction || context.transaction.held.length === 0) return;
			const held = strongestHeld(context);
			if (!held) return;
			const command = longWork(operation, context);
			if (command === undefined) return;
			const { words, related } = placeOfLock(held, context);
			const locked: QualifiedName = relationNamed(context.catalog, held.lock.relation);
			const waiters = waitersOf(held);
			context.report({
				message: "lockHeld",
				at: operation,
				table: locked,
				// One lock held too long is one finding, at the first statement that makes it long.
				once: `${related.file} ${held.operation.range.start}`,
				data: {
					waiters: waiters.charAt(0).toUpperCase() + waiters.slice(1),
					locked: locked.name,
					command,
					place: words,
				},
				related: [related],
			});
		},
	},
});
