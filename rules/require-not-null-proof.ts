import { contractObject, defineRule } from "#core";
import type { Fix, OperationContext, OperationOf } from "#core";
import { isLargeInUse } from "../src/catalog/exposure.ts";

type Proved = OperationOf<"setNotNull"> | OperationOf<"addConstraint">;

/** The columns that become NOT NULL with a scan of the table that nothing else in the statement needs. */
function columnsToProve(operation: Proved, context: OperationContext): readonly string[] {
	if (operation.kind === "setNotNull") return [operation.column];
	const { constraint } = operation;
	if (constraint.type === "notNull") return constraint.columns;
	// Without USING INDEX an index is built under the lock: that scan has a rule of its own.
	if (constraint.type !== "primaryKey" || constraint.usingIndex === undefined) return [];
	const table = context.catalog.table(operation.table);
	const index = table?.indexes.find(({ name }) => name === constraint.usingIndex);
	const columns = index?.elements.flatMap(({ expression }) =>
		expression.kind === "column" ? (expression.path.at(-1) ?? []) : [],
	);
	const isNullable = (name: string) =>
		table?.columns.some((column) => column.name === name && !column.notNull) ?? true;
	return (columns ?? constraint.columns).filter(isNullable);
}

function helpFor(version: number): string {
	if (version >= 18) {
		return "Add the constraint with NOT NULL ... NOT VALID, then VALIDATE it in a transaction of its own: reads and writes go on.";
	}
	if (version >= 12) {
		return "Prove it first: add CHECK (column IS NOT NULL) NOT VALID, VALIDATE it in a transaction of its own, then SET NOT NULL reads nothing.";
	}
	return "PostgreSQL before 12 reads the table in any case: keep CHECK (column IS NOT NULL) NOT VALID, validated in a transaction of its own, in place of NOT NULL.";
}

/** One NULL makes both fail, the steps in the middle: people see to the rows first. */
const proveFirst: Fix = {
	title: "Prove that there is no NULL with a CHECK that is validated first",
	safety: "suggestion",
	outsideTransaction: true,
	changes: [{ kind: "applyRecipe" }],
};

function judge(
	operation: Proved,
	context: OperationContext<"setNotNull" | "notNull" | "primaryKey">,
): void {
	const { catalog } = context;
	const columns = columnsToProve(operation, context);
	if (columns.length === 0 || context.effectOf(operation).scans.length === 0) return;
	if (!isLargeInUse(context, operation.table, operation.only)) return;
	const key = catalog.resolve(operation.table);
	const shown = contractObject(catalog, key).shown;
	const kind = operation.kind === "setNotNull" ? "setNotNull" : operation.constraint.type;
	context.report({
		message: kind === "setNotNull" || kind === "notNull" ? kind : "primaryKey",
		data: { table: shown, column: columns.map((name) => `${shown}.${name}`).join(", ") },
		at: operation,
		table: operation.table,
		help: helpFor(context.version),
		recipe: kind === "primaryKey" ? "add-primary-key" : "set-not-null",
		fixes: [proveFirst],
	});
}

export default defineRule({
	id: "require-not-null-proof",
	summary: "Require a validated proof before a column of a table in use becomes NOT NULL.",
	why: `SET NOT NULL takes an ACCESS EXCLUSIVE lock and reads every row to make sure that none is NULL: all
reads and writes of the table wait for seconds to minutes, and one NULL makes the deploy fail. Since
PostgreSQL 12 the server skips the reading when a validated CHECK (column IS NOT NULL) proves it, and
VALIDATE reads the rows while reads and writes go on. Since 18 NOT NULL itself can be added NOT VALID
and validated later. PRIMARY KEY USING INDEX over a nullable column reads the table in the same way.`,
	category: "locks",
	dialects: ["postgres"],
	severity: "error",
	preset: "recommended",
	aliases: {
		squawk: "adding-not-nullable-field",
		eugene: ["E2", "W14"],
		strongMigrations: ["change_column_null_postgresql", "change_column_with_not_null"],
		atlas: ["PG303", "PG304", "MF104"],
		pgfence: "alter-column-set-not-null",
	},
	help: "Prove it first with a validated CHECK (column IS NOT NULL), then SET NOT NULL reads nothing.",
	messages: {
		setNotNull:
			"Every read and write of {table} waits while SET NOT NULL reads all its rows to find NULLs in {column}.",
		notNull:
			"Every read and write of {table} waits while all its rows are read to find NULLs in {column}.",
		primaryKey:
			"Every read and write of {table} waits while the new primary key reads all its rows: {column} is not known to be NOT NULL.",
	},
	examples: [
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint);`,
			bad: `SET lock_timeout = '2s';
ALTER TABLE orders ALTER COLUMN customer_id SET NOT NULL;`,
			good: `SET lock_timeout = '2s';
ALTER TABLE orders ADD CONSTRAINT orders_customer_id_not_null CHECK (customer_id IS NOT NULL) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_customer_id_not_null;
ALTER TABLE orders ALTER COLUMN customer_id SET NOT NULL;
ALTER TABLE orders DROP CONSTRAINT orders_customer_id_not_null;`,
		},
		{
			version: 18,
			before: `CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint);`,
			bad: `SET lock_timeout = '2s';
ALTER TABLE orders ADD CONSTRAINT orders_customer_id_not_null NOT NULL customer_id;`,
			good: `SET lock_timeout = '2s';
ALTER TABLE orders ADD CONSTRAINT orders_customer_id_not_null NOT NULL customer_id NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_customer_id_not_null;`,
		},
		{
			before: `CREATE TABLE shipments (id bigint, order_id bigint);`,
			bad: `SET lock_timeout = '2s';
CREATE UNIQUE INDEX CONCURRENTLY shipments_pkey ON shipments (id);
ALTER TABLE shipments ADD CONSTRAINT shipments_pkey PRIMARY KEY USING INDEX shipments_pkey;`,
			good: `SET lock_timeout = '2s';
CREATE UNIQUE INDEX CONCURRENTLY shipments_pkey ON shipments (id);
ALTER TABLE shipments ADD CONSTRAINT shipments_id_not_null CHECK (id IS NOT NULL) NOT VALID;
ALTER TABLE shipments VALIDATE CONSTRAINT shipments_id_not_null;
ALTER TABLE shipments ALTER COLUMN id SET NOT NULL;
ALTER TABLE shipments ADD CONSTRAINT shipments_pkey PRIMARY KEY USING INDEX shipments_pkey;`,
		},
	],
	on: {
		setNotNull: judge,
		addConstraint: judge,
		addColumn(operation, context) {
			const { table, column } = operation;
			const effect = context.effectOf(operation);
			// A stored column writes the table anew; a virtual one is computed for every row to find NULLs.
			if (column.generated?.kind !== "virtual" || !isLargeInUse(context, table)) return;
			const isNotNull = column.constraints.some(({ type }) => type === "notNull");
			if (!isNotNull || effect.rewrites.length + effect.builds.length > 0) return;
			if (effect.scans.length === 0) return;
			context.report({
				message: "notNull",
				at: operation,
				table,
				data: { table: table.name, column: column.name },
				help: `Add the column without NOT NULL. ${helpFor(context.version)}`,
			});
		},
	},
});
