import { defineRule } from "#core";

export default defineRule({
	id: "require-policy-before-row-security",
	summary: "Require a policy before row security is enabled on a table in use.",
	why: `With row security enabled and no policy that applies, every role but the owner of the table, superusers
and roles with BYPASSRLS reads no rows, and its INSERTs fail with 42501. There is no error at reads: the application
finds its tables empty. Policies may be created before row security is enabled; they take effect with it. ENABLE
ROW LEVEL SECURITY takes an ACCESS EXCLUSIVE lock for a moment.`,
	category: "security",
	dialects: ["postgres"],
	severity: "warning",
	aliases: {},
	help: "Create the policies first, then enable row security in the same transaction.",
	messages: {
		deniesAll:
			"Running code that is not the owner of {table} finds no rows and cannot write: row security is enabled and there is no policy.",
		gap: "Running code that is not the owner of {table} finds no rows until the first policy is created.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY, tenant text);",
			bad: `SET lock_timeout = '2s';
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;`,
			good: `SET lock_timeout = '2s';
CREATE POLICY orders_of_tenant ON orders USING (tenant = current_user);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;`,
		},
		{
			before: "CREATE TABLE invoices (id bigint PRIMARY KEY, tenant text);",
			bad: `SET lock_timeout = '2s';
ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
CREATE POLICY invoices_of_tenant ON invoices USING (tenant = current_user);`,
			good: `SET lock_timeout = '2s';
BEGIN;
ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
CREATE POLICY invoices_of_tenant ON invoices USING (tenant = current_user);
COMMIT;`,
		},
	],
	on: {
		setRowSecurity(operation, context) {
			const { table: name, state } = operation;
			const table = context.catalog.table(name);
			if (state !== "enable" || !table?.complete || table.rowSecurity || context.isNew(name))
				return;
			if (table.policies.length > 0) return;
			const data = { table: table.name };
			const isAlone = context.transaction === undefined;
			context.report({
				message: "deniesAll",
				at: operation,
				table: name,
				data,
				atReleaseEnd(after) {
					const now = after.table(name);
					if (!now?.rowSecurity) return "settled";
					if (now.policies.length === 0) return undefined;
					return isAlone ? { message: "gap", data } : "settled";
				},
			});
		},
	},
});
