import { contractObject, defineRule, findAgain, missingEvidence, reportRebuild } from "#core";
import type {
	Catalog,
	Column,
	ColumnDefinition,
	OperationContext,
	OperationOf,
	Table,
} from "#core";
import { requirementsOf } from "../src/catalog/stricter.ts";

/** A table that is made anew with a column that INSERTs must name from then on. */
function judgeRebuild(
	operation: OperationOf<"dropTable">,
	message: "loses" | "requires",
	context: OperationContext<"loses" | "requires">,
): void {
	reportRebuild(operation, context, { message, data: { column: "" } }, ({ copy, table, key }) => {
		for (const { column, was, copied } of requirementsOf(copy, table)) {
			if (!copied || (was === "filled") !== (message === "loses")) continue;
			const object = contractObject(context.catalog, key, column.name);
			const isAccepted = missingEvidence(context, object) === undefined;
			if (!isAccepted) return { message, data: { column: object.shown } };
		}
		return undefined;
	});
}

function hasValue(column: Column): boolean {
	const { default: value, identity, generated, autoIncrement, type } = column;
	if (autoIncrement) return true;
	if (value) return !(value.kind === "literal" && value.type === "null");
	return (
		identity !== undefined || generated !== undefined || (type?.name.includes("serial") ?? false)
	);
}

function columnOf(table: Table | undefined, name: string): Column | undefined {
	return table?.columns.find((column) => column.name === name);
}

/** True when the release leaves an INSERT without the column working, as far as can be told. */
function isSettled(after: Catalog, table: Table, key: string, name: string): boolean {
	const later = findAgain(after, table, key);
	const column = columnOf(later, name);
	if (!later || !column || !column.notNull || hasValue(column)) return true;
	// A trigger before INSERT may fill it; what it does is not known here.
	return later.triggers.some(
		({ timing, events }) => timing === "before" && events.includes("insert"),
	);
}

type Losing = OperationOf<"dropDefault"> | OperationOf<"dropIdentity"> | OperationOf<"setDefault">;

function judgeLoss(operation: Losing, context: OperationContext<"loses" | "requires">): void {
	const { catalog } = context;
	const table = catalog.table(operation.table);
	const column = columnOf(table, operation.column);
	if (!table || !column?.notNull || !hasValue(column) || context.isNew(operation.table)) return;
	const key = catalog.resolve(operation.table);
	const object = contractObject(catalog, key, operation.column);
	const missing = missingEvidence(context, object);
	if (missing === undefined) return;
	context.report({
		message: "loses",
		data: { column: object.shown },
		at: operation,
		table: operation.table,
		recipe: "drop-default",
		help: `First release code that always writes ${object.shown}. ${missing}`,
		atReleaseEnd: (after) =>
			isSettled(after, table, key, operation.column) ? "settled" : undefined,
	});
}

function hasWritten({ default: value }: ColumnDefinition): boolean {
	return value !== undefined && !(value.kind === "literal" && value.type === "null");
}

function judgeRequired(
	operation: OperationOf<"setNotNull" | "addConstraint" | "redefineColumn">,
	columns: readonly string[],
	context: OperationContext<"loses" | "requires">,
): void {
	const { catalog } = context;
	const table = catalog.table(operation.table);
	if (!table || context.isNew(operation.table)) return;
	const key = catalog.resolve(operation.table);
	for (const name of columns) {
		const column = columnOf(table, name);
		if (!column || column.notNull || hasValue(column)) continue;
		if (!context.madeHere(column.origin)) continue;
		const { shown } = contractObject(catalog, key, name);
		context.report({
			message: "requires",
			data: { column: shown },
			at: operation,
			table: operation.table,
			related: context.placeOf(column.origin, `${shown} is added here.`),
			atReleaseEnd: (after) => (isSettled(after, table, key, name) ? "settled" : undefined),
		});
	}
}

