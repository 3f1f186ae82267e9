import {
	codeObject,
	contractObject,
	defineRule,
	historyIsWhole,
	listWords,
	missingEvidence,
	showName,
	typeKey,
} from "#core";

export default defineRule({
	id: "no-drop-type",
	summary: "Disallow DROP TYPE or DROP DOMAIN of a type that released code may use.",
	why: `Code names types in casts, function arguments and the parameter lists of drivers: once the type is
gone these fail with 42704. CASCADE also drops every column of the type, with its values. A type that
is replaced by another of the same name in one release is judged by its result. Dropping the type is
safe when an earlier release has stopped using it: a contract directive names that release.`,
	category: "compatibility",
	dialects: ["postgres"],
	severity: "error",
	preset: "recommended",
	aliases: {},
	help: "First release code that no longer names the type, then drop it in a later release.",
	messages: {
		drops: "Running code that names type {type}, for instance in a cast, fails once it is dropped.",
		columns: "DROP of {type} with CASCADE also drops {columns}, and the values in it are lost.",
		attribute: "Running code that names attribute {attribute} fails once it is dropped.",
	},
	examples: [
		{
			before: `CREATE TYPE payment_method AS ENUM ('card', 'transfer');`,
			bad: `SET lock_timeout = '2s';
DROP TYPE payment_method;`,
			good: `SET lock_timeout = '2s';
-- lockkeeper:contract payment_method since=0001_create
DROP TYPE payment_method;`,
		},
		{
			before: `CREATE TYPE order_status AS ENUM ('open', 'paid', 'lost');`,
			bad: `SET lock_timeout = '2s';
DROP TYPE IF EXISTS order_status;
CREATE TYPE order_state AS ENUM ('open', 'paid');`,
			good: `SET lock_timeout = '2s';
CREATE TYPE order_status_new AS ENUM ('open', 'paid', 'lost', 'sent');
ALTER TYPE order_status RENAME TO order_status_old;
ALTER TYPE order_status_new RENAME TO order_status;
DROP TYPE order_status_old;`,
		},
	],
	on: {
		dropType(operation, context) {
			const { catalog } = context;
			const type = catalog.type(operation.type);
			const key = typeKey(catalog, operation.type);
			if (context.madeHere(type?.origin)) return;
			if (operation.ifExists && !type && historyIsWhole(catalog)) return;
			const used = operation.cascade ? catalog.tablesUsingType(key) : [];
			// Renamed away in this release: the rename is judged, under the name that code knows.
			if (context.releasedName(key) !== key && used.length === 0) return;
			const object = contractObject(catalog, key);
			const code = codeObject("type", key);
			const missing = missingEvidence(context, object, undefined, code);
			if (missing === undefined) return;
			const columns = used.map(
				({ table, column }) => `${showName(catalog, `${table.schema}.${table.name}`)}.${column}`,
			);
			context.report({
				message: columns.length > 0 ? "columns" : "drops",
				data: { type: object.shown, columns: listWords(columns) },
				at: operation,
				code,
				recipe: "drop-in-later-release",
				help: `First release code that no longer names ${object.shown}. ${missing}`,
				atReleaseEnd: (after) =>
					columns.length === 0 && after.type(operation.type) ? "settled" : undefined,
			});
		},
		alterCompositeType(operation, context) {
			const { catalog } = context;
			if (operation.action !== "dropAttribute") return;
			if (context.madeHere(catalog.type(operation.type)?.origin)) return;
			const key = typeKey(catalog, operation.type);
			const object = contractObject(catalog, key, operation.attribute);
			const missing = missingEvidence(context, object);
			if (missing === undefined) return;
			context.report({
				message: "attribute",
				data: { attribute: object.shown },
				at: operation,
				help: `First release code that no longer names ${object.shown}. ${missing}`,
			});
		},
	},
});
