import { defineRule, type Fix, type Lock, type Operation, type OperationContext } from "#core";
import { millisecondsOf } from "../src/catalog/duration.ts";
import { relationNamed } from "../src/catalog/exposure.ts";

/** A request that waits longer has failed for its user. */
const longest = 30_000;

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

type Missing = "waitsWithoutLimit" | "limitIsOff" | "limitIsLong";

/** The setting that limits the wait, and what it says. */
interface Limit {
	readonly setting: "lock_timeout" | "lock_wait_timeout";
	readonly value: string | undefined;
}

function limitOf(operation: Operation, { dialect, settings }: OperationContext): Limit {
	if (dialect === "postgres")
		return { setting: "lock_timeout", value: settings.get("lock_timeout") };
	const { waitSeconds } = operation.online ?? {};
	const seconds = waitSeconds ?? Number(settings.get("lock_wait_timeout"));
	const setting = "lock_wait_timeout";
	// NOWAIT is a limit of no time at all, and not none.
	if (Number.isNaN(seconds)) return { setting, value: settings.get(setting) };
	return { setting, value: `${Math.max(1, seconds)}s` };
}

/** What is wrong with the limit; a setting that is no plain time is taken for a good one. */
function wrongLimit(value: string | undefined): Missing | undefined {
	if (value === undefined) return "waitsWithoutLimit";
	const time = millisecondsOf(value);
	if (time === 0) return "limitIsOff";
	return time !== undefined && time > longest ? "limitIsLong" : undefined;
}

/** The first lock of the operation that keeps writes or more of something in use waiting. */
function strongLock(operation: Operation, context: OperationContext): Lock | undefined {
	const { catalog } = context;
	const { locks, briefLocks = [] } = context.effectOf(operation);
	return [...briefLocks, ...locks].find(
		({ blocks, relation }) =>
			(blocks === "readsAndWrites" || (blocks === "writes" && !catalog.viewByKey(relation))) &&
			!context.isNew(relationNamed(catalog, relation)),
	);
}

const setSeconds: Fix = {
	title: "Set a lock_wait_timeout of 5 seconds before it",
	safety: "safe",
	changes: [{ kind: "setParameter", name: "lock_wait_timeout", value: "5" }],
};

const setLimit: Fix = {
	title: "Set a lock_timeout of 2 seconds before it",
	safety: "safe",
	changes: [{ kind: "setParameter", name: "lock_timeout", value: "'2s'" }],
};

const inSeconds =
	"Write SET SESSION lock_wait_timeout = 5; at the start of the migration, and let the deploy try again when it gives up.";

export default defineRule({
	id: "require-lock-timeout",
	summary: "Require a lock_timeout before a statement that locks a table in use.",
	why: `A strong lock is granted only when every query and transaction that uses the table has ended. While the
statement waits for that, it stands in a queue, and every later read or write of the table stands behind it: one
forgotten report that runs for ten minutes stops the application for ten minutes, though the statement itself
takes a millisecond. With lock_timeout it gives up after two seconds, the queue runs on, and the deploy tries again.
CREATE INDEX CONCURRENTLY needs no limit: it lets others go on, and a limit makes it fail.`,
	category: "locks",
	notes: {
		mysql: `Every ALTER, DROP, RENAME and TRUNCATE, also an instant one, needs an exclusive metadata lock for a moment and waits for it behind every open transaction that has so much as read the table. The limit is lock_wait_timeout, in seconds: a year where nobody sets it. innodb_lock_wait_timeout is another one, for rows.`,
		mariadb: `Every ALTER, DROP, RENAME and TRUNCATE, also an instant one, needs an exclusive metadata lock for a moment and waits for it behind every open transaction that has so much as read the table. The limit is lock_wait_timeout, in seconds: a day where nobody sets it. ALTER TABLE ... WAIT n and NOWAIT say it for one statement.`,
	},
	dialects: ["postgres", "mysql", "mariadb"],
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
			"A {setting} of 0 means no limit: as long as this statement waits for its lock on {table}, {waiters} that comes after it waits too.",
		limitIsLong:
			"With a {setting} of {limit} this statement may wait that long for its lock on {table}, and {waiters} that comes after it waits too.",
		localIsLost:
			"SET LOCAL does nothing here: no transaction is open, so the statements after it wait for their locks without a limit.",
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
		{
			before: "CREATE TABLE sessions (id bigint PRIMARY KEY);",
			bad: `SET lock_timeout = '10min';
ALTER TABLE sessions ADD COLUMN note text;`,
			good: `SET lock_timeout = '5s';
ALTER TABLE sessions ADD COLUMN note text;`,
		},
		{
			before: "CREATE TABLE invoices (id bigint PRIMARY KEY);",
			bad: `SET LOCAL lock_timeout = '2s';
ALTER TABLE invoices ADD COLUMN note text;`,
			good: `BEGIN;
SET LOCAL lock_timeout = '2s';
ALTER TABLE invoices ADD COLUMN note text;
COMMIT;`,
		},
		{
			dialect: "mysql",
			before: `CREATE TABLE orders (id bigint NOT NULL PRIMARY KEY);`,
			bad: `ALTER TABLE orders ADD COLUMN note varchar(100);`,
			good: `SET SESSION lock_wait_timeout = 5;
ALTER TABLE orders ADD COLUMN note varchar(100);`,
		},
		{
			dialect: "mariadb",
			before: `CREATE TABLE orders (id bigint NOT NULL PRIMARY KEY);`,
			bad: `SET SESSION lock_wait_timeout = 3600;
ALTER TABLE orders ADD COLUMN note varchar(100);`,
			good: `ALTER TABLE orders NOWAIT ADD COLUMN note varchar(100);`,
		},
	],
	on: {
		setParameter(operation, context) {
			const { name, scope, value } = operation;
			if (name !== "lock_timeout" || scope !== "local" || value === undefined) return;
			if (context.transaction) return;
			context.report({
				message: "localIsLost",
				at: operation,
				// What would be said of the next statement has this cause.
				once: context.migration.id,
				help: "Write SET lock_timeout = '2s'; without LOCAL, or put BEGIN and COMMIT around.",
			});
		},
		anyOperation(operation, context) {
			const { setting, value: limit } = limitOf(operation, context);
			const isMysql = setting === "lock_wait_timeout";
			const wrong = wrongLimit(limit);
			if (!wrong || (!isMysql && needsNoLimit(operation))) return;
			// Changes of rows wait for locks of rows, which innodb_lock_wait_timeout ends.
			if (isMysql && !context.effectOf(operation).commits) return;
			const lock = strongLock(operation, context);
			if (!lock) return;
			const table = relationNamed(context.catalog, lock.relation);
			// A new table that refers to this one: the lock is short and the table itself unused.
			const isNewTable =
				operation.kind === "createTable" ||
				(operation.kind === "addConstraint" && context.isNew(operation.table));
			context.report({
				message: wrong,
				at: operation,
				table,
				once: context.migration.id,
				...(isNewTable && { severity: "info" }),
				// A history without limits has one cause: its newest migration can still be mended.
				...(limit === undefined && {
					latest: {
						key: isNewTable ? "new table" : "change",
						words: "{migrations} of this history set no limit either.",
					},
				}),
				// A limit of 0 was somebody's choice.
				fixes: limit === undefined ? [isMysql ? setSeconds : setLimit] : [],
				...(isMysql && { help: inSeconds }),
				data: {
					table: table.name,
					limit: limit ?? "",
					setting,
					waiters: lock.blocks === "readsAndWrites" ? "every read and write" : "every write",
				},
			});
		},
	},
});
