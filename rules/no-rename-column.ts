import {
	codeColumn,
	columnsOf,
	contractObject,
	defineRule,
	findAgain,
	historyIsWhole,
} from "#core";

export default defineRule({
	id: "no-rename-column",
	summary: "Disallow renaming a column that released code uses.",
	why: `While a release is rolled out, and for as long as it may be rolled back, code with the old name and
code with the new name run at the same time: whichever the column is called, the other half fails with
42703. The rename itself is instant; nothing later in the deploy can help. Two ways keep both names: a
view under the table's name that shows the column under both, or a new column that a trigger keeps
equal to the old one until no code uses it.`,
	category: "compatibility",
	notes: {
		mysql: `The error of a statement is 1054 (Unknown column). RENAME COLUMN and CHANGE take an instant (since MySQL 8.0.28). No view can have the table's name, so both columns are kept equal by triggers.`,
		mariadb: `The error of a statement is 1054 (Unknown column). RENAME COLUMN and CHANGE take an instant. Both columns are kept equal by triggers until no code uses the old one.`,
		sqlite: `The error of a statement is "no such column". RENAME COLUMN came with 3.25, writes one page, and rewrites the column in
indexes, triggers and views; the column that a view gives is renamed with it.`,
	},
	dialects: ["postgres", "mysql", "mariadb", "sqlite"],
	severity: "error",
	preset: "recommended",
	aliases: {
		squawk: "renaming-column",
		strongMigrations: "rename_column",
		atlas: "BC102",
		pgfence: "rename-column",
	},
	help: "Add a column with the new name, keep both equal with a trigger, and drop the old one in a later release; or keep the old name in a view.",
	messages: {
		renames: "Statements of running code that name {column} fail once it is called {to}.",
	},
	examples: [
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY, total numeric(12, 2));`,
			bad: `SET lock_timeout = '2s';
ALTER TABLE orders RENAME COLUMN total TO total_amount;`,
			good: `SET lock_timeout = '2s';
BEGIN;
ALTER TABLE orders RENAME TO orders_base;
ALTER TABLE orders_base RENAME COLUMN total TO total_amount;
CREATE VIEW orders AS SELECT id, total_amount, total_amount AS total FROM orders_base;
COMMIT;`,
		},
		{
			before: `CREATE VIEW order_totals AS SELECT 1 AS id, 2 AS total;`,
			bad: `SET lock_timeout = '2s';
ALTER VIEW order_totals RENAME COLUMN total TO amount;`,
			good: `SET lock_timeout = '2s';
CREATE TABLE refunds (id bigint PRIMARY KEY, total numeric(12, 2));
ALTER TABLE refunds RENAME COLUMN total TO amount;`,
		},
		{
			dialect: "sqlite",
			before: `CREATE TABLE orders (id INTEGER PRIMARY KEY, total INTEGER);`,
			bad: `ALTER TABLE orders RENAME COLUMN total TO amount;`,
			good: `ALTER TABLE orders ADD COLUMN amount INTEGER;`,
		},
		{
			dialect: "mysql",
			before: `CREATE TABLE orders (id bigint NOT NULL PRIMARY KEY, note varchar(100));`,
			bad: `SET SESSION lock_wait_timeout = 5;
ALTER TABLE orders RENAME COLUMN note TO remark;`,
			good: `SET SESSION lock_wait_timeout = 5;
ALTER TABLE orders ADD COLUMN remark varchar(100);`,
		},
	],
	on: {
		renameColumn(operation, context) {
			const { catalog } = context;
			const table = catalog.table(operation.table);
			const column = table?.columns.find(({ name }) => name === operation.column);
			if (context.isNew(operation.table) || context.madeHere(column?.origin)) return;
			const view = catalog.view(operation.table);
			if (operation.ifTableExists && !table && !view && historyIsWhole(catalog)) return;
			const key = catalog.resolve(operation.table);
			const released = context.releasedName(key);
			// The second rename of a swap gives a shadow column the name that code knows.
			const name = `${released}.${operation.column}`;
			if (context.releasedName(name) !== name) return;
			if (context.isVacant(`${released}.${operation.to}`)) return;
			const { shown } = contractObject(catalog, released, operation.column);
			context.report({
				message: "renames",
				data: { column: shown, to: operation.to },
				at: operation,
				table: operation.table,
				code: codeColumn(released, operation.column),
				recipe: "rename-column",
				atReleaseEnd(after) {
					const keepsName = columnsOf(after, released)?.includes(operation.column) ?? false;
					if (view || after.viewByKey(released)) return keepsName ? "settled" : undefined;
					// A generated column keeps reads alive, but INSERT and UPDATE of it fail.
					const again = findAgain(after, table, key)?.columns.find(
						({ name }) => name === operation.column,
					);
					return again && !again.generated ? "settled" : undefined;
				},
			});
		},
	},
});
