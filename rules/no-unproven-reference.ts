import {
	contractObject,
	defineRule,
	listWords,
	type ConstraintDefinition,
	type Expression,
	type Operation,
	type Release,
	type ReleaseContext,
	type ReleaseEntry,
	type Table,
} from "#core";
import { rebuiltIn } from "../src/catalog/rebuild.ts";
import { restrictionsOf } from "../src/catalog/stricter.ts";
import { includesName } from "../src/dialect/sqlite/effects/scene.ts";
import { referrersOf } from "../src/dialect/sqlite/effects/table.ts";
import { uncheckedIn } from "../src/dialect/sqlite/effects/unchecked.ts";

type Context = ReleaseContext<"deleted" | "changed" | "written" | "added">;
type ForeignKey = Extract<ConstraintDefinition, { readonly type: "foreignKey" }>;

function foreignKeysOf(table: Table): readonly ForeignKey[] {
	return table.constraints.filter((one) => one.type === "foreignKey");
}

function isNull(value: Expression): boolean {
	return value.kind === "literal" && value.type === "null";
}

/** The tables with rows of their own that refer to a table, and that the release does not see to itself. */
function childrenOf(table: Table, release: Release, context: Context): readonly Table[] {
	const { catalog } = context;
	const changed = new Set(
		release.entries.flatMap(({ operation }) =>
			operation.kind === "delete" || operation.kind === "update"
				? [catalog.resolve(operation.table)]
				: [],
		),
	);
	const children = referrersOf(table, context).map((one) => one.table);
	return children.filter((one) => !context.isNew(one) && !changed.has(catalog.resolve(one)));
}

/** True when a column that other tables refer to gets another value. */
function changesKey(operation: Operation, table: Table, children: readonly Table[]): boolean {
	if (operation.kind !== "update") return false;
	const key = table.constraints.find(({ type }) => type === "primaryKey");
	const own = key?.type === "primaryKey" ? key.columns : [];
	const referred = children.flatMap((child) =>
		foreignKeysOf(child)
			.filter(({ references }) => includesName([references.name], table.name))
			.flatMap(({ referencedColumns }) => (referencedColumns.length > 0 ? referencedColumns : own)),
	);
	return operation.set.some(({ column }) => includesName(referred, column));
}

/** The foreign key of which a statement writes a value that is not NULL. */
function writtenKey(operation: Operation, table: Table): ForeignKey | undefined {
	const keys = foreignKeysOf(table);
	if (operation.kind === "update") {
		const written = operation.set.filter(({ value }) => !isNull(value)).map(({ column }) => column);
		return keys.find(({ columns }) => columns.some((column) => includesName(written, column)));
	}
	if (operation.kind !== "insert") return undefined;
	const written = operation.columns ?? table.columns.map(({ name }) => name);
	return keys.find(({ columns }) => columns.every((column) => includesName(written, column)));
}

function judgeRows(entry: ReleaseEntry, release: Release, context: Context): void {
	const { operation } = entry;
	if (operation.kind !== "delete" && operation.kind !== "update" && operation.kind !== "insert")
		return;
	const { catalog } = context;
	const table = catalog.table(operation.table);
	if (!table || context.isNew(table)) return;
	// The copy into a table that is made anew brings rows that were there.
	if (operation.kind === "insert" && table.copyOf?.replaced) return;
	const { shown } = contractObject(catalog, catalog.resolve(table));
	const report = { at: operation, table, once: `${entry.migration.id} ${shown}` };
	const children = operation.kind === "insert" ? [] : childrenOf(table, release, context);
	const others = listWords([...new Set(children.map(({ name }) => name))]);
	const data = { table: shown, others };
	if (operation.kind === "delete" && children.length > 0) {
		context.report(entry, { ...report, message: "deleted", data });
	} else if (changesKey(operation, table, children)) {
		context.report(entry, { ...report, message: "changed", data });
	} else {
		const key = writtenKey(operation, table);
		if (!key) return;
		const written = { table: shown, columns: listWords(key.columns), others: key.references.name };
		context.report(entry, { ...report, message: "written", data: written });
	}
}

