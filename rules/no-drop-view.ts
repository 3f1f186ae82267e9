import {
	codeObject,
	columnsOf,
	contractObject,
	defineRule,
	historyIsWhole,
	listWords,
	missingEvidence,
	relationExists,
} from "#core";

export default defineRule({
	id: "no-drop-view",
	summary: "Disallow DROP VIEW of a view that released code may use.",
	why: `While a release is rolled out, and for as long as it may be rolled back, the code before it still
runs: every query that names the view fails with 42P01 once it is gone. A view that is dropped and
created again in one release is judged by its result: when a column is missing, queries of running
code that name it fail. A view may go when an earlier release has stopped using it: a contract
directive names that release.`,
	category: "compatibility",
	notes: {
		mysql: `The error of a query is 1146.`,
		mariadb: `The error of a query is 1146.`,
		sqlite: `The error of a query is "no such table".`,
	},
	dialects: ["postgres", "mysql", "mariadb", "sqlite"],
	severity: "error",
	preset: "recommended",
	aliases: {},
	help: "First release code that no longer uses the view, then drop it in a later release.",
	messages: {
		drops: "Queries of running code on {view} fail once the view is dropped.",
		columns: "{view} comes back without {columns}: queries of running code that name it fail.",
	},
	examples: [
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY, status text);
CREATE VIEW open_orders AS SELECT id, status FROM orders WHERE status = 'open';`,
			bad: `SET lock_timeout = '2s';
DROP VIEW open_orders;`,
			good: `SET lock_timeout = '2s';
BEGIN;
DROP VIEW open_orders;
CREATE VIEW open_orders AS SELECT id, status, 'web' AS channel FROM orders WHERE status = 'open';
COMMIT;`,
		},
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY, status text);
CREATE VIEW open_orders AS SELECT id, status FROM orders WHERE status = 'open';`,
			bad: `SET lock_timeout = '2s';
BEGIN;
DROP VIEW open_orders;
CREATE VIEW open_orders AS SELECT id FROM orders WHERE status = 'open';
COMMIT;`,
			good: `SET lock_timeout = '2s';
CREATE VIEW paid_orders AS SELECT id FROM orders WHERE status = 'paid';
DROP VIEW paid_orders;`,
		},
		{
			dialect: "sqlite",
			before: `CREATE TABLE orders (id INTEGER PRIMARY KEY, status TEXT);
CREATE VIEW open_orders AS SELECT id, status FROM orders WHERE status = 'open';`,
			bad: `DROP VIEW open_orders;`,
			good: `BEGIN;
DROP VIEW open_orders;
CREATE VIEW open_orders AS SELECT id, status, 'web' AS channel FROM orders WHERE status = 'open';
COMMIT;`,
		},
	],
	on: {
		dropView(operation, context) {
			const { catalog } = context;
			const view = catalog.view(operation.view);
			const key = catalog.resolve(operation.view);
			if (context.isNew(operation.view)) return;
			if (operation.ifExists && !view && historyIsWhole(catalog)) return;
			// Renamed away in this release: the rename is judged, under the name that code knows.
			if (context.releasedName(key) !== key) return;
			const object = contractObject(catalog, key);
			const code = codeObject("table", key);
			const missing = missingEvidence(context, object, undefined, code);
			if (missing === undefined) return;
			const columns = columnsOf(catalog, key) ?? [];
			context.report({
				message: "drops",
				data: { view: object.shown },
				at: operation,
				table: operation.view,
				code,
				recipe: "drop-in-later-release",
				help: `First release code that no longer uses ${object.shown}. ${missing}`,
				atReleaseEnd(after) {
					if (!relationExists(after, key)) return undefined;
					const now = columnsOf(after, key);
					const gone = now ? columns.filter((name) => !now.includes(name)) : [];
					if (gone.length === 0) return "settled";
					return {
						message: "columns",
						data: { view: object.shown, columns: listWords(gone) },
						withoutRecipe: true,
					};
				},
			});
		},
	},
});
