import { contractObject, defineRule, type Release } from "#core";
import { rebuiltIn } from "../src/catalog/rebuild.ts";

/** True when a statement of the release takes care of the numbers itself. */
function keepsNumbers({ entries }: Release): boolean {
	return entries.some(
		({ operation }) =>
			(operation.kind === "insert" || operation.kind === "update") &&
			operation.table.name.toLowerCase() === "sqlite_sequence",
	);
}

export default defineRule({
	id: "no-restarted-autoincrement",
	summary: "Disallow making a table anew without the number that AUTOINCREMENT has reached.",
	why: `AUTOINCREMENT keeps the highest number that a table has ever given out in sqlite_sequence, so that the number of a
deleted row never comes again. DROP TABLE deletes that entry, and the new table starts after the highest row that was
copied: where the last rows had been deleted, their numbers are given out a second time, and what still knows them
(links, logs, other databases) means another row. A new table without AUTOINCREMENT never keeps such a number.
Source: sqlite.org/autoinc.html; measured on 3.53.`,
	category: "data-loss",
	dialects: ["sqlite"],
	severity: "warning",
	preset: "strict",
	aliases: {},
	help: "After the RENAME put the number back: UPDATE sqlite_sequence SET seq = (the old one, read before the DROP) WHERE name = the table.",
	messages: {
		restarts:
			"{table} is made anew and forgets its last number: where the last rows were deleted, their {column} is given out again.",
		drops:
			"{table} is made anew without AUTOINCREMENT: where the last rows were deleted, their {column} is given out again.",
	},
	examples: [
		{
			before: "CREATE TABLE invoices (id INTEGER PRIMARY KEY AUTOINCREMENT, total INTEGER);",
			bad: `BEGIN;
CREATE TABLE invoices_new (id INTEGER PRIMARY KEY AUTOINCREMENT, total INTEGER DEFAULT 0);
INSERT INTO invoices_new SELECT id, total FROM invoices;
DROP TABLE invoices;
ALTER TABLE invoices_new RENAME TO invoices;
COMMIT;`,
			good: `BEGIN;
CREATE TABLE invoices_new (id INTEGER PRIMARY KEY AUTOINCREMENT, total INTEGER DEFAULT 0);
INSERT INTO invoices_new SELECT id, total FROM invoices;
-- lockkeeper:ignore require-batched-change, require-verification-query: one row
UPDATE sqlite_sequence SET seq = (SELECT seq FROM sqlite_sequence WHERE name = 'invoices') WHERE name = 'invoices_new';
DROP TABLE invoices;
ALTER TABLE invoices_new RENAME TO invoices;
COMMIT;`,
		},
	],
	on: {
		releaseEnd(release, context) {
			const { catalog } = context;
			const rebuilt = rebuiltIn(catalog);
			if (rebuilt.size === 0 || keepsNumbers(release)) return;
			for (const entry of release.entries) {
				const { operation } = entry;
				if (operation.kind !== "dropTable") continue;
				const table = rebuilt.get(catalog.resolve(operation.table));
				if (!table || context.isNew(table)) continue;
				const column = table.copyOf?.original.columns.find(({ autoIncrement }) => autoIncrement);
				if (!column) continue;
				const isKept = table.columns.some(({ autoIncrement }) => autoIncrement);
				const { shown } = contractObject(catalog, catalog.resolve(table));
				context.report(entry, {
					message: isKept ? "restarts" : "drops",
					at: operation,
					table,
					data: { table: shown, column: column.name },
				});
			}
		},
	},
});
