import { defineRule, type Fix, type OperationContext, type OperationOf } from "#core";
import { keyOf } from "../src/catalog/catalog.ts";
import { isFired } from "../src/catalog/change-scope.ts";
import { hasFewRows, relationNamed } from "../src/catalog/exposure.ts";
import { tellsRowsApart } from "../src/catalog/row-identity.ts";

/** True when every table that the view reads is known to have few rows, so that it is filled in a moment. */
function isSoonFilled(
	operation: OperationOf<"refreshMaterializedView">,
	context: OperationContext,
): boolean {
	const { catalog } = context;
	const view = catalog.view(operation.view);
	if (!view) return false;
	return context
		.effectOf(operation)
		.scans.filter((key) => key !== keyOf(view))
		.every((key) => hasFewRows(context, relationNamed(catalog, key)));
}

const refreshConcurrently: Fix = {
	title: "Refresh it with CONCURRENTLY",
	safety: "safe",
	changes: [{ kind: "addConcurrently" }],
};

export default defineRule({
	id: "require-concurrent-refresh",
	summary: "Require REFRESH MATERIALIZED VIEW CONCURRENTLY of a view in use.",
	why: `REFRESH MATERIALIZED VIEW takes an ACCESS EXCLUSIVE lock on the view and runs its query under it: every
read of the view waits until the query has ended and the indexes are built. With CONCURRENTLY the old rows can be
read meanwhile; it needs a unique index over plain columns of the view, takes longer, and may run in a
transaction. WITH NO DATA leaves a view that refuses to be read (SQLSTATE 55000).`,
	category: "locks",
	dialects: ["postgres"],
	severity: "warning",
	preset: "recommended",
	aliases: { pgfence: "refresh-matview-blocking" },
	help: "Use REFRESH MATERIALIZED VIEW CONCURRENTLY; it needs a unique index over columns that tell the rows apart.",
	messages: {
		blocksReads: "Every read of {view} waits until its query has run again.",
		emptied: "Every read of {view} fails after REFRESH ... WITH NO DATA until it is filled again.",
	},
	examples: [
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, total numeric);
CREATE MATERIALIZED VIEW customer_totals AS SELECT customer_id, sum(total) AS total FROM orders GROUP BY customer_id;
CREATE UNIQUE INDEX customer_totals_key ON customer_totals (customer_id);`,
			bad: `SET lock_timeout = '2s';
REFRESH MATERIALIZED VIEW customer_totals;`,
			good: "REFRESH MATERIALIZED VIEW CONCURRENTLY customer_totals;",
		},
	],
	on: {
		refreshMaterializedView(operation, context) {
			const { view, concurrently, withData } = operation;
			if (concurrently || context.isNew(view)) return;
			const known = context.catalog.view(view);
			// A view that was never filled has no readers yet, and refuses CONCURRENTLY.
			if (known?.populated === false) return;
			if (withData && isSoonFilled(operation, context)) return;
			if (isFired(context.part, context.statement)) return;
			const data = { view: view.name };
			if (withData) {
				const recipe = "refresh-concurrently";
				const fixes = known?.indexes.some(tellsRowsApart) ? [refreshConcurrently] : [];
				context.report({ message: "blocksReads", at: operation, table: view, data, recipe, fixes });
				return;
			}
			context.report({
				message: "emptied",
				at: operation,
				table: view,
				data,
				severity: "error",
				help: "Leave the rows in place until code no longer reads the view, or fill it in the same migration.",
				atReleaseEnd: (after) => (after.view(view)?.populated ? "settled" : undefined),
			});
		},
	},
});
