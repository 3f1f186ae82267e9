import { defineRule, findAgain, type Expression } from "#core";
import { isAlways } from "../src/catalog/conditions.ts";

function lets(condition: Expression | undefined): boolean {
	return condition !== undefined && isAlways(condition, true);
}

export default defineRule({
	id: "no-open-policy",
	summary: "Disallow policies that let every role change every row.",
	why: `Permissive policies are joined with OR: one whose condition is true makes all others of its command pointless. Written
without TO, a policy is for PUBLIC, so that every role with rights on the table changes every row, while row security
looks enabled. Without WITH CHECK the condition of USING also says which rows may be written. Policies for SELECT, and those for
named roles, are left alone. Source: postgresql.org/docs/current/sql-createpolicy.html.`,
	category: "security",
	dialects: ["postgres"],
	severity: "warning",
	preset: "strict",
	aliases: {},
	help: "Write the condition that a row must meet, or TO <role> where one role may do all.",
	messages: {
		open: "{policy} lets every role with rights on {table} change every row, whatever other policies say.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY, tenant text);",
			bad: `SET lock_timeout = '2s';
CREATE POLICY change_orders ON orders FOR UPDATE USING (true);`,
			good: `SET lock_timeout = '2s';
CREATE POLICY change_orders ON orders FOR UPDATE USING (tenant = current_user);`,
		},
	],
	on: {
		createPolicy(operation, context) {
			const { permissive, command, roles, using, withCheck, table: name, policy } = operation;
			if (!permissive || command === "select") return;
			if (roles.length > 0 && !roles.includes("public")) return;
			const isOpen =
				command === "insert" ? lets(withCheck) : lets(using) && (!withCheck || lets(withCheck));
			if (!isOpen) return;
			const key = context.catalog.resolve(name);
			const before = context.catalog.table(name);
			context.report({
				message: "open",
				at: operation,
				data: { policy, table: name.name },
				atReleaseEnd: (after) =>
					findAgain(after, before, key)?.policies.some((other) => other.name === policy) === false
						? "settled"
						: undefined,
			});
		},
	},
});
