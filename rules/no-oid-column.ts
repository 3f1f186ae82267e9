import { defineRule } from "#core";
import { onColumnTypes } from "../src/catalog/column-types.ts";

const references: ReadonlySet<string> = new Set(["oid", "lo"]);

export default defineRule({
	id: "no-oid-column",
	summary: "Disallow columns of type oid.",
	why: `A column of type oid mostly names large objects. These are rows of pg_largeobject, which all tables share:
DELETE of the row leaves the large object behind, the rights of the table do not guard it, logical replication does not
carry it, and each is an entry of its own that slows pg_dump and pg_upgrade down. bytea holds up to 1 GB in the
row itself. Source: postgresql.org/docs/current/lo.html and logical-replication-restrictions.html.`,
	category: "schema",
	dialects: ["postgres"],
	severity: "info",
	preset: "strict",
	aliases: {},
	help: "Write bytea for the bytes, or the address of a file that is kept elsewhere.",
	messages: {
		largeObject:
			"{table} names large objects by {columns}: DELETE leaves them behind, and logical replication does not carry them.",
	},
	examples: [
		{
			bad: "CREATE TABLE documents (id bigint PRIMARY KEY, content oid);",
			good: "CREATE TABLE documents (id bigint PRIMARY KEY, content bytea);",
		},
	],
	on: onColumnTypes(
		() => "largeObject",
		({ name }) => references.has(name),
	),
});
