import { defineRule, type FromItem, type OperationContext, type QualifiedName } from "#core";
import type { DataChange } from "../src/catalog/bounds.ts";
import {
	changeScope,
	isDataChange,
	isFired,
	reachOf,
	type Reach,
} from "../src/catalog/change-scope.ts";
import { hasFewRows } from "../src/catalog/exposure.ts";
import { placeOfLock, strongestHeld, waitersOf } from "../src/catalog/held-locks.ts";

/** From here on a change in one piece runs for minutes rather than seconds. */
const manyRows = 100_000;

function tablesIn(items: readonly FromItem[]): readonly QualifiedName[] {
	return items.flatMap((item) => {
		if (item.kind === "table") return [item.name];
		if (item.kind === "query") return tablesIn(item.query.from);
		return item.kind === "join" ? tablesIn([item.left, item.right]) : [];
	});
}

/** The known number of rows that the change may touch: of its table, or of what an INSERT reads. */
function knownRows(change: DataChange, context: OperationContext): number | undefined {
	if (change.kind !== "insert") return context.rowsOf(change.table);
	if (change.source.kind !== "query") return undefined;
	const known = tablesIn(change.source.query.from).flatMap((name) => context.rowsOf(name) ?? []);
	return known.length > 0 ? Math.max(...known) : undefined;
}

/** A table that nobody uses yet is worth a word only when it is filled from many known rows. */
function isHarmless(change: DataChange, rows: number | undefined, context: OperationContext) {
	if (context.isNew(change.table)) return change.kind !== "insert" || (rows ?? 0) < manyRows;
	return change.kind !== "insert" && hasFewRows(context, change.table);
}

const verbs = { insert: "adds", update: "changes", delete: "removes", merge: "changes" } as const;

/** What the change does to how many rows, in words. */
function describe({ kind, table }: DataChange, reach: Reach): string {
	const start = `${kind.toUpperCase()} ${verbs[kind]}`;
	if (kind === "insert") return `${start} an unknown number of rows to ${table.name}`;
	return `${start} ${reach === "whole" ? "every row" : "an unknown number of rows"} of ${table.name}`;
}

