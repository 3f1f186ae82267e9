import { contractObject, defineRule, missingEvidence } from "#core";

export default defineRule({
	id: "no-row-security-on-used-table",
	summary: "Disallow row security that hides rows from released code without an error.",
	why: `With row security enabled a query returns the rows that a policy lets through, and no error tells that others
were left out: UPDATE and DELETE pass them over, INSERT fails with 42501. Code that was deployed before does not set
what the policies ask for, a role or a setting of the session. The owner of the table is exempt until FORCE ROW LEVEL
SECURITY, so it shows only where the application has a role of its own. A contract directive names the release whose
code is ready.`,
	category: "security",
	dialects: ["postgres"],
	severity: "info",
	preset: "strict",
	aliases: {},
	help: "First release code that works under the policies, then enable row security.",
	messages: {
		hides:
			"Running code sees only those rows of {table} that a policy lets through, without an error.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY, tenant text);",
			bad: `SET lock_timeout = '2s';
CREATE POLICY orders_of_tenant ON orders TO app USING (tenant = current_user);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;`,
			good: `SET lock_timeout = '2s';
CREATE POLICY orders_of_tenant ON orders TO app USING (tenant = current_user);
-- lockkeeper:contract orders since=0001_create
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;`,
		},
	],
	on: {
		setRowSecurity(operation, context) {
			const { state } = operation;
			if (state !== "enable" && state !== "force") return;
			const { catalog } = context;
			const table = catalog.table(operation.table);
			if (!table || context.isNew(table)) return;
			if (state === "enable" ? table.rowSecurity : table.forceRowSecurity) return;
			const object = contractObject(catalog, catalog.resolve(table));
			if (missingEvidence(context, object) === undefined) return;
			context.report({
				message: "hides",
				at: operation,
				table,
				data: { table: object.shown },
				once: `${catalog.resolve(table)} ${context.migration.release}`,
				atReleaseEnd(after) {
					const later = after.table(table);
					// Without a policy nothing is seen at all: another rule says so.
					const isOpen = !later?.rowSecurity || later.policies.length === 0;
					return isOpen ? "settled" : undefined;
				},
			});
		},
	},
});
