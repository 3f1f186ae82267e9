import {
	defineRule,
	type ConstraintDefinition,
	type QualifiedName,
	type Release,
	type ReleaseEntry,
} from "#core";
import { isSettingOff } from "../src/dialect/mysql/effects/facts.ts";
import { relationsRead, weaknessOf } from "../src/catalog/proof.ts";
import { quoteIdentifier, quoteName } from "../src/dialect/mysql/quote.ts";

type ForeignKey = Extract<ConstraintDefinition, { readonly type: "foreignKey" }>;

/** A query that is true when every row has its parent. */
function proofOf(table: QualifiedName, { columns, references, referencedColumns }: ForeignKey) {
	const pairs = columns.map((column, at) => {
		const parent = referencedColumns[at] ?? column;
		return `p.${quoteIdentifier(parent)} = c.${quoteIdentifier(column)}`;
	});
	const present = columns.map((column) => `c.${quoteIdentifier(column)} IS NOT NULL`);
	return `SELECT count(*) = 0 FROM ${quoteName(table)} c WHERE ${present.join(" AND ")} AND NOT EXISTS (SELECT 1 FROM ${quoteName(references)} p WHERE ${pairs.join(" AND ")});`;
}

/** True when a verification query of the release reads the table and its parent. */
function isProven(
	{ verifications }: Release,
	table: QualifiedName,
	{ references }: ForeignKey,
): boolean {
	return verifications.some(({ query }) => {
		const read = relationsRead(query).map(({ name }) => name.toLowerCase());
		const names = [table.name, references.name].map((name) => name.toLowerCase());
		return weaknessOf(query) === undefined && names.every((name) => read.includes(name));
	});
}

/** A foreign key that the release drops and makes again was tested when it was made. */
function isPutBack({ entries }: Release, { operation }: ReleaseEntry): boolean {
	if (operation.kind !== "addConstraint") return false;
	const { constraint, table } = operation;
	return entries.some(
		({ operation: other }) =>
			other.kind === "dropConstraint" &&
			other.table.name.toLowerCase() === table.name.toLowerCase() &&
			other.constraint.toLowerCase() === constraint.name?.toLowerCase(),
	);
}

export default defineRule({
	id: "require-foreign-key-proof",
	summary: "Require a proof for a foreign key that is added with foreign_key_checks = 0.",
	why: `With foreign_key_checks = 0 a foreign key is added in place, beside reads and writes, because the server does not look
at the rows that are there, and it never will: neither setting it to 1 again nor any later statement tests them. Rows
without a parent stay, joins lose them, and the next copy of the table with checks on fails with 1452 in somebody else's
migration. A query that finds no such row, run after the foreign key is there, makes it as good as a tested one.`,
	category: "verification",
	dialects: ["mysql", "mariadb"],
	severity: "warning",
	preset: "recommended",
	aliases: {},
	help: "Write a verification query that is true when every row has its parent.",
	messages: {
		unproven:
			"With foreign_key_checks = 0 the rows of {table} are never tested against {parent}: nothing proves that each has its row there.",
	},
	examples: [
		{
			before: `CREATE TABLE customers (id bigint NOT NULL PRIMARY KEY);
CREATE TABLE orders (id bigint NOT NULL PRIMARY KEY, customer_id bigint, KEY (customer_id));`,
			bad: `SET SESSION lock_wait_timeout = 5;
SET SESSION foreign_key_checks = 0;
ALTER TABLE orders ADD CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers (id);
SET SESSION foreign_key_checks = 1;`,
			good: `SET SESSION lock_wait_timeout = 5;
SET SESSION foreign_key_checks = 0;
ALTER TABLE orders ADD CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers (id);
SET SESSION foreign_key_checks = 1;
-- lockkeeper:verify orders_have_customers
-- SELECT count(*) = 0 FROM orders o WHERE o.customer_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM customers c WHERE c.id = o.customer_id);`,
		},
	],
	on: {
		releaseEnd(release, context) {
			/** foreign_key_checks as the statements before have set it. */
			const settings = new Map<string, string>();
			for (const entry of release.entries) {
				const { operation } = entry;
				if (operation.kind === "setParameter" && operation.name === "foreign_key_checks") {
					settings.set(operation.name, operation.value ?? "1");
				}
				if (operation.kind !== "addConstraint") continue;
				const { constraint, table } = operation;
				if (constraint.type !== "foreignKey" || context.isNew(table)) continue;
				if (!isSettingOff({ settings }, "foreign_key_checks")) continue;
				if (context.rowsOf(table) === 0 || context.catalog.table(table)?.empty === true) continue;
				if (isProven(release, table, constraint) || isPutBack(release, entry)) continue;
				const name = `${table.name}_have_${constraint.references.name}`;
				context.report(entry, {
					message: "unproven",
					at: operation,
					table,
					data: { table: table.name, parent: constraint.references.name },
					help: `Write into the migration, after it, for example:\n-- lockkeeper:verify ${name}\n-- ${proofOf(table, constraint)}`,
				});
			}
		},
	},
});
