import {
	defineRule,
	type Operation,
	type QualifiedName,
	type Release,
	type ReleaseContext,
	type ReleaseEntry,
} from "#core";
import { changeScope, isDataChange, reachOf } from "../src/catalog/change-scope.ts";
import type { DataChange } from "../src/catalog/bounds.ts";
import { relationsRead, weaknessOf } from "../src/catalog/proof.ts";
import { verificationFor } from "../src/plan/verification-query.ts";

type Change = ReleaseEntry & { readonly operation: DataChange };

function isChange(entry: ReleaseEntry): entry is Change {
	return isDataChange(entry.operation);
}

/** True when the release itself makes the table, also one that it drops again. */
function isMadeHere(
	{ operation: { table } }: Change,
	made: readonly QualifiedName[],
	context: ReleaseContext,
) {
	return (
		context.isNew(table) ||
		made.some(
			({ name, schema }) =>
				name === table.name && (!schema || !table.schema || schema === table.schema),
		)
	);
}

/** True when the change fills a column that this release adds. */
function fillsNewColumn({ operation }: Change, context: ReleaseContext): boolean {
	if (operation.kind !== "update") return false;
	const columns = context.catalog.table(operation.table)?.columns ?? [];
	return operation.set.some(({ column }) =>
		columns.some(({ name, origin }) => name === column && context.madeHere(origin)),
	);
}

/** `earlier` gives what the release did before the change; `made`: the tables that it makes. */
function needsProof(
	change: Change,
	made: readonly QualifiedName[],
	earlier: () => readonly Operation[],
	context: ReleaseContext,
): boolean {
	if (isMadeHere(change, made, context)) return false;
	if (fillsNewColumn(change, context)) return true;
	const scope = changeScope(context, change.part, earlier);
	return reachOf(change.operation, change.part, scope) !== "bounded";
}

/** What is wrong with the verification of a table, or undefined when a query can tell. */
function problemOf(key: string, release: Release, context: ReleaseContext) {
	const reading = release.verifications.filter(({ query }) =>
		relationsRead(query).some((name) => context.catalog.resolve(name) === key),
	);
	if (reading.some(({ query }) => weaknessOf(query) === undefined)) return undefined;
	const [weak] = reading;
	if (weak) return { message: weaknessOf(weak.query) ?? "constant", query: weak.name } as const;
	const unrelated = release.verifications.find(({ query }) => relationsRead(query).length === 0);
	return unrelated
		? ({ message: "constant", query: unrelated.name } as const)
		: ({ message: "missing", query: "" } as const);
}

export default defineRule({
	id: "require-verification-query",
	summary: "Require a verification query for each table whose rows a release changes.",
	why: `A migration that ends without an error has not proved that it did what it was meant to do: a filter that
is a little wrong, a join that misses rows or a batch that was skipped all end well. A verification query says what
must be true afterwards; it passes when it returns one row whose first column is true. It stands in the migration
as a comment, in <migration>.verify.sql or in the tool's own place, and is run after the change. A query that
gives the same answer whatever the table holds proves nothing.`,
	category: "verification",
	dialects: ["postgres", "mysql", "mariadb", "sqlite"],
	severity: "info",
	preset: "recommended",
	aliases: {},
	help: "Add a query that reads the changed table and is true only when the change did what it says.",
	messages: {
		missing:
			"Nothing proves that this {command} left {table} as it is meant to be: no verification query of this release reads {table}.",
		constant:
			"Nothing proves that this {command} left {table} as it is meant to be: the verification query {query} gives the same answer whatever {table} holds.",
		number:
			"Nothing proves that this {command} left {table} as it is meant to be: the verification query {query} returns a number, and nothing says which number is right.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY, net numeric, tax numeric);",
			bad: `SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN total numeric;
UPDATE orders SET total = net + tax WHERE id BETWEEN 1 AND 5000;`,
			good: `SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN total numeric;
UPDATE orders SET total = net + tax WHERE id BETWEEN 1 AND 5000;
-- lockkeeper:verify orders_total_filled
-- SELECT count(*) = 0 FROM orders WHERE id BETWEEN 1 AND 5000 AND total IS NULL;`,
		},
		{
			dialect: "mysql",
			before: `CREATE TABLE orders (id bigint NOT NULL PRIMARY KEY, net decimal(10, 2));`,
			bad: `SET SESSION lock_wait_timeout = 5;
ALTER TABLE orders ADD COLUMN total decimal(10, 2);
UPDATE orders SET total = net WHERE id = 7;`,
			good: `SET SESSION lock_wait_timeout = 5;
ALTER TABLE orders ADD COLUMN total decimal(10, 2);
UPDATE orders SET total = net WHERE id = 7;
-- lockkeeper:verify orders_total_filled
-- SELECT count(*) = 0 FROM orders WHERE id = 7 AND NOT (total <=> net);`,
		},
	],
	on: {
		releaseEnd(release, context) {
			const seen = new Set<string>();
			const made = release.entries.flatMap(({ operation }) =>
				operation.kind === "createTable" || operation.kind === "createTableAs"
					? [operation.table]
					: [],
			);
			const operations = release.entries.map(({ operation }) => operation);
			for (const [at, change] of release.entries.entries()) {
				if (!isChange(change)) continue;
				const { table, kind } = change.operation;
				const key = context.catalog.resolve(table);
				const earlier = () => operations.slice(0, at);
				if (seen.has(key) || !needsProof(change, made, earlier, context)) continue;
				seen.add(key);
				const problem = problemOf(key, release, context);
				if (!problem) continue;
				const { name, sql } = verificationFor(
					change.operation,
					change.part.reached !== undefined,
					context.dialect,
				);
				context.report(change, {
					message: problem.message,
					at: change.operation,
					table,
					data: { command: kind.toUpperCase(), table: table.name, query: problem.query },
					// A query that proves nothing was meant to: its writer relies on it.
					severity: problem.message === "missing" ? "info" : "warning",
					help: `Write into the migration what must be true afterwards, for example:\n-- lockkeeper:verify ${name}\n-- ${sql}`,
				});
			}
		},
	},
});
