import {
	defineRule,
	historyIsWhole,
	type OperationOf,
	type ReleaseContext,
	type ReleaseEntry,
} from "#core";
import { nameRelations, relationNamed } from "../src/catalog/exposure.ts";
import type { Key } from "../src/catalog/model.ts";

/** True for a table that the statement names, and for a partition or child of it. */
function isNamed(key: Key, named: ReadonlySet<Key>, context: ReleaseContext): boolean {
	const table = context.catalog.tableByKey(key);
	if (named.has(key) || !table) return named.has(key);
	const above = table.partitionOf ? [table.partitionOf.parent] : table.inherits;
	return above.some((parent) => isNamed(parent, named, context));
}

/** Tables that lose their rows by CASCADE only. */
function alsoEmptied({ part, effect }: ReleaseEntry, context: ReleaseContext): readonly Key[] {
	const { catalog } = context;
	const truncated = part.operations.filter((other) => other.kind === "truncate");
	if (!truncated.some(({ cascade }) => cascade)) return [];
	const named = new Set(truncated.map(({ table }) => catalog.resolve(table)));
	return effect.locks
		.filter(({ blocks }) => blocks === "readsAndWrites")
		.map(({ relation }) => relation)
		.filter((key) => catalog.tableByKey(key) && !isNamed(key, named, context));
}

/** True when rows that somebody may need are there. */
function hasRows(key: Key, context: ReleaseContext): boolean {
	const { catalog } = context;
	const table = relationNamed(catalog, key);
	const known = catalog.table(table);
	if (known ? known.persistence !== "permanent" : historyIsWhole(catalog)) return false;
	return !context.isNew(table) && context.rowsOf(table) !== 0;
}

/** True when a later statement of the release puts rows in. */
function isRefilled(
	{ table }: OperationOf<"truncate">,
	later: readonly ReleaseEntry[],
	{ catalog }: ReleaseContext,
): boolean {
	const key = catalog.resolve(table);
	return later.some(
		({ operation }) =>
			(operation.kind === "insert" || operation.kind === "copy") &&
			operation.table !== undefined &&
			catalog.resolve(operation.table) === key,
	);
}

export default defineRule({
	id: "no-truncate",
	summary: "Disallow TRUNCATE of a table in use.",
	why: `TRUNCATE removes every row at once; they come back from a backup only. Code that still runs finds the
table empty, also where it held a lock or an old snapshot: TRUNCATE does not keep the old rows for transactions that
began before. CASCADE empties every table with a foreign key to it too, and those that refer to these. The lock is
ACCESS EXCLUSIVE on all of them: every read and write waits until the transaction ends.`,
	category: "data-loss",
	notes: {
		mysql: `TRUNCATE drops the table and makes it anew: it commits the open transaction, cannot be rolled back, fires no trigger, sets AUTO_INCREMENT back to 1, needs the right to DROP, and fails with 1701 while a foreign key refers to the table.`,
		mariadb: `TRUNCATE drops the table and makes it anew: it commits the open transaction, cannot be rolled back, fires no trigger, sets AUTO_INCREMENT back to 1, needs the right to DROP, and fails with 1701 while a foreign key refers to the table.`,
	},
	dialects: ["postgres", "mysql", "mariadb"],
	severity: "error",
	preset: "recommended",
	aliases: { squawk: "ban-truncate-cascade", pgfence: ["truncate", "truncate-cascade"] },
	help: "Delete only the rows that nobody needs, in batches. If all of them may go, say why in an ignore directive.",
	messages: {
		truncates: "All rows of {table} are lost.",
		refills:
			"All rows of {table} are lost before it is filled anew: those that only the application wrote do not come back.",
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
			good: "DELETE FROM addresses WHERE id = 1;",
		},
		{
			dialect: "mysql",
			before: `CREATE TABLE carts (id bigint NOT NULL PRIMARY KEY, total int);`,
			bad: `SET SESSION lock_wait_timeout = 5;
TRUNCATE TABLE carts;`,
			good: `DELETE FROM carts WHERE id = 7;`,
		},
	],
	on: {
		releaseEnd({ entries }, context) {
			for (const [at, entry] of entries.entries()) {
				const { operation } = entry;
				if (operation.kind !== "truncate" || entry.effect.fails) continue;
				const { table } = operation;
				const others = alsoEmptied(entry, context).filter((key) => hasRows(key, context));
				if (others.length === 0 && !hasRows(context.catalog.resolve(table), context)) continue;
				const names = others.map((key) => relationNamed(context.catalog, key));
				const isAlone = others.length === 0;
				const refilled = isAlone && isRefilled(operation, entries.slice(at + 1), context);
				context.report(entry, {
					message: refilled ? "refills" : isAlone ? "truncates" : "cascades",
					at: operation,
					table,
					data: { table: table.name, others: nameRelations(names) },
					...(refilled ? { severity: "warning" } : { recipe: "change-in-batches" }),
				});
			}
		},
	},
});
