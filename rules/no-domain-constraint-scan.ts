import { defineRule, type OperationOf } from "#core";
import { largeInUse, nameRelations } from "../src/catalog/exposure.ts";

type Action = OperationOf<"alterDomain">["action"];

function commandOf({ kind }: Action): string {
	if (kind === "setNotNull") return "SET NOT NULL";
	return kind === "validateConstraint" ? "VALIDATE CONSTRAINT" : "ADD CONSTRAINT";
}

const helpFor = {
	addConstraint:
		"Add it as NOT VALID: it holds for new values and locks no table. Prove the old rows by a CHECK on each table, which can be validated while writes go on.",
	validateConstraint:
		"Leave it NOT VALID: it holds for new values. Prove the old rows by a CHECK on each table, which can be validated while writes go on.",
	setNotNull:
		"Set NOT NULL on the columns instead, each with a validated CHECK (column IS NOT NULL) first.",
} as const;

export default defineRule({
	id: "no-domain-constraint-scan",
	summary: "Disallow domain constraints that read every table in use with a column of the domain.",
	why: `ALTER DOMAIN ADD CONSTRAINT and SET NOT NULL read every table that has a column of the domain, under a
SHARE lock: every write to all of these tables waits until the last one is read. With NOT VALID no table is
locked or read, and new values are tested. But unlike at a table, VALIDATE CONSTRAINT of a domain takes the SHARE
locks too (measured on PostgreSQL 11 to 18).`,
	category: "locks",
	dialects: ["postgres"],
	severity: "error",
	preset: "recommended",
	aliases: {
		squawk: "ban-alter-domain-with-add-constraint",
		pgfence: "ban-alter-domain-add-constraint",
	},
	help: "Add the constraint to the domain as NOT VALID and leave it so; prove the old rows by a CHECK on each table.",
	messages: {
		scans:
			"Every write to {tables} waits while {command} of domain {domain} reads all rows of the tables that use it.",
	},
	examples: [
		{
			before: `CREATE DOMAIN percent AS integer;
CREATE TABLE discounts (id bigint PRIMARY KEY, rate percent);
INSERT INTO discounts VALUES (1, 20);`,
			bad: `SET lock_timeout = '2s';
ALTER DOMAIN percent ADD CONSTRAINT percent_positive CHECK (VALUE >= 0);`,
			good: `SET lock_timeout = '2s';
ALTER DOMAIN percent ADD CONSTRAINT percent_positive CHECK (VALUE >= 0) NOT VALID;
ALTER TABLE discounts ADD CONSTRAINT discounts_rate_check CHECK (rate >= 0) NOT VALID;
ALTER TABLE discounts VALIDATE CONSTRAINT discounts_rate_check;`,
		},
	],
	on: {
		alterDomain(operation, context) {
			const { action, domain } = operation;
			const tables = largeInUse(context, context.effectOf(operation).scans);
			const [table] = tables;
			if (!table) return;
			const { kind } = action;
			const known = kind === "setNotNull" || kind === "validateConstraint" ? kind : "addConstraint";
			context.report({
				message: "scans",
				at: operation,
				table,
				data: {
					tables: nameRelations(tables),
					command: commandOf(action),
					domain: domain.name,
				},
				help: helpFor[known],
				recipe: "add-domain-constraint-by-table",
			});
		},
	},
});