function judgeAdded(entry: ReleaseEntry, context: Context): void {
	const { operation } = entry;
	if (operation.kind !== "dropTable") return;
	const { catalog } = context;
	const table = rebuiltIn(catalog).get(catalog.resolve(operation.table));
	if (!table?.copyOf || context.isNew(table)) return;
	const added = restrictionsOf(table.copyOf, table).find(({ type }) => type === "foreignKey");
	const key = foreignKeysOf(table).find(({ columns }) => columns === added?.columns);
	if (!key) return;
	const { shown } = contractObject(catalog, catalog.resolve(table));
	const data = { table: shown, columns: listWords(key.columns), others: key.references.name };
	context.report(entry, { message: "added", at: operation, table, data });
}

export default defineRule({
	id: "no-unproven-reference",
	summary: "Disallow changes of rows with foreign keys off that nothing checks afterwards.",
	why: `With PRAGMA foreign_keys = OFF a DELETE leaves the rows that refer to it where they are, and no action of ON DELETE
runs; a value that leads nowhere is accepted; a foreign key that a table gets while it is made anew is not tested. PRAGMA
foreign_keys = ON tests no row that is there. Such rows are lost to joins, and fail later, with the next write to them
("FOREIGN KEY constraint failed"), in code that did nothing wrong. PRAGMA foreign_key_check finds them all.
Source: sqlite.org/foreignkeys.html; measured on 3.53.`,
	category: "verification",
	dialects: ["sqlite"],
	severity: "warning",
	preset: "recommended",
	aliases: {},
	help: "Leave foreign keys on for it, or look afterwards: PRAGMA foreign_key_check, or -- lockkeeper:verify references with SELECT count(*) = 0 FROM pragma_foreign_key_check.",
	messages: {
		deleted:
			"Foreign keys are off: rows of {others} that refer to what is deleted from {table} stay and refer to nothing, and nothing looks for them.",
		changed:
			"Foreign keys are off: rows of {others} that refer to {table} keep the old value and refer to nothing, and nothing looks for them.",
		written:
			"Foreign keys are off: nothing tests that {columns} of {table} leads to a row of {others}, now or later.",
		added:
			"Foreign keys are off while {table} is made anew: nothing tests that {columns} of each row leads to a row of {others}, now or later.",
	},
	examples: [
		{
			before: `CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id));
CREATE INDEX orders_customer ON orders (customer_id);`,
			bad: `PRAGMA foreign_keys = OFF;
-- lockkeeper:ignore require-batched-change, require-verification-query: few
DELETE FROM customers WHERE name IS NULL;
PRAGMA foreign_keys = ON;`,
			good: `PRAGMA foreign_keys = OFF;
-- lockkeeper:ignore require-batched-change, require-verification-query: few
DELETE FROM customers WHERE name IS NULL;
PRAGMA foreign_key_check;
PRAGMA foreign_keys = ON;`,
		},
		{
			before: `CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER);
CREATE INDEX orders_customer ON orders (customer_id);`,
			bad: `PRAGMA foreign_keys = OFF;
BEGIN;
CREATE TABLE orders_new (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id));
INSERT INTO orders_new SELECT id, customer_id FROM orders;
DROP TABLE orders;
ALTER TABLE orders_new RENAME TO orders;
CREATE INDEX orders_customer ON orders (customer_id);
COMMIT;
PRAGMA foreign_keys = ON;`,
			good: `PRAGMA foreign_keys = OFF;
BEGIN;
CREATE TABLE orders_new (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id));
INSERT INTO orders_new SELECT id, customer_id FROM orders;
DROP TABLE orders;
ALTER TABLE orders_new RENAME TO orders;
CREATE INDEX orders_customer ON orders (customer_id);
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;`,
		},
	],
	on: {
		releaseEnd(release, context) {
			for (const entry of uncheckedIn(release)) {
				judgeRows(entry, release, context);
				judgeAdded(entry, context);
			}
		},
	},
});
