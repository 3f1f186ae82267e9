import { defineRule, type OperationOf, type ReleaseEntry } from "#core";

type CreateIndex = OperationOf<"createIndex">;

/** True when the release drops what has the name first: then IF NOT EXISTS finds nothing. */
function isCleared({ index }: CreateIndex, before: readonly ReleaseEntry[]): boolean {
	return before.some(
		({ operation }) => operation.kind === "dropIndex" && operation.index.name === index?.name,
	);
}

export default defineRule({
	id: "no-skipped-index-build",
	summary: "Disallow CREATE INDEX CONCURRENTLY IF NOT EXISTS without dropping its remains first.",
	why: `When CREATE INDEX CONCURRENTLY is stopped or fails (a duplicate, a timeout, a deadlock), it leaves an INVALID
index under the name: every write keeps it up, no query uses it, and a unique one does not stop duplicates that
were there. IF NOT EXISTS looks at the name alone, so the next attempt of the deploy does nothing and counts as
done. DROP INDEX CONCURRENTLY IF EXISTS before it makes the attempt good.`,
	category: "schema",
	dialects: ["postgres"],
	severity: "warning",
	preset: "strict",
	aliases: {},
	help: "Write DROP INDEX CONCURRENTLY IF EXISTS with the same name before it.",
	messages: {
		skipped:
			"If one attempt to build {index} is stopped, its INVALID remains keep the name, and the next attempt does nothing.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint);",
			bad: "CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_customer_id ON orders (customer_id);",
			good: `DROP INDEX CONCURRENTLY IF EXISTS orders_customer_id;
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_customer_id ON orders (customer_id);`,
		},
	],
	on: {
		releaseEnd({ entries }, context) {
			for (const [at, entry] of entries.entries()) {
				const { operation, effect } = entry;
				if (operation.kind !== "createIndex" || effect.fails) continue;
				if (!operation.concurrently || !operation.ifNotExists || !operation.index) continue;
				if (context.isNew(operation.table) || isCleared(operation, entries.slice(0, at))) continue;
				context.report(entry, {
					message: "skipped",
					at: operation,
					table: operation.table,
					data: { index: operation.index.name },
					recipe: "build-index-after-remains",
				});
			}
		},
	},
});
