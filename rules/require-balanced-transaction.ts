import { defineRule, positionAt, type DialectId, type ReleaseEntry, type Transaction } from "#core";

const ends: ReadonlySet<string> = new Set(["commit", "rollback", "prepareTransaction"]);
const sessionKinds: ReadonlySet<string> = new Set([
	...ends,
	"begin",
	"setParameter",
	"resetAllParameters",
	"clientCommand",
]);

/** Written in the file itself, not in a body that the statement runs. */
function isWritten({ part }: ReleaseEntry): boolean {
	return part.reached === undefined;
}

/** The BEGIN that opened the transaction; the tool's and a message's have none. */
function opener({ transaction }: ReleaseEntry) {
	const [first] = transaction?.earlier ?? [];
	return first?.operation.kind === "begin" && transaction?.wrapper === "script" ? first : undefined;
}

/** True when BEGIN opens what the tool will end: its own transaction was ended before in the file. */
function replacesTool(at: number, entries: readonly ReleaseEntry[]): boolean {
	const { migration } = entries[at] ?? {};
	return entries
		.slice(0, at)
		.some(
			(entry) =>
				entry.migration === migration &&
				ends.has(entry.operation.kind) &&
				entry.transaction?.wrapper === "tool",
		);
}

function nestedIn(dialect: DialectId): "nested" | "nestedFails" | "nestedCommits" {
	switch (dialect) {
		case "postgres":
			return "nested";
		case "sqlite":
			return "nestedFails";
		case "mysql":
		case "mariadb":
			return "nestedCommits";
	}
}

export default defineRule({
	id: "require-balanced-transaction",
	summary: "Require BEGIN and COMMIT to fit each other and the transaction of the migration tool.",
	why: `Where the tool runs a migration in a transaction, a COMMIT in the file ends that one: PostgreSQL knows no
transaction in a transaction, BEGIN only warns. If a later statement fails, those before the COMMIT stay, the tool
takes the whole migration for not applied, and the next attempt fails at its first statement. Some drivers also
refuse their own commit then. A BEGIN that nothing ends is undone when the connection closes, though every
statement went well; a second BEGIN does nothing, and the first COMMIT ends the work of both.`,
	category: "transactions",
	notes: {
		mysql: `BEGIN in a transaction commits what ran before it. So does every CREATE, ALTER, DROP, RENAME and TRUNCATE: of these no-implicit-commit speaks.`,
		mariadb: `BEGIN in a transaction commits what ran before it. So does every CREATE, ALTER, DROP, RENAME and TRUNCATE: of these no-implicit-commit speaks.`,
		sqlite: `BEGIN in a transaction is an error ("cannot start a transaction within a transaction"), and the deploy stops there.`,
	},
	dialects: ["postgres", "mysql", "mariadb", "sqlite"],
	severity: "warning",
	preset: "recommended",
	aliases: {
		squawk: ["transaction-nesting", "ban-uncommitted-transaction"],
		pgfence: "unclosed-transaction",
	},
	help: "Leave BEGIN and COMMIT to the migration tool; what must run apart goes into a migration of its own.",
	messages: {
		endsTool:
			"COMMIT ends the transaction that the migration tool opened: if a statement after it fails, those before it stay, and the tool takes the migration for not applied.",
		endsToolLast:
			"COMMIT ends the transaction that the migration tool opened, before the tool has noted in it that the migration ran.",
		undoesTool:
			"ROLLBACK undoes every statement before it: the migration tool opened this transaction for the whole migration.",
		unclosed:
			"Nothing ends the transaction that this BEGIN opens: all that follows is undone when the connection closes.",
		nested:
			"BEGIN does nothing here, the transaction that line {line} opened is still open: the first COMMIT ends all of it.",
		nestedCommits:
			"BEGIN commits here what ran since line {line}: a later ROLLBACK does not take that back.",
		nestedFails: "BEGIN fails here, the transaction that line {line} opened is still open.",
		nestedInTool: "BEGIN fails here: the migration tool has opened a transaction already.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);",
			bad: `SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN note text;
COMMIT;
ALTER TABLE orders ADD COLUMN source text;`,
			good: `SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN note text;
ALTER TABLE orders ADD COLUMN source text;`,
			transaction: "file",
		},
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);",
			bad: `SET lock_timeout = '2s';
BEGIN;
ALTER TABLE orders ADD COLUMN note text;`,
			good: `SET lock_timeout = '2s';
BEGIN;
ALTER TABLE orders ADD COLUMN note text;
COMMIT;`,
		},
		{
			dialect: "sqlite",
			before: `CREATE TABLE orders (id INTEGER PRIMARY KEY, total INTEGER);`,
			bad: `BEGIN;
ALTER TABLE orders ADD COLUMN note TEXT;
COMMIT;`,
			good: `ALTER TABLE orders ADD COLUMN note TEXT;`,
			transaction: "file",
		},
	],
	on: {
		releaseEnd({ entries }, context) {
			const ended = new Set(
				entries
					.filter(({ operation }) => ends.has(operation.kind))
					.map(({ transaction }) => transaction),
			);
			/** Transactions in which a BEGIN has failed: nothing after it runs. */
			const nested = new Set<Transaction>();
			for (const [at, entry] of entries.entries()) {
				const { operation, transaction, migration } = entry;
				if (!transaction || !isWritten(entry)) continue;
				const byTool = transaction.wrapper === "tool";
				if (operation.kind === "begin" && !byTool) {
					const first = opener(entry);
					if (first && first.operation !== operation) {
						const { line } = positionAt(first.statement.file, first.operation.range.start);
						const message = nestedIn(context.dialect);
						context.report(entry, { message, at: operation, data: { line } });
					} else if (first && !ended.has(transaction) && !replacesTool(at, entries)) {
						context.report(entry, {
							message: "unclosed",
							at: operation,
							severity: "error",
							help: "Write COMMIT where the transaction ends, or leave BEGIN out.",
						});
					}
				}
				if (!byTool) continue;
				if (context.dialect === "sqlite" && operation.kind === "begin") {
					nested.add(transaction);
					context.report(entry, { message: "nestedInTool", at: operation, severity: "error" });
				}
				if (nested.has(transaction)) continue;
				if (operation.kind === "rollback") {
					context.report(entry, { message: "undoesTool", at: operation });
				}
				if (operation.kind !== "commit") continue;
				const later = entries.slice(at + 1).filter((other) => other.migration === migration);
				// Opened again at the end: the tool ends that one as if it were its own.
				const last = later.at(-1)?.transaction;
				if (last?.wrapper === "script" && !ended.has(last)) continue;
				const goesOn = later.some((other) => !sessionKinds.has(other.operation.kind));
				context.report(entry, {
					message: goesOn ? "endsTool" : "endsToolLast",
					at: operation,
					...(!goesOn && { severity: "info" }),
				});
			}
		},
	},
});
