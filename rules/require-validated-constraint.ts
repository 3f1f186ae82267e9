import { contractObject, defineRule, findAgain, traceOf } from "#core";
import type { Catalog, Constraint, TableTrace } from "#core";

function isOpen(constraint: Constraint | undefined): constraint is Constraint {
	return (
		constraint !== undefined &&
		!constraint.validated &&
		constraint.enforced &&
		constraint.inherited !== true
	);
}

function constraintOf(catalog: Catalog, table: TableTrace, name: string): Constraint | undefined {
	const later = findAgain(catalog, table, catalog.resolve(table));
	return later?.constraints.find((constraint) => constraint.name === name);
}

export default defineRule({
	id: "require-validated-constraint",
	summary: "Require that a later release validates a constraint that was added NOT VALID.",
	why: `A NOT VALID constraint is checked for new and changed rows only. Rows that broke it before stay: an UPDATE of
such a row fails in the application one day, the planner does not rely on the constraint, and a restore of a dump
stops at it. VALIDATE CONSTRAINT takes a SHARE UPDATE EXCLUSIVE lock, so reads and writes go on while it reads the
table. It belongs in a release of its own, after the one that adds the constraint and mends the rows.`,
	category: "schema",
	dialects: ["postgres"],
	severity: "info",
	preset: "recommended",
	aliases: {},
	help: "Validate the constraint in a later release.",
	messages: {
		forgotten:
			"{constraint} on {table} was added NOT VALID, and no later release validates it: older rows may break it.",
		open: "{constraint} on {table} is still NOT VALID: rows from before {since} may break it.",
	},
	examples: [
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY, total int);
INSERT INTO orders VALUES (1, 0);
ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total > 0) NOT VALID;
UPDATE orders SET total = 1;`,
			bad: `SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN note text;`,
			good: `SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN note text;
ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;`,
		},
	],
	on: {
		addConstraint(operation, context) {
			const { constraint } = operation;
			if (!constraint.notValid || !constraint.enforced) return;
			const { name } = constraint;
			const table = context.catalog.table(operation.table);
			if (!table || name === undefined) return;
			// A table that is made here has no older rows: nothing is said of it later either.
			const hasRows = !context.isNew(table);
			const shown = contractObject(context.catalog, context.catalog.resolve(table)).shown;
			context.report({
				message: "forgotten",
				at: operation,
				recipe: "validate-in-later-release",
				once: `${context.catalog.resolve(table)} ${name}`,
				data: { constraint: name, table: shown },
				help: `ALTER TABLE ${shown} VALIDATE CONSTRAINT ${name}; in a later release.`,
				leftOpen: { kind: "constraint", table: traceOf(table), name, hasRows, isOld: false },
			});
		},
		// Where the constraint came before the judged releases: said once, where its table is changed.
		releaseEnd({ entries }, context) {
			const { catalog } = context;
			for (const entry of entries) {
				const { operation } = entry;
				if (!("table" in operation) || !("relation" in operation)) continue;
				const table = catalog.table(operation.table);
				for (const constraint of table?.constraints ?? []) {
					const { name, origin } = constraint;
					if (!table || !isOpen(constraint) || !origin || context.madeHere(origin)) continue;
					const shown = contractObject(catalog, catalog.resolve(table)).shown;
					context.report(entry, {
						message: "open",
						at: operation,
						once: `${catalog.resolve(table)} ${name}`,
						data: { constraint: name, table: shown, since: origin.migration },
						help: `ALTER TABLE ${shown} VALIDATE CONSTRAINT ${name};`,
						leftOpen: {
							kind: "constraint",
							table: traceOf(table),
							name,
							hasRows: true,
							isOld: true,
						},
					});
				}
			}
		},
		historyEnd(left, after, lastRelease) {
			if (left.kind !== "constraint") return undefined;
			const later = constraintOf(after, left.table, left.name);
			if (!left.hasRows || !isOpen(later)) return "settled";
			return left.isOld || later.origin?.release !== lastRelease ? undefined : "settled";
		},
	},
});
