import { defineRule } from "#core";

export default defineRule({
	id: "require-enum-position",
	summary: "Require a place for values that are added to an enum.",
	why: `Values of an enum sort in the order of its list: ORDER BY, <, min and max follow it. ADD VALUE without BEFORE or AFTER puts the new
value last, and no ALTER TYPE can move it later: that takes a new type and a rewrite of every table. Naming
the neighbour says that the place was chosen. Source: postgresql.org/docs/current/sql-altertype.html.`,
	category: "schema",
	dialects: ["postgres"],
	severity: "info",
	preset: "all",
	aliases: { squawk: "require-enum-value-ordering", pgfence: "alter-enum-no-ordering" },
	help: "Write BEFORE or AFTER and the value next to it.",
	messages: {
		last: "{value} sorts after all other values of {type}, and cannot be moved later.",
	},
	examples: [
		{
			before: "CREATE TYPE order_status AS ENUM ('open', 'paid', 'closed');",
			bad: `SET lock_timeout = '2s';
ALTER TYPE order_status ADD VALUE 'shipped';`,
			good: `SET lock_timeout = '2s';
ALTER TYPE order_status ADD VALUE 'shipped' AFTER 'paid';`,
		},
	],
	on: {
		addEnumValue(operation, context) {
			if (operation.neighbour) return;
			const data = { type: operation.type.name, value: operation.value };
			context.report({ message: "last", at: operation, data });
		},
	},
});
