import { defineRule, type OperationOf } from "#core";
import type { UserType } from "../src/catalog/model.ts";
import { isLargeInUse } from "../src/catalog/exposure.ts";

function causeOf({ column }: OperationOf<"addColumn">, type: UserType | undefined) {
	if (column.generated) return "generated";
	if (column.identity) return "identity";
	if (column.type && /^(small|big)?serial[248]?$/.test(column.type.name)) return "serial";
	if (type?.kind !== "domain") return "default";
	const isConstrained = type.notNull || type.constraints.length > 0;
	return isConstrained || !column.default ? "domain" : "default";
}

const helpFor = {
	default:
		"Add the column without the default, SET DEFAULT in a second statement (it holds for new rows only), then fill the old rows in batches.",
	serial:
		"Add a plain integer column and its sequence, SET DEFAULT nextval(...) for new rows, then number the old rows in batches.",
	identity:
		"Add a plain integer column, number new rows by a sequence default, fill the old rows in batches, and add the identity at the end.",
	generated:
		"Add a plain column, let a trigger fill it for new rows and fill the old rows in batches; from PostgreSQL 18 a VIRTUAL column needs no rewrite.",
	domain:
		"Add the column with the domain's base type, and the domain's rule as a CHECK constraint that is NOT VALID at first.",
} as const;

export default defineRule({
	id: "no-add-column-rewrite",
	summary: "Disallow adding a column in a way that rewrites a table in use.",
	why: `ADD COLUMN takes an ACCESS EXCLUSIVE lock: every read and write of the table waits. Without a value
for the rows that are there, or (since PostgreSQL 11) with a default that is the same for all of them, it ends
at once. When each row gets its own value, the server writes the whole table and builds all of its indexes
anew under that lock: a volatile default such as gen_random_uuid() or clock_timestamp(), serial, identity, a
stored generated column, a domain with constraints. now() is not volatile: it rewrites nothing. On a table of
40,000,000 rows this is minutes without the application.`,
	category: "rewrites",
	dialects: ["postgres"],
	severity: "error",
	preset: "recommended",
	aliases: {
		squawk: ["adding-field-with-default", "adding-serial-primary-key-field"],
		eugene: "E11",
		strongMigrations: [
			"add_column_default",
			"add_column_default_callable",
			"add_column_auto_incrementing",
			"add_column_generated_stored",
		],
		atlas: "PG302",
		pgfence: [
			"add-column-non-constant-default",
			"add-column-default-pre-pg11",
			"add-column-serial",
			"add-column-stored-generated",
		],
	},
	help: "Add the column empty, give new rows their value by a default or trigger, and fill the old rows in batches.",
	messages: {
		default:
			"Adding {column} writes every row of {table} anew while all its reads and writes wait: {reason}.",
		serial:
			"Adding the serial column {column} writes every row of {table} anew while all its reads and writes wait: {reason}.",
		identity:
			"Adding the identity column {column} writes every row of {table} anew while all its reads and writes wait: {reason}.",
		generated:
			"Adding the generated column {column} writes every row of {table} anew while all its reads and writes wait: {reason}.",
		domain:
			"Adding {column} with its domain writes every row of {table} anew while all its reads and writes wait: {reason}.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY, total numeric NOT NULL);",
			bad: `SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN public_id uuid DEFAULT gen_random_uuid();`,
			good: `SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN placed_at timestamptz NOT NULL DEFAULT now();
ALTER TABLE orders ADD COLUMN public_id uuid;
ALTER TABLE orders ALTER COLUMN public_id SET DEFAULT gen_random_uuid();`,
		},
		{
			before: "CREATE TABLE invoices (id uuid PRIMARY KEY, issued_on date);",
			bad: `SET lock_timeout = '2s';
ALTER TABLE invoices ADD COLUMN number bigserial;`,
			good: `SET lock_timeout = '2s';
ALTER TABLE invoices ADD COLUMN number bigint;`,
		},
		{
			before: "CREATE TABLE payments (id bigint PRIMARY KEY, cents bigint);",
			bad: `SET lock_timeout = '2s';
ALTER TABLE payments ADD COLUMN euros numeric GENERATED ALWAYS AS (cents / 100.0) STORED;`,
			good: `SET lock_timeout = '2s';
ALTER TABLE payments ADD COLUMN euros numeric GENERATED ALWAYS AS (cents / 100.0) VIRTUAL;`,
			version: 18,
		},
	],
	on: {
		addColumn(operation, context) {
			const { table, column } = operation;
			const effect = context.effectOf(operation);
			if (effect.rewrites.length === 0 || !isLargeInUse(context, table)) return;
			const type = column.type && context.catalog.type(column.type);
			const cause = causeOf(operation, type);
			// Nothing in the history tells what the default's function does: a guess, not a fact.
			const isGuess = effect.assumed && context.catalog.table(table) !== undefined;
			context.report({
				message: cause,
				at: operation,
				table,
				data: { table: table.name, column: column.name, reason: effect.reasons[0] ?? "" },
				help: helpFor[cause],
				recipe: "add-column-then-fill",
				...(isGuess && { severity: "warning" }),
			});
		},
	},
});
