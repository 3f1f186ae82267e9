import { defineRule } from "#core";

export default defineRule({
	id: "require-schema",
	summary: "Require the schema in the name of a new table.",
	why: `A table without a schema in its name is made in the first schema of the search_path that exists. That is a setting of the
role, the database and the session: run by another role, or behind a pooler that keeps settings, the migration makes
the table elsewhere, and IF NOT EXISTS finds another table of that name. SET search_path in the migration says the same
once. Source: postgresql.org/docs/current/ddl-schemas.html.`,
	category: "schema",
	dialects: ["postgres"],
	severity: "info",
	preset: "all",
	aliases: { squawk: "require-table-schema" },
	help: "Write the schema before the name, or SET search_path at the start of the migration.",
	messages: {
		searched: "Where {table} is made depends on the search_path of the session.",
	},
	examples: [
		{
			before: "CREATE SCHEMA sales;",
			bad: "CREATE TABLE orders (id bigint PRIMARY KEY);",
			good: "CREATE TABLE sales.orders (id bigint PRIMARY KEY);",
		},
		{
			before: "CREATE SCHEMA sales;",
			bad: "CREATE TABLE orders (id bigint PRIMARY KEY);",
			good: `SET search_path = sales;
CREATE TABLE orders (id bigint PRIMARY KEY);`,
		},
	],
	on: {
		createTable({ table, persistence, range }, context) {
			if (table.schema !== undefined || persistence === "temporary") return;
			if (context.settings.has("search_path")) return;
			const once = context.migration.id;
			context.report({
				message: "searched",
				at: table.range ?? range,
				data: { table: table.name },
				once,
			});
		},
	},
});
