import { contractObject, defineRule, listWords, missingEvidence, reportRebuild } from "#core";
import { restrictionsOf, type Restriction } from "../src/catalog/stricter.ts";

/** What a row must not be, in words that follow "fails where a row". */
function fault({ type, columns }: Restriction): string {
	const names = listWords(columns);
	switch (type) {
		case "notNull":
			return `has no ${names}`;
		case "check":
			return `breaks the CHECK of ${names}`;
		case "unique":
			return `has the ${names} of another`;
		case "foreignKey":
			return `refers to nothing with ${names}`;
		case "strict":
			return "has a value of another type than its column (STRICT)";
	}
}

export default defineRule({
	id: "no-stricter-rebuild",
	summary: "Disallow making a table anew with a constraint that its rows may break.",
	why: `SQLite adds NOT NULL, CHECK, UNIQUE or STRICT to a table by making it anew. The copy of the rows meets the new
constraint: one row that breaks it, and INSERT ... SELECT fails with "NOT NULL constraint failed" or the like, on the
database of the one user who has such a row, and the migration stops there. Code that still runs while the release is
rolled out writes such rows too, and its statements fail from then on. Source: sqlite.org/lang_altertable.html#otheralter.`,
	category: "compatibility",
	dialects: ["sqlite"],
	severity: "warning",
	preset: "recommended",
	aliases: {},
	help: "Mend the rows first with an UPDATE, or in the copy (SELECT coalesce(total, 0)), after a release whose code keeps to it.",
	messages: {
		stricter:
			"{table} is made anew, and the copy fails where a row {faults}; so do statements of running code that write one.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id INTEGER PRIMARY KEY, total INTEGER);",
			bad: `BEGIN;
CREATE TABLE orders_new (id INTEGER PRIMARY KEY, total INTEGER NOT NULL);
INSERT INTO orders_new SELECT id, total FROM orders;
DROP TABLE orders;
ALTER TABLE orders_new RENAME TO orders;
COMMIT;`,
			good: `BEGIN;
CREATE TABLE orders_new (id INTEGER PRIMARY KEY, total INTEGER DEFAULT 0);
INSERT INTO orders_new SELECT id, total FROM orders;
DROP TABLE orders;
ALTER TABLE orders_new RENAME TO orders;
COMMIT;`,
		},
		{
			before:
				"CREATE TABLE order_lines (id INTEGER PRIMARY KEY, quantity INTEGER CHECK (quantity > 0));",
			bad: `BEGIN;
CREATE TABLE order_lines_new (id INTEGER PRIMARY KEY, quantity INTEGER CHECK (quantity BETWEEN 1 AND 100));
INSERT INTO order_lines_new SELECT id, quantity FROM order_lines;
DROP TABLE order_lines;
ALTER TABLE order_lines_new RENAME TO order_lines;
COMMIT;`,
			good: `BEGIN;
CREATE TABLE order_lines_new (id INTEGER PRIMARY KEY, quantity INTEGER CHECK (quantity >= 0));
INSERT INTO order_lines_new SELECT id, quantity FROM order_lines;
DROP TABLE order_lines;
ALTER TABLE order_lines_new RENAME TO order_lines;
COMMIT;`,
		},
	],
	on: {
		dropTable(operation, context) {
			const draft = { message: "stricter", data: { table: "", faults: "" } } as const;
			reportRebuild(operation, context, draft, ({ copy, table, key, shown }) => {
				const open = restrictionsOf(copy, table).filter(({ mended, columns }) => {
					const [column] = columns;
					const object = contractObject(context.catalog, key, column);
					return !mended && missingEvidence(context, object) !== undefined;
				});
				if (open.length === 0) return undefined;
				const faults = [...new Set(open.map(fault))];
				const told = faults.length > 3 ? [...faults.slice(0, 3), "breaks another"] : faults;
				return { message: "stricter", data: { table: shown, faults: told.join(" or ") } };
			});
		},
	},
});
