import { defineRule, type ColumnDefinition } from "#core";
import { isLargeInUse } from "../src/catalog/exposure.ts";
import { notValidFixes } from "../src/plan/not-valid-fixes.ts";

const separately =
	"Add the constraint as NOT VALID: it holds for new rows at once and reads nothing. Then VALIDATE CONSTRAINT in a transaction of its own, while reads and writes go on.";

/** Constraints at a new column that the server tests for the rows that are there. */
function checkedInline(column: ColumnDefinition) {
	const types = column.constraints.map(({ type }) => type);
	if (types.includes("check")) return "inlineCheck";
	return types.includes("foreignKey") ? "inlineForeignKey" : undefined;
}

export default defineRule({
	id: "require-not-valid-constraint",
	summary:
		"Require foreign keys and CHECKs on a table in use to be added NOT VALID and validated later.",
	why: `ADD CONSTRAINT tests every row before it ends. A CHECK does so under ACCESS EXCLUSIVE (reads and writes
wait), a FOREIGN KEY under SHARE ROW EXCLUSIVE on both tables (writes to both wait). A CHECK written at a new
column is tested for every row too, and a REFERENCES at a new column that has a default. With NOT VALID the lock
is short; VALIDATE CONSTRAINT reads the rows later while reads and writes go on. A foreign key of a
partitioned table can be NOT VALID from PostgreSQL 18 on; before, it is added to each partition first.`,
	category: "locks",
	dialects: ["postgres"],
	severity: "error",
	preset: "recommended",
	aliases: {
		squawk: ["constraint-missing-not-valid", "adding-foreign-key-constraint"],
		eugene: "E1",
		strongMigrations: ["add_foreign_key", "add_check_constraint", "add_reference"],
		atlas: ["PG305", "PG306"],
		pgfence: [
			"add-constraint-fk-no-not-valid",
			"add-constraint-check-no-not-valid",
			"add-column-inline-foreign-key",
		],
	},
	help: separately,
	messages: {
		check: "Every read and write of {table} waits while all its rows are tested for the CHECK.",
		foreignKey:
			"Every write to {table} and {referenced} waits while all rows of {table} are looked up in {referenced}.",
		foreignKeyOnPartitions:
			"Every write to {table}, its partitions and {referenced} waits while all rows of {table} are looked up in {referenced}.",
		inlineCheck:
			"Every read and write of {table} waits while all its rows are tested for the CHECK of the new column.",
		inlineForeignKey:
			"Every read and write of {table} waits while the new column of all its rows is looked up in the referenced table.",
		enforced:
			"Every read and write of {table} waits while ENFORCED looks up all its rows in the referenced table.",
	},
	examples: [
		{
			before: `CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint);`,
			bad: `SET lock_timeout = '2s';
ALTER TABLE orders ADD CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers (id);`,
			good: `SET lock_timeout = '2s';
ALTER TABLE orders ADD CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers (id) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_customer;`,
		},
		{
			before: "CREATE TABLE invoices (id bigint PRIMARY KEY, total numeric);",
			bad: `SET lock_timeout = '2s';
ALTER TABLE invoices ADD CONSTRAINT invoices_total_positive CHECK (total >= 0);`,
			good: `SET lock_timeout = '2s';
ALTER TABLE invoices ADD CONSTRAINT invoices_total_positive CHECK (total >= 0) NOT VALID;`,
		},
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY);",
			bad: `SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN discount integer DEFAULT 0 CHECK (discount >= 0);`,
			good: `SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN discount integer DEFAULT 0;
ALTER TABLE orders ADD CONSTRAINT orders_discount_check CHECK (discount >= 0) NOT VALID;`,
		},
	],
	on: {
		addConstraint(operation, context) {
			const { table, constraint } = operation;
			const only = operation.only || (constraint.type === "check" && constraint.noInherit);
			if (!isLargeInUse(context, table, only)) return;
			if (context.effectOf(operation).scans.length === 0) return;
			if (constraint.type === "check") {
				context.report({
					message: "check",
					at: operation,
					table,
					data: { table: table.name },
					recipe: "add-constraint-in-two-steps",
					fixes: notValidFixes(operation, context.catalog, context.transaction !== undefined),
				});
			}
			if (constraint.type !== "foreignKey") return;
			const isPartitioned = context.catalog.table(table)?.kind === "partitioned";
			const byPartition = isPartitioned && context.version < 18;
			context.report({
				message: isPartitioned ? "foreignKeyOnPartitions" : "foreignKey",
				at: operation,
				table,
				data: { table: table.name, referenced: constraint.references.name },
				help: byPartition
					? "Before PostgreSQL 18 a partitioned table refuses NOT VALID: add and validate the foreign key on each partition, then add it to the parent, which takes those over without reading."
					: separately,
				recipe: byPartition ? "add-foreign-key-by-partition" : "add-constraint-in-two-steps",
				fixes: byPartition
					? []
					: notValidFixes(operation, context.catalog, context.transaction !== undefined),
			});
		},
		alterConstraint(operation, context) {
			const { table } = operation;
			if (context.effectOf(operation).scans.length === 0 || !isLargeInUse(context, table)) return;
			context.report({
				message: "enforced",
				at: operation,
				table,
				data: { table: table.name },
				help: `Drop the constraint instead. ${separately}`,
			});
		},
		addColumn(operation, context) {
			const { table, column } = operation;
			const effect = context.effectOf(operation);
			const message = checkedInline(column);
			if (!message || effect.rewrites.length > 0 || effect.scans.length === 0) return;
			if (!isLargeInUse(context, table)) return;
			// An index of an inline UNIQUE is built by reading the rows too.
			const isRead = message === "inlineCheck" || effect.builds.length === 0 || column.default;
			if (!isRead) return;
			context.report({
				message,
				at: operation,
				table,
				data: { table: table.name },
				help: `Add the column without the constraint. ${separately}`,
				recipe: "add-column-then-constraints",
			});
		},
	},
});
