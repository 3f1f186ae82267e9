import {
	defineRule,
	positionAt,
	type DataOperation,
	type Operation,
	type ReleaseContext,
	type ReleaseEntry,
} from "#core";

const changes: ReadonlySet<Operation["kind"]> = new Set(["insert", "update", "delete", "merge"]);

type Change = Extract<DataOperation, { readonly kind: "insert" | "update" | "delete" | "merge" }>;

function isChange(operation: Operation): operation is Change {
	return changes.has(operation.kind);
}

interface OpenChange {
	readonly entry: ReleaseEntry;
	readonly change: Change;
}

/** The first change of rows in the migration of the entry. A second run never comes to rows of a new table. */
function changeAmong(
	work: readonly ReleaseEntry[],
	{ migration }: ReleaseEntry,
	context: ReleaseContext,
): OpenChange | undefined {
	for (const entry of work) {
		const { operation } = entry;
		if (entry.migration !== migration || !isChange(operation)) continue;
		if (!context.isNew(operation.table)) return { entry, change: operation };
	}
	return undefined;
}

function placeOf({ operation, statement }: ReleaseEntry, from: ReleaseEntry): string {
	const { line } = positionAt(statement.file, operation.range.start);
	const isHere = statement.file.path === from.statement.file.path;
	return isHere ? `line ${line}` : `${statement.file.path}, line ${line}`;
}

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
		releaseEnd({ entries }, context) {
			/** What is open: not committed yet. */
			let work: ReleaseEntry[] = [];
			for (const entry of entries) {
				const { operation, transaction, effect, part, migration } = entry;
				if (transaction !== work[0]?.transaction) work = [];
				if (!effect.commits || part.reached) {
					if (transaction && !part.reached) work.push(entry);
					continue;
				}
				const open = changeAmong(work, entry, context);
				const begin = work.find((earlier) => earlier.operation.kind === "begin");
				work = [];
				const once = migration.id;
				if (open) {
					const data = {
						command: open.change.kind.toUpperCase(),
						table: open.change.table.name,
						place: placeOf(open.entry, entry),
					};
					context.report(entry, { message: "commitsRows", at: operation, once, data });
				} else if (begin && transaction?.wrapper === "script") {
					const data = { place: placeOf(begin, entry) };
					context.report(entry, { message: "opens", at: operation, once, data });
				}
			}
		},
	},
});
