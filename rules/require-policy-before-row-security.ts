import { defineRule, type Migration, type ReleaseContext, type ReleaseEntry } from "#core";
import type { QualifiedName, Table } from "#core";
import { nameRelations } from "../src/catalog/exposure.ts";

/** Restrictive policies only take away: without a permissive one nobody sees a row. */
function admitsNobody({ rowSecurity, policies }: Table): boolean {
	return rowSecurity && policies.every(({ permissive }) => !permissive);
}

/** The table that the statement closes to everybody, as it stands when the release ends. */
function closedBy({ operation }: ReleaseEntry, context: ReleaseContext): Table | undefined {
	const closes =
		(operation.kind === "setRowSecurity" && operation.state === "enable") ||
		operation.kind === "dropPolicy";
	const table = closes ? context.catalog.table(operation.table) : undefined;
	if (!table?.complete || context.isNew(table)) return undefined;
	return admitsNobody(table) ? table : undefined;
}

export default defineRule({
	id: "require-policy-before-row-security",
	summary: "Require a policy while row security is enabled on a table in use.",
	why: `With row security enabled and no permissive policy, every role but the owner of the table, superusers and
roles with BYPASSRLS reads no rows, and its INSERTs fail with 42501. There is no error at reads: the application
finds its tables empty. The same happens when the last policy is dropped: RESTRICTIVE ones only take away.
Policies may be created before row security is enabled; they take effect with it. ENABLE ROW LEVEL SECURITY takes
an ACCESS EXCLUSIVE lock for a moment.`,
	category: "security",
	dialects: ["postgres"],
	severity: "warning",
	preset: "recommended",
	aliases: {},
	help: "Create the policies first, then enable row security in the same transaction.",
	messages: {
		deniesAll:
			"Running code that does not own {tables} finds no rows and cannot write: row security is enabled and there is no policy.",
		onlyRestricts:
			"Running code that does not own {tables} finds no rows and cannot write: its policies are RESTRICTIVE, and no permissive one lets a row through.",
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
			before: `CREATE TABLE orders (id bigint PRIMARY KEY, tenant text);
CREATE POLICY orders_of_tenant ON orders USING (tenant = current_user);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;`,
			bad: `SET lock_timeout = '2s';
DROP POLICY orders_of_tenant ON orders;`,
			good: `SET lock_timeout = '2s';
BEGIN;
DROP POLICY orders_of_tenant ON orders;
CREATE POLICY orders_of_tenant ON orders USING (tenant = current_setting('app.tenant'));
COMMIT;`,
		},
	],
	on: {
		releaseEnd({ entries }, context) {
			const groups = new Map<Migration, { entry: ReleaseEntry; tables: Map<string, Table> }>();
			for (const entry of entries) {
				const table = closedBy(entry, context);
				if (!table) continue;
				const group = groups.get(entry.migration) ?? { entry, tables: new Map<string, Table>() };
				group.tables.set(`${table.schema}.${table.name}`, table);
				groups.set(entry.migration, group);
			}
			// Many tables are closed at one go: one place to look at, not twenty.
			for (const { entry, tables } of groups.values()) {
				const closed: readonly Table[] = [...tables.values()];
				const [first] = closed;
				if (!first) continue;
				const table: QualifiedName = { schema: first.schema, name: first.name };
				const restricts = closed.every(({ policies }) => policies.length > 0);
				context.report(entry, {
					message: restricts ? "onlyRestricts" : "deniesAll",
					at: entry.operation,
					recipe: "create-policy-first",
					table,
					data: { tables: nameRelations(closed) },
				});
			}
		},
	},
});
