import { defineRule, positionAt, type Operation, type Transaction } from "#core";

const changes: ReadonlySet<Operation["kind"]> = new Set(["insert", "update", "delete", "merge"]);

type Entry = Transaction["earlier"][number];

/** What ran since the last statement that committed; `committed` tells which those are. */
function openWork(
	{ earlier }: Transaction,
	commits: (operation: Operation) => boolean,
): readonly Entry[] {
	const last = earlier.map(({ operation }) => operation).findLastIndex(commits);
	return earlier.slice(last + 1);
}

/** Kinds of operations that end the open transaction, as the effects of each say when they run. */
const known = new Set<Operation>();

export default defineRule({
	id: "no-implicit-commit",
	summary: "Disallow schema changes inside a transaction that they commit.",
	why: `MySQL and MariaDB commit the open transaction before each CREATE, ALTER, DROP, RENAME and TRUNCATE, and the statement
itself cannot be rolled back. BEGIN and ROLLBACK around it protect nothing: when a later statement fails, the rows that were
changed before stay changed and the schema stays half-way, while the migration tool takes the migration for not applied and
runs it from the start. Each statement must be able to stand alone. Source: MySQL Reference Manual 8.4, 15.3.3, "Statements
That Cause an Implicit Commit".`,
	category: "transactions",
	dialects: ["mysql", "mariadb"],
	severity: "warning",
	preset: "recommended",
	aliases: {},
	help: "Put the change of rows and the change of the schema into migrations of their own, so that each can run again by itself.",
	messages: {
		commitsRows:
			"This commits the {command} of {table} in {place}: if a statement after it fails, that stays, and a second run does it again.",
		opens:
			"The transaction that begins in {place} ends here: this statement commits it, and ROLLBACK takes nothing back.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id bigint NOT NULL PRIMARY KEY, status varchar(20));",
			bad: `SET SESSION lock_wait_timeout = 5;
START TRANSACTION;
ALTER TABLE orders ADD COLUMN note varchar(100);
COMMIT;`,
			good: `SET SESSION lock_wait_timeout = 5;
ALTER TABLE orders ADD COLUMN note varchar(100);`,
		},
		{
			before: "CREATE TABLE orders (id bigint NOT NULL PRIMARY KEY, status varchar(20));",
			bad: `SET SESSION lock_wait_timeout = 5;
UPDATE orders SET status = 'open' WHERE id = 7;
ALTER TABLE orders ADD COLUMN note varchar(100);`,
			good: `UPDATE orders SET status = 'open' WHERE id = 7;
UPDATE orders SET status = 'paid' WHERE id = 8;`,
			transaction: "file",
		},
	],
	on: {
		anyOperation(operation, context) {
			const { transaction, statement } = context;
			if (context.effectOf(operation).commits) known.add(operation);
			else return;
			if (!transaction || operation !== context.part.operations[0]) return;
			const work = openWork(transaction, (earlier) => known.has(earlier));
			const placeOf = ({ operation: earlier, statement: { file } }: Entry): string => {
				const line = `line ${positionAt(file, earlier.range.start).line}`;
				return file.path === statement.file.path ? line : `${file.path}, ${line}`;
			};
			const once = `${context.migration.id}`;
			const changed = work.find(
				(entry) => changes.has(entry.operation.kind) && entry.statement.file === statement.file,
			);
			if (changed && "table" in changed.operation && changed.operation.table) {
				const { kind, table } = changed.operation;
				context.report({
					message: "commitsRows",
					at: operation,
					once,
					data: {
						command: kind.toUpperCase(),
						table: typeof table === "string" ? table : table.name,
						place: placeOf(changed),
					},
				});
				return;
			}
			const begin = work.find((entry) => entry.operation.kind === "begin");
			if (!begin || transaction.wrapper !== "script") return;
			context.report({ message: "opens", at: operation, once, data: { place: placeOf(begin) } });
		},
	},
});
