import { defineRule, type Migration, type ReleaseEntry } from "#core";
import { nameRelations } from "../src/catalog/exposure.ts";

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
	preset: "recommended",
	aliases: {},
	help: "Create the policies first, then enable row security in the same transaction.",
	messages: {
		deniesAll:
			"Running code that does not own {tables} finds no rows and cannot write: row security is enabled and there is no policy.",
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
	],
	on: {
		releaseEnd({ entries }, context) {
			const denied = new Map<Migration, ReleaseEntry[]>();
			for (const entry of entries) {
				const { operation, migration } = entry;
				if (operation.kind !== "setRowSecurity" || operation.state !== "enable") continue;
				const table = context.catalog.table(operation.table);
				if (!table?.complete || !table.rowSecurity || table.policies.length > 0) continue;
				if (context.isNew(table)) continue;
				denied.set(migration, [...(denied.get(migration) ?? []), entry]);
			}
			// Many tables are closed at one go: one place to look at, not twenty.
			for (const group of denied.values()) {
				const tables = group.flatMap(({ operation }) =>
					operation.kind === "setRowSecurity" ? [operation.table] : [],
				);
				const [entry] = group;
				const [table] = tables;
				if (!entry || !table) continue;
				const data = { tables: nameRelations(tables) };
				context.report(entry, { message: "deniesAll", at: entry.operation, table, data });
			}
		},
	},
});
