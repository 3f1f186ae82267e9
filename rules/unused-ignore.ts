import { defineRule } from "#core";

export default defineRule({
	id: "unused-ignore",
	summary: "Disallow ignore directives that ignore nothing.",
	why: `An ignore directive that no finding needs was written for something that has since changed. Left in
place it would hide the next real finding of that rule at the same statement.`,
	category: "schema",
	dialects: ["postgres", "mysql", "mariadb", "sqlite"],
	severity: "warning",
	preset: "recommended",
	aliases: { squawk: "unused-ignore" },
	help: "Remove the rule from the directive, or the whole directive.",
	messages: {
		unused: "Nothing here needs to be ignored: no finding of {rules}.",
	},
	examples: [
		{
			before: `CREATE TABLE carts (id bigint PRIMARY KEY);`,
			bad: `SET lock_timeout = '2s';
-- lockkeeper:ignore no-drop-table: replaced by baskets a year ago
ALTER TABLE carts ADD COLUMN note text;`,
			good: `SET lock_timeout = '2s';
-- lockkeeper:ignore no-drop-table: replaced by baskets a year ago
DROP TABLE carts;`,
		},
	],
	on: {
		unusedIgnore(directive, rules, context) {
			context.report({
				message: "unused",
				data: { rules: rules.join(", ") },
				at: directive.range,
			});
		},
	},
});
