import { defineRule, type Operation, type OperationContext } from "#core";
import { isLargeInUse, largeInUse } from "../src/catalog/exposure.ts";
import { millisecondsOf } from "../src/catalog/duration.ts";

/** Below this, a table of some million rows is not read or indexed in time. */
const enough = 5 * 60_000;

/** A statement that lets others go on and so may take long; and what is left when it is stopped. */
function slowWork(operation: Operation, context: OperationContext) {
	const { scans, builds } = context.effectOf(operation);
	switch (operation.kind) {
		case "createIndex":
			return operation.concurrently && isLargeInUse(context, operation.table)
				? { command: "CREATE INDEX CONCURRENTLY", rest: "an INVALID index stays behind" }
				: undefined;
		case "reindex": {
			const tables = builds.map(({ table }) => table);
			return operation.concurrently && largeInUse(context, tables).length > 0
				? { command: "REINDEX CONCURRENTLY", rest: "an INVALID index stays behind" }
				: undefined;
		}
		case "validateConstraint":
			return largeInUse(context, scans).length > 0
				? { command: "VALIDATE CONSTRAINT", rest: "the constraint stays NOT VALID" }
				: undefined;
		default:
			return undefined;
	}
}

export default defineRule({
	id: "no-short-statement-timeout",
	summary: "Disallow a short statement_timeout for statements that are meant to take long.",
	why: `statement_timeout stops a statement after so much time, whatever it is doing. That is good before an ALTER
TABLE that ought to take a moment. CREATE INDEX CONCURRENTLY, REINDEX CONCURRENTLY and VALIDATE CONSTRAINT let reads
and writes go on and take minutes to hours on a large table: stopped half-way they have done nothing but work, and an
index build leaves an INVALID index that every write must still keep up and somebody must drop.`,
	category: "locks",
	dialects: ["postgres"],
	severity: "warning",
	preset: "recommended",
	aliases: {},
	help: "Write SET statement_timeout = 0; before it, and set the limit again after it.",
	messages: {
		stopped:
			"{command} on {table} is stopped after {limit} by statement_timeout, done or not: {rest}.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint);",
			bad: `SET statement_timeout = '5s';
CREATE INDEX CONCURRENTLY orders_customer_id ON orders (customer_id);`,
			good: `SET statement_timeout = 0;
CREATE INDEX CONCURRENTLY orders_customer_id ON orders (customer_id);`,
		},
		{
			before: `CREATE TABLE invoices (id bigint PRIMARY KEY, total numeric);
ALTER TABLE invoices ADD CONSTRAINT invoices_total CHECK (total >= 0) NOT VALID;`,
			bad: `SET statement_timeout = 10000;
ALTER TABLE invoices VALIDATE CONSTRAINT invoices_total;`,
			good: `SET lock_timeout = '2s';
ALTER TABLE invoices VALIDATE CONSTRAINT invoices_total;`,
		},
	],
	on: {
		anyOperation(operation, context) {
			const limit = context.settings.get("statement_timeout");
			const time = millisecondsOf(limit);
			if (limit === undefined || time === undefined || time === 0 || time >= enough) return;
			const work = slowWork(operation, context);
			if (!work || !("table" in operation || operation.kind === "reindex")) return;
			const table = operation.kind === "reindex" ? operation.name : operation.table;
			if (!table || !("name" in table)) return;
			const shown = /^\d+$/.test(limit) ? `${limit} ms` : limit;
			context.report({
				message: "stopped",
				at: operation,
				...(operation.kind !== "reindex" && { table }),
				data: { ...work, table: table.name, limit: shown },
			});
		},
	},
});
