import { defineRule } from "#core";
import { onColumnTypes } from "../src/catalog/column-types.ts";

/** The types whose numbers pg_upgrade does not keep. Source: postgresql.org/docs/current/pgupgrade.html. */
const lost: ReadonlySet<string> = new Set([
	"regcollation",
	"regconfig",
	"regdictionary",
	"regnamespace",
	"regoper",
	"regoperator",
	"regproc",
	"regprocedure",
]);

export default defineRule({
	id: "no-reg-type",
	summary: "Disallow columns of the types that pg_upgrade refuses.",
	why: `regproc, regprocedure, regoper, regoperator, regconfig, regdictionary, regcollation and regnamespace keep the
internal number of an object, and pg_upgrade does not keep these numbers: its check stops the upgrade of the whole
server while one column has such a type. regclass, regrole and regtype may stay. Source:
postgresql.org/docs/current/pgupgrade.html.`,
	category: "schema",
	dialects: ["postgres"],
	severity: "warning",
	preset: "strict",
	aliases: {},
	help: "Keep the name as text and cast it where it is used.",
	messages: {
		refused: "An upgrade with pg_upgrade is refused while {table} keeps {columns} with this type.",
	},
	examples: [
		{
			bad: "CREATE TABLE documents (id bigint PRIMARY KEY, body text, search_config regconfig NOT NULL);",
			good: "CREATE TABLE documents (id bigint PRIMARY KEY, body text, search_config text NOT NULL);",
		},
	],
	on: onColumnTypes(
		() => "refused",
		({ schema, name }) => schema === undefined && lost.has(name),
	),
});
