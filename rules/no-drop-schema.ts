import { contractObject, defineRule, historyIsWhole, missingEvidence } from "#core";
import type { Catalog } from "#core";

function tablesIn(catalog: Catalog, schema: string): number {
	let count = 0;
	for (const table of catalog.tables()) if (table.schema === schema) count++;
	return count;
}

function isEmpty(catalog: Catalog, schema: string): boolean {
	const objects = [catalog.tables(), catalog.views(), catalog.types(), catalog.allRoutines()];
	return objects.every((of) => [...of].every((object) => object.schema !== schema));
}

export default defineRule({
	id: "no-drop-schema",
	summary: "Disallow DROP SCHEMA of a schema that released code may use.",
	why: `DROP SCHEMA ... CASCADE drops every table, view, type and function of the schema in one transaction,
with an ACCESS EXCLUSIVE lock on each, and the foreign keys, views and columns elsewhere that depend
on them. Nothing says beforehand what goes; only a backup brings it back. Without CASCADE the server
refuses while anything is left in the schema, so the deploy stops there.`,
	category: "data-loss",
	notes: {
		mysql: `DROP DATABASE drops every table in it, whatever it holds.`,
		mariadb: `DROP DATABASE drops every table in it, whatever it holds.`,
	},
	dialects: ["postgres", "mysql", "mariadb"],
	severity: "error",
	preset: "recommended",
	aliases: { atlas: "DS101", pgfence: ["drop-schema", "drop-schema-cascade"] },
	help: "Drop the objects one by one in releases of their own, then the empty schema.",
	messages: {
		dropsDatabase:
			"DROP DATABASE {schema} drops everything in it{tables}; what is lost comes back from a backup only.",
		drops:
			"DROP SCHEMA {schema} CASCADE drops everything in it{tables}; what is lost comes back from a backup only.",
		refused:
			"Code that names schema {schema} fails once it is gone; while anything is left in it the server refuses to drop it.",
	},
	examples: [
		{
			before: `CREATE SCHEMA billing;
CREATE TABLE billing.invoices (id bigint PRIMARY KEY, total numeric(12, 2));`,
			bad: `SET lock_timeout = '2s';
DROP SCHEMA billing CASCADE;`,
			good: `SET lock_timeout = '2s';
CREATE SCHEMA import_2024;
CREATE TABLE import_2024.invoices (id bigint, total numeric(12, 2));
DROP SCHEMA import_2024 CASCADE;`,
		},
	],
	on: {
		dropSchema(operation, context) {
			const { catalog } = context;
			const known = catalog.schema(operation.schema);
			if (context.madeHere(known?.origin)) return;
			if (operation.ifExists && !known && historyIsWhole(catalog)) return;
			// An empty schema that the history made holds nothing that code can name.
			if (known?.origin && isEmpty(catalog, operation.schema)) return;
			const object = contractObject(catalog, operation.schema);
			const missing = missingEvidence(context, object);
			if (missing === undefined) return;
			const count = tablesIn(catalog, operation.schema);
			const tables =
				count > 0 ? ` (${count} table${count === 1 ? "" : "s"} and what depends on them)` : "";
			context.report({
				message:
					context.dialect !== "postgres"
						? "dropsDatabase"
						: operation.cascade
							? "drops"
							: "refused",
				data: { schema: object.shown, tables },
				at: operation,
				help: `Drop the objects one by one in releases of their own, then the empty schema. ${missing}`,
				atReleaseEnd: (after) =>
					operation.ifExists && !known && after.schema(operation.schema) ? "settled" : undefined,
			});
		},
	},
});
