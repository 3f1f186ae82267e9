import { defineRule, type HeldLock, type Lock, type OperationContext } from "#core";
import { relationNamed } from "../src/catalog/exposure.ts";
import { placeOfLock, waitersOf } from "../src/catalog/held-locks.ts";

const strength = { nothing: 0, schemaChanges: 1, writes: 2, readsAndWrites: 3 } as const;

function isStrong({ blocks }: Lock): boolean {
	return strength[blocks] >= strength.writes;
}

/** Locks that a change of rows or a weaker command takes, and that two sessions may hold at once. */
const shared: ReadonlySet<string> = new Set([
	"RowExclusiveLock",
	"ShareUpdateExclusiveLock",
	"ShareLock",
	"ShareRowExclusiveLock",
]);

/** Tables in use, one behind the other or twice, in one transaction. */
function chainOf(
	locks: readonly Lock[],
	held: readonly HeldLock[],
	context: OperationContext,
):
	| { readonly message: "several" | "upgrade"; readonly lock: Lock; readonly before: HeldLock }
	| undefined {
	const isUsed = ({ relation }: Lock) =>
		context.catalog.tableByKey(relation) !== undefined &&
		!context.isNew(relationNamed(context.catalog, relation));
	const earlier = held.filter(
		({ lock, statement }) => statement !== context.statement && isUsed(lock),
	);
	for (const lock of locks.filter((other) => isStrong(other) && isUsed(other))) {
		const same = earlier.filter((other) => other.lock.relation === lock.relation);
		const weaker = same.find(
			(other) => shared.has(other.lock.mode) && strength[other.lock.blocks] < strength[lock.blocks],
		);
		const isHeld = same.some((other) => strength[other.lock.blocks] >= strength[lock.blocks]);
		if (isHeld) continue;
		if (weaker) return { message: "upgrade", lock, before: weaker };
		const other = earlier.find((before) => isStrong(before.lock));
		if (other && same.length === 0) return { message: "several", lock, before: other };
	}
	return undefined;
}

export default defineRule({
	id: "require-one-lock-per-transaction",
	summary: "Require that a transaction locks one table in use, and that one only once.",
	why: `Locks stay until the transaction ends. While the migration waits for the lock on a second table, everything
that uses the first waits too, and a session that took both in the other order waits for the migration as the
migration waits for it: a deadlock, and the server aborts one of the two. The same happens on one table when the
transaction first changes rows, or takes a weaker lock, and then needs a stronger one. One table in a transaction,
with its strongest lock first, cannot end so.`,
	category: "locks",
	dialects: ["postgres"],
	severity: "warning",
	preset: "strict",
	aliases: { pgfence: "wide-lock-window" },
	help: "Give each table a migration, and so a transaction, of its own; change rows in another one.",
	messages: {
		several:
			"While this statement waits for its lock on {table}, {waiters} of {held} waits too: {place} locked it. A session that uses both in the other order ends in a deadlock.",
		upgrade:
			"The transaction has a weaker lock on {table} since {place}: a session with the same one that waits for it, while this statement waits for that session, is a deadlock.",
	},
	examples: [
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE TABLE customers (id bigint PRIMARY KEY);`,
			bad: `SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN note text;
ALTER TABLE customers ADD COLUMN note text;`,
			good: `SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN note text;
ALTER TABLE orders ADD COLUMN source text;
CREATE TABLE refunds (id bigint PRIMARY KEY);`,
			transaction: "file",
		},
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY, status text);",
			bad: `SET lock_timeout = '2s';
UPDATE orders SET status = 'open' WHERE id = 7;
ALTER TABLE orders ALTER COLUMN status SET DEFAULT 'open';`,
			good: `SET lock_timeout = '2s';
ALTER TABLE orders ALTER COLUMN status SET DEFAULT 'open';
UPDATE orders SET status = 'open' WHERE id = 7;`,
			transaction: "file",
		},
	],
	on: {
		anyOperation(operation, context) {
			const { transaction } = context;
			if (!transaction || transaction.held.length === 0) return;
			const chain = chainOf(context.effectOf(operation).locks, transaction.held, context);
			if (!chain) return;
			const { message, lock, before } = chain;
			const { words, related } = placeOfLock(before, context);
			const table = relationNamed(context.catalog, lock.relation);
			context.report({
				message,
				at: operation,
				table,
				// The transaction is what is wrong: one finding, where it goes wrong first.
				once: `${context.migration.id} ${transaction.earlier[0]?.operation.range.start ?? 0}`,
				data: {
					table: table.name,
					held: relationNamed(context.catalog, before.lock.relation).name,
					waiters: waitersOf(before),
					place: words,
				},
				related: [related],
			});
		},
	},
});
