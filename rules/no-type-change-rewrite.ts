import { defineRule, listWords, type Effect, type OperationContext, type OperationOf } from "#core";
import { isLargeInUse } from "../src/catalog/exposure.ts";

/** What the change costs: the dearest first. */
function costOf(effect: Effect) {
	if (effect.rewrites.length > 0) return effect.assumed ? "mayRewrite" : "rewrites";
	if (effect.builds.length > 0) return "rebuildsIndexes";
	return effect.scans.length > 0 ? "checksRows" : undefined;
}

/** The columns of the table that one statement changes at the same cost: the table is rewritten once for all. */
function changedTogether(
	{ table }: OperationOf<"alterColumnType">,
	cost: ReturnType<typeof costOf>,
	context: OperationContext,
): readonly string[] {
	return context.part.operations.flatMap((other) =>
		other.kind === "alterColumnType" &&
		other.table.name === table.name &&
		costOf(context.effectOf(other)) === cost
			? [other.column]
			: [],
	);
}

/** With few rows the rewrite takes a moment, but what is cut off is gone all the same. */
function judgeNarrowing(
	operation: OperationOf<"alterColumnType">,
	{ reversible, assumed, reasons }: Effect,
	context: OperationContext<"narrows">,
): void {
	const { table, column } = operation;
	if (reversible !== "lossy" || assumed || context.isNew(table)) return;
	if (context.rowsOf(table) === 0 || context.catalog.table(table)?.empty) return;
	context.report({
		message: "narrows",
		at: operation,
		table,
		data: { table: table.name, column, reason: reasons[0] ?? "" },
		severity: "warning",
		help: "Look for values that do not fit first; keep the old column until nobody needs what is cut off.",
	});
}

export default defineRule({
	id: "no-type-change-rewrite",
	summary: "Disallow changing a column's type where that rewrites or reads a table in use.",
	why: `ALTER COLUMN TYPE takes an ACCESS EXCLUSIVE lock: every read and write of the table waits. Where the old
values are stored as the new type stores them (varchar to text, a longer varchar, numeric with more digits and
the same scale) it ends at once. Otherwise the server writes the whole table and its indexes anew under the
lock; a new collation builds the indexes anew, a CHECK on the column is tested for every row. Prepared
statements of sessions that are connected fail afterwards with "cached plan must not change result type".`,
	category: "rewrites",
	dialects: ["postgres"],
	severity: "error",
	preset: "recommended",
	aliases: {
		squawk: "changing-column-type",
		eugene: ["E5", "E10"],
		strongMigrations: ["change_column", "change_column_constraint"],
		atlas: "PG301",
		pgfence: "alter-column-type",
	},
	help: "Add a second column with the new type, keep both equal by a trigger, fill it in batches, then let the application change over.",
	messages: {
		rewrites:
			"Changing the type of {column} writes every row of {table} anew while all its reads and writes wait: {reason}.",
		mayRewrite:
			"Changing the type of {column} may write every row of {table} anew while all its reads and writes wait: {reason}.",
		rebuildsIndexes:
			"Changing the type of {column} builds indexes of {table} anew while all its reads and writes wait: {reason}.",
		narrows: "Changing the type of {column} may cut or refuse values of {table}: {reason}.",
		checksRows:
			"Changing the type of {column} reads all of {table} while all its reads and writes wait: {reason}.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY, quantity integer);",
			bad: `SET lock_timeout = '2s';
ALTER TABLE orders ALTER COLUMN quantity TYPE bigint;`,
			good: `SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN quantity_big bigint;`,
		},
		{
			before: "CREATE TABLE customers (id bigint PRIMARY KEY, name varchar(50), status text);",
			bad: `SET lock_timeout = '2s';
ALTER TABLE customers ALTER COLUMN name TYPE char(200);`,
			good: `SET lock_timeout = '2s';
ALTER TABLE customers ALTER COLUMN name TYPE varchar(200);
ALTER TABLE customers ALTER COLUMN name TYPE text;`,
		},
		{
			before: `CREATE TABLE sessions (id bigint PRIMARY KEY, token text);
CREATE INDEX sessions_token ON sessions (token);`,
			bad: `SET lock_timeout = '2s';
ALTER TABLE sessions ALTER COLUMN token TYPE text COLLATE "C";`,
			good: `SET lock_timeout = '2s';
ALTER TABLE sessions ALTER COLUMN token TYPE varchar;`,
		},
	],
	on: {
		alterColumnType(operation, context) {
			const { table } = operation;
			const effect = context.effectOf(operation);
			const cost = costOf(effect);
			if (!cost) return;
			if (!isLargeInUse(context, table)) {
				judgeNarrowing(operation, effect, context);
				return;
			}
			const columns = changedTogether(operation, cost, context);
			if (columns[0] !== operation.column) return;
			const [first = "", ...others] = effect.reasons;
			const rewrites = effect.rewrites.length > 0 || others.length === 0;
			context.report({
				message: cost,
				at: operation,
				table,
				data: {
					table: table.name,
					column: listWords(columns),
					reason: rewrites ? first : others.join("; "),
				},
				recipe: "change-type-in-new-column",
				...(cost === "mayRewrite" && { severity: "warning" }),
			});
		},
	},
});
