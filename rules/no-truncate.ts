import { defineRule, historyIsWhole, type OperationContext, type OperationOf } from "#core";
import { nameRelations, relationNamed } from "../src/catalog/exposure.ts";
import type { Key } from "../src/catalog/model.ts";

type Truncate = OperationOf<"truncate">;

/** The table itself, or the one whose partition or child it is, that the statement names. */
function isNamed(key: Key, named: ReadonlySet<Key>, context: OperationContext): boolean {
	const table = context.catalog.tableByKey(key);
	if (named.has(key) || !table) return named.has(key);
	const above = table.partitionOf ? [table.partitionOf.parent] : table.inherits;
	return above.some((parent) => isNamed(parent, named, context));
}

/** Tables that lose their rows by CASCADE only. */
function alsoEmptied(operation: Truncate, context: OperationContext): readonly Key[] {
	if (!operation.cascade) return [];
	const { catalog, part } = context;
	const named = new Set(
		part.operations.flatMap((other) =>
			other.kind === "truncate" ? [catalog.resolve(other.table)] : [],
		),
	);
	return context
		.effectOf(operation)
		.locks.filter(({ blocks }) => blocks === "readsAndWrites")
		.map(({ relation }) => relation)
		.filter((key) => catalog.tableByKey(key) && !isNamed(key, named, context));
}

/** True when rows that somebody may need are there. */
function hasRows(key: Key, context: OperationContext): boolean {
	const { catalog } = context;
	const table = relationNamed(catalog, key);
	const known = catalog.table(table);
	if (known ? known.persistence !== "permanent" : historyIsWhole(catalog)) return false;
	return !context.isNew(table) && known?.empty !== true && context.rowsOf(table) !== 0;
}

export default defineRule({
	id: "no-truncate",
	summary: "Disallow TRUNCATE of a table in use.",
	why: `TRUNCATE removes every row at once; they come back from a backup only. Code that still runs finds the
table empty, also where it held a lock or an old snapshot: TRUNCATE does not keep the old rows for transactions that
began before. CASCADE empties every table with a foreign key to it too, and those that refer to these. The lock is
ACCESS EXCLUSIVE on all of them: every read and write waits until the transaction ends.`,
	category: "data-loss",
	dialects: ["postgres"],
	severity: "error",
	aliases: { squawk: "ban-truncate-cascade", pgfence: "truncate" },
	help: "Delete only the rows that nobody needs, in batches. If all of them may go, say why in an ignore directive.",
	messages: {
		truncates: "All rows of {table} are lost.",
		cascades: "All rows of {table} are lost, and by CASCADE those of {others}.",
	},
	examples: [
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
INSERT INTO orders VALUES (1, 10);`,
			bad: `SET lock_timeout = '2s';
TRUNCATE orders;`,
			good: `SET lock_timeout = '2s';
CREATE TABLE import_rows (id bigint);
TRUNCATE import_rows;`,
		},
		{
			before: `CREATE TABLE countries (code text PRIMARY KEY);
CREATE TABLE addresses (id bigint PRIMARY KEY, country text REFERENCES countries (code));
INSERT INTO countries VALUES ('DE');
INSERT INTO addresses VALUES (1, 'DE');`,
			bad: `SET lock_timeout = '2s';
TRUNCATE countries CASCADE;`,
			good: "DELETE FROM countries WHERE code = 'XX';",
		},
	],
	on: {
		truncate(operation, context) {
			const { table } = operation;
			const key = context.catalog.resolve(table);
			const others = alsoEmptied(operation, context).filter((other) => hasRows(other, context));
			if (others.length === 0 && !hasRows(key, context)) return;
			const names = others.map((other) => relationNamed(context.catalog, other));
			context.report({
				message: others.length > 0 ? "cascades" : "truncates",
				at: operation,
				table,
				data: { table: table.name, others: nameRelations(names) },
			});
		},
	},
});
