import { defineRule, type Operation, type OperationContext, type OperationOf } from "#core";
import { isLargeInUse } from "../src/catalog/exposure.ts";
import { placeOfLock, strongestHeld, waitersOf } from "../src/catalog/held-locks.ts";

/** True for the ADD CONSTRAINT ... NOT VALID that made the constraint. */
function adds(
	operation: Operation,
	{ table, constraint }: OperationOf<"validateConstraint">,
	{ catalog }: OperationContext,
): boolean {
	if (operation.kind !== "addConstraint" || !operation.constraint.notValid) return false;
	if (catalog.resolve(operation.table) !== catalog.resolve(table)) return false;
	if (operation.constraint.name !== undefined) return operation.constraint.name === constraint;
	const known = catalog.table(table)?.constraints.find(({ name }) => name === constraint);
	return known?.origin?.range.start === operation.range.start;
}

export default defineRule({
	id: "no-validate-in-same-transaction",
	summary: "Disallow validating a constraint in the transaction that adds it as NOT VALID.",
	why: `ADD CONSTRAINT ... NOT VALID takes its lock for a moment, but in a transaction the lock stays until the
commit. When VALIDATE CONSTRAINT follows in the same transaction, all rows are read under that lock, and nothing
is won: for a CHECK it is ACCESS EXCLUSIVE, so reads and writes of the table wait; for a foreign key it is SHARE ROW
EXCLUSIVE on both tables, so writes to both wait. By itself VALIDATE lets reads and writes go on.`,
	category: "locks",
	dialects: ["postgres"],
	severity: "error",
	preset: "recommended",
	aliases: {
		squawk: "constraint-missing-not-valid",
		strongMigrations: ["validate_check_constraint", "validate_foreign_key"],
		pgfence: "not-valid-validate-same-tx",
	},
	help: "Move VALIDATE CONSTRAINT to a transaction of its own: in the next migration.",
	messages: {
		lockHeld:
			"VALIDATE reads all rows of {table} while the lock of ADD CONSTRAINT ({place}) is held: {waiters} of {locked} waits until the commit.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);",
			bad: `SET lock_timeout = '2s';
ALTER TABLE orders ADD CONSTRAINT orders_total CHECK (total >= 0) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_total;`,
			good: `-- lockkeeper:transaction none
SET lock_timeout = '2s';
ALTER TABLE orders ADD CONSTRAINT orders_total CHECK (total >= 0) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_total;`,
			transaction: "file",
		},
	],
	on: {
		validateConstraint(operation, context) {
			const { table } = operation;
			if (context.effectOf(operation).scans.length === 0 || !isLargeInUse(context, table)) return;
			const held = context.transaction?.held.filter((lock) =>
				adds(lock.operation, operation, context),
			);
			if (!context.transaction || !held || held.length === 0) return;
			const transaction = { ...context.transaction, held };
			const strongest = strongestHeld({ ...context, transaction }, context.catalog.resolve(table));
			if (!strongest) return;
			const { words, related } = placeOfLock(strongest, context);
			const others = held.map(({ lock }) => lock.relation.slice(lock.relation.indexOf(".") + 1));
			context.report({
				message: "lockHeld",
				at: operation,
				table,
				data: {
					table: table.name,
					place: words,
					waiters: waitersOf(strongest),
					locked: [...new Set(others)].join(" and "),
				},
				recipe: "validate-after-commit",
				related: [related],
			});
		},
	},
});
