import { defineRule, positionAt, type Operation, type OperationContext } from "#core";
import { howToLeaveTransaction } from "../src/plan/leave-transaction.ts";

/** Where the transaction gave the enum a value, the last such place. */
function placeOfValue({ transaction }: OperationContext) {
	const added = transaction?.earlier.filter(({ operation }) => operation.kind === "addEnumValue");
	const last = added?.at(-1);
	if (!last) return [];
	const { file } = last.statement;
	const start = positionAt(file, last.operation.range.start);
	return [{ message: "A value is added here.", file: file.path, start }];
}

function isUnsafeUse(operation: Operation, context: OperationContext): boolean {
	return context.effectOf(operation).fails?.code === "55P04";
}

export default defineRule({
	id: "no-enum-value-in-transaction",
	summary: "Disallow using an enum value in the transaction that adds it.",
	why: `Since PostgreSQL 12 ALTER TYPE ... ADD VALUE may run in a transaction, but until that transaction has
committed the new value cannot be used: an INSERT, UPDATE or default with it fails with 55P04, "unsafe use of new
value". The deploy stops at this statement and the migration is rolled back. Many migration tools run a whole file in
one transaction, some all pending files. A type that the same transaction created is free of this.`,
	category: "transactions",
	dialects: ["postgres"],
	severity: "error",
	preset: "recommended",
	aliases: { pgfence: "alter-enum-add-value" },
	help: "Add the value in a migration that commits before, and use it in the next one.",
	messages: {
		fails: "This statement fails: {reason}, and cannot be used before the commit.",
	},
	examples: [
		{
			before: `CREATE TYPE order_status AS ENUM ('open', 'paid');
CREATE TABLE orders (id bigint PRIMARY KEY, status order_status NOT NULL DEFAULT 'open');`,
			bad: `SET lock_timeout = '2s';
ALTER TYPE order_status ADD VALUE 'draft' BEFORE 'open';
ALTER TABLE orders ALTER COLUMN status SET DEFAULT 'draft';`,
			good: `-- lockkeeper:transaction none
SET lock_timeout = '2s';
ALTER TYPE order_status ADD VALUE 'draft' BEFORE 'open';
ALTER TABLE orders ALTER COLUMN status SET DEFAULT 'draft';`,
			transaction: "file",
		},
		{
			before: `CREATE TYPE order_status AS ENUM ('open', 'paid');
CREATE TABLE labels (status order_status, label text);`,
			bad: `ALTER TYPE order_status ADD VALUE 'lost';
INSERT INTO labels (status, label) VALUES ('lost', 'Lost on the way');`,
			good: `ALTER TYPE order_status ADD VALUE 'lost';
INSERT INTO labels (status, label) VALUES ('paid', 'Paid');`,
			transaction: "file",
		},
	],
	on: {
		anyOperation(operation, context) {
			if (!isUnsafeUse(operation, context)) return;
			const { transaction, migration } = context;
			const leave = transaction ? ` ${howToLeaveTransaction(migration, transaction.wrapper)}` : "";
			context.report({
				message: "fails",
				at: operation,
				data: { reason: context.effectOf(operation).fails?.reason ?? "" },
				help: `Add the value in a migration that commits before.${leave}`,
				related: placeOfValue(context),
			});
		},
	},
});
