import {
	contractObject,
	defineRule,
	historyIsWhole,
	relationExists,
	showName,
	typeKey,
} from "#core";
import type { ObjectType } from "#core";

/** What code calls by name, and the word for it. */
const words: Partial<Record<ObjectType, string>> = {
	aggregate: "aggregate",
	domain: "domain",
	extension: "extension",
	function: "function",
	operator: "operator",
	procedure: "procedure",
	routine: "function",
	sequence: "sequence",
	type: "type",
};

export default defineRule({
	id: "no-set-schema",
	summary: "Disallow moving an object that released code uses to another schema.",
	why: `SET SCHEMA renames the object for everyone who names it with its schema, and for everyone whose
search_path does not have the new schema. While a release is rolled out, code before it still runs and
fails with 42P01 or 42883. A view with the old name, created in the same transaction, keeps reads and
simple writes of a table alive; a domain with the old name does so for a domain.`,
	category: "compatibility",
	dialects: ["postgres"],
	severity: "error",
	preset: "recommended",
	aliases: {},
	help: "Keep the old name: create a view there in the same transaction, and drop the view in a later release.",
	messages: {
		moves:
			"Running code that names {object} {name} fails once it is in schema {schema}, unless its search_path has that schema.",
	},
	examples: [
		{
			before: `CREATE SCHEMA billing;
CREATE TABLE invoices (id bigint PRIMARY KEY, total numeric(12, 2));`,
			bad: `SET lock_timeout = '2s';
ALTER TABLE invoices SET SCHEMA billing;`,
			good: `SET lock_timeout = '2s';
BEGIN;
ALTER TABLE invoices SET SCHEMA billing;
CREATE VIEW public.invoices AS SELECT * FROM billing.invoices;
COMMIT;`,
		},
		{
			before: `CREATE SCHEMA billing;
CREATE TYPE invoice_status AS ENUM ('open', 'paid');`,
			bad: `SET lock_timeout = '2s';
ALTER TYPE invoice_status SET SCHEMA billing;`,
			good: `SET lock_timeout = '2s';
CREATE TYPE dunning_level AS ENUM ('first', 'second');
ALTER TYPE dunning_level SET SCHEMA billing;`,
		},
	],
	on: {
		setTableSchema(operation, context) {
			const { catalog } = context;
			const table = catalog.table(operation.table);
			const view = catalog.view(operation.table);
			if (context.isNew(operation.table) || catalog.index(operation.table)) return;
			if (operation.ifTableExists && !table && !view && historyIsWhole(catalog)) return;
			const key = catalog.resolve(operation.table);
			if (context.releasedName(key) !== key || key.startsWith(`${operation.schema}.`)) return;
			const { shown } = contractObject(catalog, key);
			const object = view ? "view" : "table";
			context.report({
				message: "moves",
				data: { object, name: shown, schema: operation.schema },
				at: operation,
				table: operation.table,
				recipe: "set-schema",
				atReleaseEnd: (after) => (relationExists(after, key) ? "settled" : undefined),
			});
		},
		setObjectSchema(operation, context) {
			const { catalog } = context;
			const { name, schema } = operation;
			const object = words[operation.object];
			if (object === undefined) return;
			const isType = operation.object === "type" || operation.object === "domain";
			const known = isType ? catalog.type(name) : undefined;
			const [routine] = catalog.routines(name);
			const origin =
				operation.object === "extension"
					? catalog.extension(name.name)?.origin
					: operation.object === "sequence"
						? catalog.sequence(name)?.origin
						: (isType ? known : routine)?.origin;
			if (context.madeHere(origin)) return;
			const key = isType ? typeKey(catalog, name) : undefined;
			if (key?.startsWith(`${schema}.`)) return;
			const shown = key ? showName(catalog, key) : name.name;
			context.report({
				message: "moves",
				data: { object, name: shown, schema },
				at: operation,
				recipe: "set-schema",
				// A domain over the moved one, with the old name, keeps casts alive.
				atReleaseEnd: (after) =>
					known?.kind === "domain" && after.type({ schema: known.schema, name: known.name })
						? "settled"
						: undefined,
			});
		},
	},
});
