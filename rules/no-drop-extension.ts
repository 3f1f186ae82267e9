import { contractObject, defineRule, missingEvidence } from "#core";

export default defineRule({
	id: "no-drop-extension",
	summary: "Disallow DROP EXTENSION of an extension that released code may use.",
	why: `An extension is a set of functions, types, operators and index methods. Once it is gone, queries of running
code that use one of them fail with 42883 or 42704. With CASCADE the server also drops every column of its types,
with the values in it, every index that uses its operator classes, and views and functions that are made with
it. Without CASCADE it refuses while a column, index or view uses the extension; calls in the code of the
application it cannot see.`,
	category: "compatibility",
	dialects: ["postgres"],
	severity: "warning",
	preset: "recommended",
	aliases: {},
	help: "First release code that no longer uses the extension, then drop it in a later release, without CASCADE.",
	messages: {
		drops: "Queries of running code that use what {extension} brought fail once it is dropped.",
		cascades:
			"DROP of {extension} with CASCADE also drops every column of its types with its values, and indexes and views that use it.",
	},
	examples: [
		{
			before: "CREATE EXTENSION citext;",
			bad: "DROP EXTENSION citext;",
			good: `-- lockkeeper:contract citext since=0001_create
DROP EXTENSION citext;`,
		},
		{
			before: "CREATE EXTENSION hstore;",
			bad: "DROP EXTENSION hstore CASCADE;",
			good: `CREATE EXTENSION unaccent;
DROP EXTENSION unaccent;`,
		},
	],
	on: {
		dropExtension(operation, context) {
			const { catalog } = context;
			const { extension, cascade, ifExists } = operation;
			const known = catalog.extension(extension);
			if (context.madeHere(known?.origin)) return;
			// The server's makers install some extensions: IF EXISTS of another clears up, if anything.
			if (ifExists && !known) return;
			const object = contractObject(catalog, extension);
			const missing = missingEvidence(context, object);
			if (missing === undefined) return;
			context.report({
				message: cascade ? "cascades" : "drops",
				at: operation,
				data: { extension },
				...(cascade && { severity: "error" }),
				help: `First release code that no longer uses ${extension}, and drop it without CASCADE. ${missing}`,
				// Moved to another schema or version by dropping and creating it.
				atReleaseEnd: (after) => (!cascade && after.extension(extension) ? "settled" : undefined),
			});
		},
	},
});
