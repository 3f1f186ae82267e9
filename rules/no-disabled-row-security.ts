import { defineRule, findAgain } from "#core";

export default defineRule({
	id: "no-disabled-row-security",
	summary: "Disallow turning row security off on a table in use.",
	why: `With DISABLE ROW LEVEL SECURITY the policies of the table stay, but none applies: every role with SELECT on it reads the rows of all
customers, at once and without an error anywhere. NO FORCE does the same for the role that owns the table,
often the one the application runs as. In a transaction that enables it again nobody sees the gap: the ACCESS EXCLUSIVE
lock is held until COMMIT. Source: postgresql.org/docs/current/ddl-rowsecurity.html.`,
	category: "security",
	dialects: ["postgres"],
	severity: "warning",
	preset: "recommended",
	aliases: {},
	help: "Change the policies instead, or give a role that must see all rows a policy of its own.",
	messages: {
		off: "Every role with rights on {table} sees all its rows from now on: its policies no longer apply.",
		owner:
			"The owner of {table} sees all its rows from now on: its policies no longer apply to it.",
		gap: "Every role with rights on {table} sees all its rows until row security is enabled again.",
	},
	examples: [
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY, tenant text);
CREATE POLICY orders_of_tenant ON orders USING (tenant = current_user);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;`,
			bad: `SET lock_timeout = '2s';
ALTER TABLE orders DISABLE ROW LEVEL SECURITY;`,
			good: `SET lock_timeout = '2s';
ALTER POLICY orders_of_tenant ON orders USING (tenant = session_user);`,
		},
	],
	on: {
		setRowSecurity(operation, context) {
			const { state, table: name } = operation;
			if ((state !== "disable" && state !== "noForce") || context.isNew(name)) return;
			const isDisable = state === "disable";
			const table = context.catalog.table(name);
			const wasOn = isDisable ? table?.rowSecurity : table?.rowSecurity && table.forceRowSecurity;
			if (!wasOn && (table?.complete || !isDisable)) return;
			const key = context.catalog.resolve(name);
			const isAlone = context.transaction === undefined;
			const data = { table: name.name };
			context.report({
				message: isDisable ? "off" : "owner",
				at: operation,
				table: name,
				data,
				atReleaseEnd(after) {
					const now = findAgain(after, table, key);
					if (!now) return "settled";
					const isOn = now.rowSecurity && (isDisable || now.forceRowSecurity);
					if (!isOn) return undefined;
					return isDisable && isAlone ? { message: "gap", data } : "settled";
				},
			});
		},
	},
});
