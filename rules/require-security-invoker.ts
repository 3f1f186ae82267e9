import { defineRule, type OperationContext, type OperationOf } from "#core";
import { relationsRead } from "../src/catalog/proof.ts";

/** Returns a table with row security whose policies do not apply to the view's owner. */
function securedTable(
	{ query }: OperationOf<"createView">,
	{ catalog }: OperationContext,
): string | undefined {
	for (const name of relationsRead(query)) {
		const table = catalog.table(name);
		// FORCE makes the policies hold for the owner too.
		if (table?.rowSecurity && !table.forceRowSecurity) return table.name;
	}
	return undefined;
}

/** A boolean option without a value is on. */
function isOn(value = "true"): boolean {
	return !/^(?:false|off|no|0)$/i.test(value);
}

export default defineRule({
	id: "require-security-invoker",
	summary: "Require security_invoker for views over tables with row security.",
	why: `A view reads its tables with the rights of its owner. Policies do not apply to the owner of a table unless row
security is forced, and the same role mostly owns both: whoever may read the view reads the rows of all customers.
With security_invoker (PostgreSQL 15) the policies for the reader apply. CREATE OR REPLACE VIEW sets the option anew, so it
must be written each time. Source: postgresql.org/docs/current/sql-createview.html.`,
	category: "security",
	dialects: ["postgres"],
	severity: "warning",
	preset: "strict",
	aliases: {},
	help: "Write CREATE VIEW ... WITH (security_invoker = true) AS ..., or filter by reader in the view itself.",
	messages: {
		bypass:
			"Whoever may read {view} reads all rows of {table}: its policies do not apply to the view's owner.",
	},
	examples: [
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY, tenant text);
CREATE POLICY orders_of_tenant ON orders USING (tenant = current_user);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;`,
			bad: `SET lock_timeout = '2s';
CREATE VIEW recent_orders AS SELECT id FROM orders;`,
			good: `SET lock_timeout = '2s';
CREATE VIEW recent_orders WITH (security_invoker = true) AS SELECT id FROM orders;`,
			version: 15,
		},
	],
	on: {
		createView(operation, context) {
			if (context.version < 15 || operation.temporary) return;
			const option = operation.parameters.find(({ name }) => name === "security_invoker");
			if (option && isOn(option.value)) return;
			const table = securedTable(operation, context);
			if (table === undefined) return;
			const { view } = operation;
			context.report({
				message: "bypass",
				at: operation,
				data: { view: view.name, table },
				atReleaseEnd(after) {
					const now = after.view(view);
					if (!now) return "settled";
					const { parameters } = now;
					const isSet =
						parameters.has("security_invoker") && isOn(parameters.get("security_invoker"));
					return isSet ? "settled" : undefined;
				},
			});
		},
	},
});
