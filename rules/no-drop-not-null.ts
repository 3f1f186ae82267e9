import { contractObject, defineRule } from "#core";

export default defineRule({
	id: "no-drop-not-null",
	summary: "Disallow DROP NOT NULL of a column that running code reads.",
	why: `DROP NOT NULL itself takes a moment. But code that was written for a column without NULL does not expect
one: a driver fails to read it into a plain number or string, a condition such as status <> 'done' leaves the row
out, a sum becomes NULL. It is right where the column is on its way out, or where new code reads NULL already; then
an ignore directive says so. It is hard to take back: SET NOT NULL needs a column without NULLs.`,
	category: "compatibility",
	dialects: ["postgres"],
	severity: "warning",
	preset: "strict",
	aliases: { squawk: "ban-drop-not-null", pgfence: "drop-not-null" },
	help: "First release code that reads NULL there, then drop NOT NULL; or give the column a value that means none.",
	messages: {
		dropped: "Running code may now read NULL from {column}, which it never did.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY, status text NOT NULL);",
			bad: `SET lock_timeout = '2s';
ALTER TABLE orders ALTER COLUMN status DROP NOT NULL;`,
			good: `SET lock_timeout = '2s';
ALTER TABLE orders ALTER COLUMN status SET DEFAULT 'unknown';`,
		},
	],
	on: {
		dropNotNull(operation, context) {
			const { catalog } = context;
			const { table, column: name } = operation;
			const column = catalog.table(table)?.columns.find((other) => other.name === name);
			if (context.isNew(table) || context.madeHere(column?.origin)) return;
			if (context.effectOf(operation).fails || (column && !column.notNull)) return;
			context.report({
				message: "dropped",
				at: operation,
				table,
				data: { column: contractObject(catalog, catalog.resolve(table), name).shown },
				atReleaseEnd(after) {
					const now = after.table(table)?.columns.find((other) => other.name === name);
					return now && !now.notNull ? undefined : "settled";
				},
			});
		},
	},
});
