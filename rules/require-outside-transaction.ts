import { defineRule, type Fix, type Operation, type OperationContext } from "#core";
import { howToLeaveTransaction } from "../src/plan/leave-transaction.ts";

/** The statement as people call it. */
function commandOf(operation: Operation): string {
	switch (operation.kind) {
		case "createIndex":
			return "CREATE INDEX CONCURRENTLY";
		case "dropIndex":
			return "DROP INDEX CONCURRENTLY";
		case "reindex":
			return operation.concurrently ? "REINDEX CONCURRENTLY" : "This REINDEX";
		case "commit":
		case "rollback":
			return operation.kind.toUpperCase();
		case "sessionCommand":
			return operation.command;
		case "detachPartition":
			return "DETACH PARTITION CONCURRENTLY";
		case "vacuum":
			return "VACUUM";
		case "addEnumValue":
			return "ALTER TYPE ... ADD VALUE";
		case "createObject":
			return `CREATE ${operation.object.toUpperCase()}`;
		case "dropObject":
			return `DROP ${operation.object.toUpperCase()}`;
		default:
			return "This statement";
	}
}

/** COMMIT and ROLLBACK in a DO block, which may end transactions where none stands around it. */
function endsBlock({ kind }: Operation, { part, transaction }: OperationContext): boolean {
	const ends = kind === "commit" || kind === "rollback";
	return ends && part.reached?.via === "doBlock" && transaction !== undefined;
}

function reportBlock(operation: Operation, context: OperationContext<"inBlock">): void {
	if (!context.transaction) return;
	context.report({
		message: "inBlock",
		at: operation,
		data: { command: commandOf(operation) },
		help: howToLeaveTransaction(context.migration, context.transaction.wrapper),
	});
}

const messageFor = { tool: "byTool", script: "inScript", message: "inMessage" } as const;

const leave: Fix = {
	title: "Tell the migration tool to run it outside a transaction",
	safety: "safe",
	outsideTransaction: true,
	changes: [],
};

export default defineRule({
	id: "require-outside-transaction",
	summary: "Require statements that refuse a transaction to run outside of one.",
	why: `Some statements commit in between, so the server refuses them in a transaction block (SQLSTATE 25001):
CREATE, DROP and REINDEX INDEX CONCURRENTLY, DETACH PARTITION CONCURRENTLY, VACUUM, CREATE DATABASE, ALTER
SYSTEM, and before PostgreSQL 12 ALTER TYPE ADD VALUE. Many migration tools open a transaction for each file;
several statements that are sent as one message are a transaction too, without any BEGIN. The deploy then stops
at this migration.`,
	category: "transactions",
	notes: {
		sqlite: `VACUUM, VACUUM INTO, PRAGMA journal_mode into or out of WAL, and PRAGMA synchronous are errors in a transaction.`,
	},
	dialects: ["postgres", "sqlite"],
	severity: "error",
	preset: "recommended",
	aliases: {
		squawk: "ban-concurrent-index-creation-in-transaction",
		atlas: "PG103",
		pgfence: "concurrent-in-transaction",
	},
	help: "Run it in a migration of its own that the tool does not wrap in a transaction.",
	messages: {
		byTool:
			"{command} fails here: it refuses to run in a transaction, and the migration tool wraps this migration in one.",
		inScript:
			"{command} fails here: it refuses to run in a transaction, and a BEGIN before it opened one.",
		inMessage:
			"{command} fails here: it refuses to run in a transaction, and the statements of this migration are sent as one message, which is one transaction.",
		inBlock:
			"{command} in a DO block fails here (SQLSTATE 2D000): the block runs in a transaction that was opened before it.",
		inBody:
			"{command} fails here: it refuses to run in a transaction, and the body of a function or DO block always is in one.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint);",
			bad: "CREATE INDEX CONCURRENTLY orders_customer_id ON orders (customer_id);",
			good: `-- lockkeeper:transaction none
CREATE INDEX CONCURRENTLY orders_customer_id ON orders (customer_id);`,
			transaction: "file",
		},
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint);",
			bad: `CREATE TABLE refunds (id bigint PRIMARY KEY);
CREATE INDEX CONCURRENTLY orders_customer_id ON orders (customer_id);`,
			good: "CREATE INDEX CONCURRENTLY orders_customer_id ON orders (customer_id);",
			transaction: "implicit",
		},
		{
			dialect: "sqlite",
			before: `CREATE TABLE orders (id INTEGER PRIMARY KEY, total INTEGER);`,
			bad: `VACUUM;`,
			good: `-- lockkeeper:transaction none
VACUUM;`,
			transaction: "file",
		},
	],
	on: {
		anyOperation(operation, context) {
			if (endsBlock(operation, context)) {
				reportBlock(operation, context);
				return;
			}
			if (context.effectOf(operation).transaction !== "refused") return;
			const data = { command: commandOf(operation) };
			if (context.part.reached) {
				const help =
					"Write it as a statement of its own, outside the body and outside any transaction.";
				context.report({ message: "inBody", at: operation, data, help });
				return;
			}
			if (!context.transaction) return;
			const { wrapper } = context.transaction;
			context.report({
				message: messageFor[wrapper],
				at: operation,
				data,
				help: howToLeaveTransaction(context.migration, wrapper),
				fixes: [leave],
			});
		},
	},
});