export default defineRule({
	id: "require-batched-change",
	summary:
		"Require UPDATE, DELETE, INSERT ... SELECT and MERGE on a table in use to work in batches.",
	why: `A statement is one transaction at least: each row that UPDATE or DELETE touches stays locked until the end,
so the application's writes to these rows wait; the old versions of all rows stay in the table, replicas
fall behind, and an abort after an hour loses the hour. In the transaction of an ALTER TABLE it also
keeps the table locked meanwhile. Batches of some thousand rows that commit one by one do the same work beside the
application. A change that names its rows by a unique key, or takes a limited number, is a batch already.`,
	category: "backfill",
	notes: {
		mysql: `InnoDB locks every row that the statement looks at, and the gaps between them, until it ends: without a fitting index that is the whole table. With row-based logging all rows go to the replicas in one transaction, and they apply it in one go. UPDATE and DELETE take a LIMIT.`,
		mariadb: `InnoDB locks every row that the statement looks at, and the gaps between them, until it ends: without a fitting index that is the whole table. With row-based logging all rows go to the replicas in one transaction, and they apply it in one go. UPDATE and DELETE take a LIMIT.`,
		sqlite: `One connection writes at a time: while the statement runs every other write to the database waits, or fails with "database is
locked" once its busy_timeout is over. With a rollback journal readers are shut out while it commits.`,
	},
	dialects: ["postgres", "mysql", "mariadb", "sqlite"],
	severity: "warning",
	preset: "recommended",
	aliases: {
		strongMigrations: "change_column_null",
		pgfence: ["update-in-migration", "delete-without-where"],
	},
	help: "Change some thousand rows at a time by key and commit after each batch, outside the migration's transaction.",
	messages: {
		whole: "{change} in one transaction: {writes} until it ends.",
		filtered: "{change} in one transaction, all that pass its conditions: {writes} until it ends.",
		looped:
			"{command} on {table} runs in a loop that never commits: the rows of all rounds stay locked until the last one.",
		copied: "{change} in one transaction: after a failure all of them are copied again.",
		underLock:
			"{change} while the lock taken in {place} is held: {waiters} of {locked} waits until it ends.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY, status text, total numeric);",
			bad: `UPDATE orders SET total = 0;
-- lockkeeper:verify orders_total_filled
-- SELECT count(*) = 0 FROM orders WHERE total IS NULL;`,
			good: `UPDATE orders SET total = 0 WHERE id IN (SELECT id FROM orders WHERE total IS NULL LIMIT 1000);
UPDATE orders SET status = 'paid' WHERE id = 4711;`,
		},
		{
			before: "CREATE TABLE sessions (id uuid PRIMARY KEY, expires_at timestamptz);",
			bad: `DELETE FROM sessions WHERE expires_at < now() - interval '90 days';
-- lockkeeper:verify sessions_expired_gone
-- SELECT count(*) = 0 FROM sessions WHERE expires_at < now() - interval '90 days';`,
			good: `CREATE TABLE flags (name text PRIMARY KEY, enabled boolean);
INSERT INTO flags VALUES ('new_checkout', false);
UPDATE flags SET enabled = true;`,
		},
		{
			dialect: "sqlite",
			before: `CREATE TABLE orders (id INTEGER PRIMARY KEY, status TEXT, total INTEGER);`,
			bad: `UPDATE orders SET total = 0;
-- lockkeeper:verify orders_total_filled
-- SELECT count(*) = 0 FROM orders WHERE total IS NULL;`,
			good: `UPDATE orders SET total = 0 WHERE id IN (SELECT id FROM orders WHERE total IS NULL LIMIT 1000);
UPDATE orders SET status = 'paid' WHERE id = 4711;`,
		},
		{
			dialect: "mysql",
			before: `CREATE TABLE sessions (id bigint NOT NULL PRIMARY KEY, expires_at datetime);`,
			bad: `DELETE FROM sessions WHERE expires_at < now() - INTERVAL 90 DAY;
-- lockkeeper:verify sessions_expired_gone
-- SELECT count(*) = 0 FROM sessions WHERE expires_at < now() - INTERVAL 90 DAY;`,
			good: `DELETE FROM sessions WHERE expires_at < now() - INTERVAL 90 DAY LIMIT 1000;
-- lockkeeper:verify sessions_expired_gone
-- SELECT count(*) = 0 FROM sessions WHERE expires_at < now() - INTERVAL 90 DAY;`,
		},
	],
	on: {
		anyOperation(operation, context) {
			if (!isDataChange(operation)) return;
			const { table } = operation;
			const rows = knownRows(operation, context);
			if (isHarmless(operation, rows, context)) return;
			const earlier = () => context.transaction?.earlier.map((entry) => entry.operation) ?? [];
			const reach = reachOf(operation, context.part, changeScope(context, context.part, earlier));
			if (reach === "bounded") return;
			if (reach !== "whole" && isFired(context.part, context.statement)) return;
			const command = operation.kind.toUpperCase();
			const isLite = context.dialect === "sqlite";
			const writes = isLite
				? "every other write to the database waits"
				: "writes to these rows wait";
			const data = { command, table: table.name, change: describe(operation, reach), writes };
			// In a body the conditions may hold variables: they mean nothing outside of it.
			const recipe = context.part.reached
				? {}
				: {
						recipe:
							context.dialect === "sqlite" ? "change-in-batches-by-rowid" : "change-in-batches",
					};
			const report = { at: operation, table, ...recipe };
			const isLong = rows !== undefined && rows >= manyRows;
			// One writer at a time: whatever the transaction did before, the others wait already.
			const held = isLite ? undefined : strongestHeld(context, context.catalog.resolve(table));
			if (held) {
				const { words, related } = placeOfLock(held, context);
				const { relation, blocks } = held.lock;
				const locked = relation.slice(relation.indexOf(".") + 1);
				const isWhole = reach === "whole" && operation.kind !== "insert";
				const isOutage = isLong || (isWhole && blocks === "readsAndWrites");
				context.report({
					...report,
					message: "underLock",
					data: { ...data, place: words, waiters: waitersOf(held), locked },
					help: "End the transaction before the change, and change the rows in batches that commit one by one.",
					related: [related],
					...(isOutage && { severity: "error" }),
				});
				return;
			}
			const copies = operation.kind === "insert" && reach !== "looped";
			// The databases of SQLite are small as a rule: only a known number of rows makes it more than advice.
			const usual = isLite && rows === undefined ? "info" : "warning";
			const severity = isLong && !context.isNew(table) ? "error" : usual;
			context.report({ ...report, message: copies ? "copied" : reach, data, severity });
		},
	},
});
