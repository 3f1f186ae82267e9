import { defineRule } from "#core";
import { nearestOf } from "../src/core/config-shape.ts";

export default defineRule({
	id: "unknown-directive",
	summary: "Require lockkeeper comments that mean something.",
	why: `A directive with a misspelt verb, an ignore without a reason or for a rule that does not exist does
nothing, and nobody would notice: people who read the migration believe that it was looked at. An ignore
needs a reason, so that the next reader can tell whether it still holds.`,
	category: "schema",
	dialects: ["postgres", "mysql", "mariadb", "sqlite"],
	severity: "error",
	preset: "recommended",
	aliases: {},
	help: "Write the directive as the documentation shows it.",
	messages: {
		invalid: "This comment has no effect: {problem}.",
		rule: "This comment has no effect on {rule}: there is no rule of that name.",
	},
	examples: [
		{
			bad: `-- lockkeeper:ignore no-drop-table
CREATE TABLE orders (id bigint PRIMARY KEY);`,
			good: `-- lockkeeper:transaction none
CREATE TABLE orders (id bigint PRIMARY KEY);`,
		},
		{
			bad: `-- lockkeeper:ignore no-drop-tables: the table was never filled
CREATE TABLE orders (id bigint PRIMARY KEY);`,
			good: `CREATE TABLE orders (id bigint PRIMARY KEY);`,
		},
	],
	on: {
		directive(directive, context) {
			const at = directive.range;
			if (directive.verb === "invalid") {
				const { problem, hint } = directive;
				context.report({ message: "invalid", data: { problem }, at, help: hint });
			}
			if (directive.verb !== "ignore" && directive.verb !== "ignore-file") return;
			for (const rule of directive.rules) {
				if (context.ruleIds.has(rule)) continue;
				const nearest = nearestOf(rule, [...context.ruleIds]);
				const help = nearest
					? `Did you mean ${nearest}?`
					: "lockkeeper rules lists all rules by name.";
				context.report({ message: "rule", data: { rule }, at, help });
			}
		},
	},
});
