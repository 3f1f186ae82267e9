import { defineRule, type Effect, type Operation, type OperationContext } from "#core";
import { isLargeInUse, relationNamed } from "../src/catalog/exposure.ts";

type Message = "copies" | "mayCopy" | "copiesOnline" | "blocks" | "asksToCopy" | "asksToLock";

/** What is done to the rows meanwhile, and whether others can write. */
function harmOf(operation: Operation, effect: Effect, context: OperationContext) {
	const { online, duration } = effect;
	if (!online || duration === "constant") return undefined;
	if (online.algorithm === "copy") {
		if (operation.online?.algorithm === "copy") return "asksToCopy";
		if (!isKnown(operation, context)) return "mayCopy";
		return online.lock === "none" ? "copiesOnline" : "copies";
	}
	if (online.lock === "none") return undefined;
	const asked = operation.online?.lock;
	return asked === "shared" || asked === "exclusive" ? "asksToLock" : "blocks";
}

/** A column that the history does not show may have the type already. */
function isKnown(operation: Operation, { catalog, part }: OperationContext): boolean {
	if (operation.kind !== "redefineColumn") return true;
	const columns = catalog.table(operation.table)?.columns ?? [];
	const names = [operation.column, ...part.operations.flatMap(oldNameOf)].map(lower);
	return columns.some(({ name, type }) => type !== undefined && names.includes(lower(name)));
}

function oldNameOf(operation: Operation): readonly string[] {
	return operation.kind === "renameColumn" ? [operation.column] : [];
}

const lower = (name: string): string => name.toLowerCase();

const throughTool =
	"Let gh-ost, pt-online-schema-change or spirit do it: they copy the rows in small pieces while writes go on.";

function adviceFor(operation: Operation): { readonly help: string; readonly recipe: string } {
	switch (operation.kind) {
		case "redefineColumn": {
			const name = operation.definition.type?.name;
			return {
				help:
					name === "enum" || name === "set"
						? "Write new members at the end of the list: that takes an instant. Otherwise add a second column, keep both equal by triggers, fill it in batches and swap the names."
						: "Add a second column with the new type, keep both equal by triggers, fill it in batches, then swap both names in one ALTER TABLE.",
				recipe: "mysql-shadow-column",
			};
		}
		case "addConstraint":
			return operation.constraint.type === "foreignKey"
				? {
						help: "Add it with foreign_key_checks = 0 and ALGORITHM=INPLACE, LOCK=NONE, and prove by a query that no row is without its parent.",
						recipe: "mysql-add-foreign-key",
					}
				: { help: throughTool, recipe: "mysql-copy-online" };
		case "addColumn":
			return {
				help:
					operation.column.generated?.kind === "stored"
						? "Make it VIRTUAL: that takes an instant, and it can have an index all the same."
						: `Add the column with a literal default or none, and fill it in batches. Or: ${throughTool}`,
				recipe: "mysql-copy-online",
			};
		default:
			return { help: throughTool, recipe: "mysql-copy-online" };
	}
}

const refuse =
	"Write ALGORITHM=INPLACE, LOCK=NONE: the server then refuses what it cannot do beside writes.";

