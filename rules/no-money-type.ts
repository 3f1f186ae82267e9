import { defineRule } from "#core";
import { onColumnTypes } from "../src/catalog/column-types.ts";

export default defineRule({
	id: "no-money-type",
	summary: "Disallow the type money.",
	why: `money keeps a number without its currency. How many digits it has after the point, and how it is read and
written, follows the setting lc_monetary: a dump that is loaded into a database with another setting may mean other
amounts. It cannot hold fractions of the smallest coin, as prices per unit and taxes need them. Source:
postgresql.org/docs/current/datatype-money.html.`,
	category: "schema",
	dialects: ["postgres"],
	severity: "warning",
	preset: "strict",
	aliases: {},
	help: "Write numeric, or bigint for the smallest coin, and a column for the currency.",
	messages: {
		money: "{table} keeps {columns} as money: what an amount means changes with lc_monetary.",
	},
	examples: [
		{
			bad: "CREATE TABLE invoices (id bigint PRIMARY KEY, total money NOT NULL);",
			good: "CREATE TABLE invoices (id bigint PRIMARY KEY, total numeric NOT NULL, currency text NOT NULL);",
		},
	],
	on: onColumnTypes(
		() => "money",
		({ schema, name }) => schema === undefined && name === "money",
	),
});
