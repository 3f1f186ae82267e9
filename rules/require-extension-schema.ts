import { defineRule } from "#core";

/** Extensions whose control file names their schema. */
const fixed: ReadonlySet<string> = new Set([
	"pg_cron",
	"pg_repack",
	"pg_tle",
	"pglogical",
	"plpgsql",
	"postgis_tiger_geocoder",
	"postgis_topology",
	"timescaledb",
	"vault",
]);

export default defineRule({
	id: "require-extension-schema",
	summary: "Require the schema for the objects of an extension.",
	why: `Without SCHEMA an extension puts its functions, types and operators into the first schema of the session's search_path, mostly
public, among the project's own. Whether public.digest() is found then depends on where another database has it,
names collide with those of tables and functions to come, and tools that compare schemas list hundreds of objects. Not all
extensions can be moved later. Source: postgresql.org/docs/current/sql-createextension.html.`,
	category: "schema",
	dialects: ["postgres"],
	severity: "info",
	preset: "all",
	aliases: {},
	help: "Write CREATE EXTENSION ... SCHEMA <a schema for extensions>.",
	messages: {
		searched: "In which schema the objects of {extension} are made depends on the search_path.",
	},
	examples: [
		{
			before: "CREATE SCHEMA extensions;",
			bad: "CREATE EXTENSION IF NOT EXISTS pg_trgm;",
			good: "CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA extensions;",
		},
	],
	on: {
		createExtension(operation, context) {
			if (operation.schema !== undefined || fixed.has(operation.extension)) return;
			if (context.settings.has("search_path")) return;
			const data = { extension: operation.extension };
			context.report({ message: "searched", at: operation, data });
		},
	},
});