export default defineRule({
	id: "no-blocking-alter",
	summary: "Disallow an ALTER TABLE or CREATE INDEX that keeps writes of a table in use waiting.",
	why: `Most changes of an InnoDB table take an instant or run beside reads and writes. Some do not: another type, a
varchar that grows over 255 bytes, members in the middle of an ENUM, a foreign key or CHECK, another engine or character
set copy every row into a new table (ALGORITHM=COPY), and every write waits until the last row is there. FULLTEXT and
SPATIAL indexes, AUTO_INCREMENT and some changes of partitions copy nothing, but keep writes waiting too. Replicas then
do the same once more and apply nothing else meanwhile. MariaDB 11.2 copies beside writes.`,
	category: "rewrites",
	dialects: ["mysql", "mariadb"],
	severity: "error",
	preset: "recommended",
	aliases: {
		strongMigrations: [
			"change_column",
			"add_foreign_key",
			"add_check_constraint",
			"add_check_constraint_mysql",
		],
		atlas: [
			"MY110",
			"MY111",
			"MY112",
			"MY113",
			"MY120",
			"MY121",
			"MY122",
			"MY123",
			"MY137",
			"MY138",
			"MY139",
			"MY140",
			"MY141",
			"MY142",
		],
	},
	help: throughTool,
	messages: {
		copies:
			"Every write to {table} waits while all of its rows are copied into a new table: {reason}.",
		mayCopy: "Every write to {table} may wait while all of its rows are copied: {reason}.",
		copiesOnline:
			"All rows of {table} are copied into a new table: {reason}. Writes go on, but replicas fall behind by the whole copy.",
		blocks: "Every write to {table} waits until this has ended: {reason}.",
		asksToCopy:
			"ALGORITHM=COPY asks for it: every write to {table} waits while all of its rows are copied into a new table.",
		asksToLock:
			"LOCK={lock} asks for it: {waiters} of {table} waits until the statement has ended.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id bigint NOT NULL PRIMARY KEY, quantity int NOT NULL);",
			bad: `SET SESSION lock_wait_timeout = 5;
ALTER TABLE orders MODIFY quantity bigint NOT NULL;`,
			good: `SET SESSION lock_wait_timeout = 5;
ALTER TABLE orders ADD COLUMN quantity_big bigint;`,
		},
		{
			before:
				"CREATE TABLE customers (id bigint NOT NULL PRIMARY KEY, name varchar(50) NOT NULL) CHARSET=utf8mb4;",
			bad: `SET SESSION lock_wait_timeout = 5;
ALTER TABLE customers MODIFY name varchar(100) NOT NULL;`,
			good: `SET SESSION lock_wait_timeout = 5;
ALTER TABLE customers MODIFY name varchar(60) NOT NULL;`,
		},
		{
			before:
				"CREATE TABLE payments (id bigint NOT NULL PRIMARY KEY, state enum('open', 'paid') NOT NULL);",
			bad: `SET SESSION lock_wait_timeout = 5;
ALTER TABLE payments MODIFY state enum('open', 'late', 'paid') NOT NULL;`,
			good: `SET SESSION lock_wait_timeout = 5;
ALTER TABLE payments MODIFY state enum('open', 'paid', 'late') NOT NULL;`,
		},
		{
			before: `CREATE TABLE customers (id bigint NOT NULL PRIMARY KEY);
CREATE TABLE orders (id bigint NOT NULL PRIMARY KEY, customer_id bigint, KEY (customer_id));`,
			bad: `SET SESSION lock_wait_timeout = 5;
ALTER TABLE orders ADD CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers (id);`,
			good: `SET SESSION lock_wait_timeout = 5;
CREATE TABLE invoices (id bigint NOT NULL PRIMARY KEY, customer_id bigint,
  FOREIGN KEY (customer_id) REFERENCES customers (id));`,
		},
		{
			before:
				"CREATE TABLE articles (id bigint NOT NULL PRIMARY KEY, body text, title varchar(80));",
			bad: `SET SESSION lock_wait_timeout = 5;
CREATE FULLTEXT INDEX articles_body ON articles (body);`,
			good: `SET SESSION lock_wait_timeout = 5;
CREATE INDEX articles_title ON articles (title);`,
			dialect: "mariadb",
		},
		{
			before: "CREATE TABLE sessions (id bigint NOT NULL PRIMARY KEY, user_id bigint);",
			bad: `SET SESSION lock_wait_timeout = 5;
ALTER TABLE sessions ADD INDEX sessions_user (user_id), ALGORITHM=COPY;`,
			good: `SET SESSION lock_wait_timeout = 5;
ALTER TABLE sessions ADD INDEX sessions_user (user_id), ALGORITHM=INPLACE, LOCK=NONE;`,
		},
	],
	on: {
		anyOperation(operation, context) {
			const effect = context.effectOf(operation);
			const message: Message | undefined = harmOf(operation, effect, context);
			const key = effect.rewrites[0] ?? effect.builds[0]?.table;
			if (!message || key === undefined) return;
			const table = relationNamed(context.catalog, key);
			if (!isLargeInUse(context, table)) return;
			const advice = adviceFor(operation);
			const isAsked = message === "asksToCopy" || message === "asksToLock";
			const isExclusive = effect.online?.lock === "exclusive";
			context.report({
				message,
				at: operation,
				table,
				data: {
					table: table.name,
					reason: effect.reasons[0] ?? "the server does it in no other way",
					lock: isExclusive ? "EXCLUSIVE" : "SHARED",
					waiters: isExclusive ? "every read and write" : "every write",
				},
				// All clauses of a statement are done in one copy.
				once: `${context.migration.id} ${context.part.range.start} ${key}`,
				...(isAsked ? { help: refuse } : advice),
				...((message === "mayCopy" || message === "copiesOnline") && { severity: "warning" }),
				...(isAsked && {
					fixes: [
						{
							title: "Ask for ALGORITHM=INPLACE, LOCK=NONE",
							safety: "suggestion",
							changes: [{ kind: "setOnlineClauses", algorithm: "inplace", lock: "none" }],
						},
					],
				}),
			});
		},
	},
});
