import { contractObject, defineRule, listWords, type OperationContext, type Table } from "#core";
import { switchOf } from "../src/dialect/sqlite/effects/pragma.ts";
import { referrersOf } from "../src/dialect/sqlite/effects/table.ts";

type Referrer = ReturnType<typeof referrersOf>[number];

/** True when a row of the other table is deleted or changed with the row that it refers to. */
function follows({ action }: Referrer): boolean {
	return action === "cascade" || action === "setNull" || action === "setDefault";
}

/** True when a PRAGMA in this transaction was to turn foreign keys off: there it does nothing. */
function isTurnedOffInVain({ transaction }: OperationContext): boolean {
	return (
		transaction?.earlier.some(
			({ operation }) =>
				operation.kind === "setParameter" &&
				operation.name === "foreign_keys" &&
				switchOf(new Map([["foreign_keys", operation.value ?? ""]]), "foreign_keys") === "off",
		) ?? false
	);
}

function names(tables: readonly Table[], context: OperationContext): string {
	const { catalog } = context;
	const all = new Set(tables.map((one) => contractObject(catalog, catalog.resolve(one)).shown));
	const shown = [...all];
	return listWords(
		shown.length > 4 ? [...shown.slice(0, 3), `${shown.length - 3} more tables`] : shown,
	);
}

const outside =
	"Turn foreign keys off outside of any transaction (PRAGMA foreign_keys = OFF before BEGIN), look for lost references with PRAGMA foreign_key_check before COMMIT, and turn them on again after it.";

export default defineRule({
	id: "no-cascading-drop",
	summary: "Disallow DROP TABLE of a table that foreign keys refer to while foreign keys are on.",
	why: `With foreign keys on, DROP TABLE first deletes every row of the table as DELETE would: ON DELETE CASCADE empties the
tables that refer to it, SET NULL unlinks them, and where there is no action the statement fails. This is also so when the
table is only made anew and a new one takes its name a moment later. PRAGMA foreign_keys = OFF does nothing in a
transaction, and nothing says so; PRAGMA defer_foreign_keys does not stop the actions (measured on 3.45 and 3.53). On
Cloudflare D1 they are always on. Source: sqlite.org/foreignkeys.html#fk_schemacommands.`,
	category: "data-loss",
	dialects: ["sqlite"],
	severity: "error",
	preset: "recommended",
	aliases: {},
	help: outside,
	messages: {
		cascades:
			"Foreign keys are on: DROP TABLE {table} deletes or changes the rows of {others} that refer to it.",
		inVain:
			"PRAGMA foreign_keys = OFF does nothing in a transaction: where foreign keys are on, DROP TABLE {table} deletes or changes the rows of {others} that refer to it.",
		mayCascade:
			"Where foreign keys are on, DROP TABLE {table} deletes or changes the rows of {others} that refer to it, and nothing here turns them off.",
		refused: "Foreign keys are on: DROP TABLE {table} fails when a row of {others} refers to it.",
		refusedInVain:
			"PRAGMA foreign_keys = OFF does nothing in a transaction: where foreign keys are on, DROP TABLE {table} fails when a row of {others} refers to it.",
	},
	examples: [
		{
			before: `CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id) ON DELETE CASCADE);`,
			bad: `PRAGMA foreign_keys = OFF;
CREATE TABLE customers_new (id INTEGER PRIMARY KEY, name TEXT DEFAULT '');
INSERT INTO customers_new SELECT id, coalesce(name, '') FROM customers;
DROP TABLE customers;
ALTER TABLE customers_new RENAME TO customers;
PRAGMA foreign_keys = ON;`,
			good: `-- lockkeeper:transaction none
PRAGMA foreign_keys = OFF;
BEGIN;
CREATE TABLE customers_new (id INTEGER PRIMARY KEY, name TEXT DEFAULT '');
INSERT INTO customers_new SELECT id, coalesce(name, '') FROM customers;
DROP TABLE customers;
ALTER TABLE customers_new RENAME TO customers;
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;`,
			transaction: "file",
		},
	],
	on: {
		dropTable(operation, context) {
			const { catalog, settings } = context;
			const table = catalog.table(operation.table);
			if (!table || context.isNew(operation.table)) return;
			const state = switchOf(settings, "foreign_keys");
			if (state === "off") return;
			const others = referrersOf(table, { catalog }).filter(
				(one) => !one.table.empty && !context.isNew(one.table),
			);
			const following = others.filter(follows);
			const inVain = isTurnedOffInVain(context);
			const data = {
				table: contractObject(catalog, catalog.resolve(operation.table)).shown,
				others: names(
					(following.length > 0 ? following : others).map((one) => one.table),
					context,
				),
			};
			const report = { at: operation, table, data };
			if (following.length > 0) {
				const message = inVain ? "inVain" : state === "on" ? "cascades" : "mayCascade";
				const severity = message === "mayCascade" ? "warning" : "error";
				context.report({ ...report, message, severity });
			} else if (others.length > 0 && (state === "on" || inVain)) {
				const message = inVain ? "refusedInVain" : "refused";
				context.report({ ...report, message, severity: "warning" });
			}
		},
	},
});