export default defineRule({
	id: "no-required-without-default",
	summary: "Disallow a NOT NULL column that INSERTs of released code leave out.",
	why: `While a release is rolled out, and for as long as it may be rolled back, the code before it still
runs. Its INSERTs do not name a column that this release adds, and rely on the default of one that has
always had one. When the column is NOT NULL and has no default they fail with 23502. Keep a default, or
let a later release make the column NOT NULL.`,
	category: "compatibility",
	notes: {
		mysql: `The error of an INSERT is 1364 with a strict sql_mode, as is usual since 5.7; without it the column gets 0 or an empty text. MODIFY and CHANGE make a column NOT NULL too.`,
		mariadb: `The error of an INSERT is 1364 with a strict sql_mode, as is usual since 5.7; without it the column gets 0 or an empty text. MODIFY and CHANGE make a column NOT NULL too.`,
		sqlite: `The column becomes required when its table is made anew, or by ALTER COLUMN ... SET NOT NULL (3.53). The error of an
INSERT is "NOT NULL constraint failed".`,
	},
	dialects: ["postgres", "mysql", "mariadb", "sqlite"],
	severity: "error",
	preset: "recommended",
	aliases: {},
	help: "Give the column a default, or make it NOT NULL in a later release than the one that adds it.",
	messages: {
		requires:
			"INSERTs of running code do not know {column}, which this release adds, and fail: it becomes NOT NULL without a default.",
		loses:
			"INSERTs of running code that leave out {column} fail: it is NOT NULL and loses its default.",
	},
	examples: [
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY, status text NOT NULL DEFAULT 'open');`,
			bad: `SET lock_timeout = '2s';
ALTER TABLE orders ALTER COLUMN status DROP DEFAULT;`,
			good: `SET lock_timeout = '2s';
ALTER TABLE orders ALTER COLUMN status DROP DEFAULT;
ALTER TABLE orders ALTER COLUMN status SET DEFAULT 'draft';`,
		},
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY);`,
			bad: `SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN channel text NOT NULL DEFAULT 'web';
ALTER TABLE orders ALTER COLUMN channel DROP DEFAULT;`,
			good: `SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN channel text NOT NULL DEFAULT 'web';`,
		},
		{
			dialect: "sqlite",
			before: `CREATE TABLE orders (id INTEGER PRIMARY KEY, total INTEGER);`,
			bad: `BEGIN;
CREATE TABLE orders_new (id INTEGER PRIMARY KEY, total INTEGER, channel TEXT NOT NULL);
INSERT INTO orders_new SELECT id, total, 'web' FROM orders;
DROP TABLE orders;
ALTER TABLE orders_new RENAME TO orders;
COMMIT;`,
			good: `BEGIN;
CREATE TABLE orders_new (id INTEGER PRIMARY KEY, total INTEGER, channel TEXT NOT NULL DEFAULT 'web');
INSERT INTO orders_new SELECT id, total, 'web' FROM orders;
DROP TABLE orders;
ALTER TABLE orders_new RENAME TO orders;
COMMIT;`,
		},
	],
	on: {
		dropTable(operation, context) {
			judgeRebuild(operation, "requires", context);
			judgeRebuild(operation, "loses", context);
		},
		dropDefault: judgeLoss,
		dropIdentity: judgeLoss,
		setDefault(operation, context) {
			const { default: value } = operation;
			if (value.kind === "literal" && value.type === "null") judgeLoss(operation, context);
		},
		setNotNull(operation, context) {
			judgeRequired(operation, [operation.column], context);
		},
		redefineColumn(operation, context) {
			const { definition, column } = operation;
			const isRequired = definition.constraints.some(({ type }) => type === "notNull");
			if (isRequired && !definition.autoIncrement && !hasWritten(definition)) {
				judgeRequired(operation, [column], context);
			}
		},
		addConstraint(operation, context) {
			const { constraint } = operation;
			if (constraint.type !== "notNull" && constraint.type !== "primaryKey") return;
			judgeRequired(operation, constraint.columns, context);
		},
	},
});
