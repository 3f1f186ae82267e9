import {
	codeColumn,
	contractObject,
	defineRule,
	findAgain,
	historyIsWhole,
	listWords,
	missingEvidence,
	walkExpressions,
} from "#core";
import type { Catalog, OperationContext, OperationOf } from "#core";

/** The indexes and constraints that go with the column, in words. */
function carriedBy(operation: OperationOf<"dropColumn">, context: OperationContext): string[] {
	const table = context.catalog.table(operation.table);
	if (!table) return [];
	const { column } = operation;
	const constraints = table.constraints.filter(
		(constraint) =>
			(constraint.type === "unique" ||
				constraint.type === "primaryKey" ||
				constraint.type === "foreignKey") &&
			constraint.columns.includes(column),
	);
	const indexes = table.indexes.filter((index) => {
		let uses = index.include.includes(column);
		const expressions = [...index.elements.map((element) => element.expression), index.where];
		walkExpressions(expressions, (part) => {
			if (part.kind === "column" && part.path.at(-1) === column) uses = true;
		});
		return uses && index.constraint === undefined;
	});
	const key = `${context.catalog.resolve(operation.table)}.${column}`;
	const views = operation.cascade
		? [...context.catalog.views()].filter((view) => view.dependsOnColumns.includes(key))
		: [];
	return [
		...indexes.map(({ name }) => `index ${name}`),
		...constraints.map(({ name }) => `constraint ${name}`),
		...views.map(({ name }) => `view ${name}`),
	];
}

/**
 * The column of the same type that a later release added to the table: what code uses now, as far as one
 * can tell. One of another type would be a guess that people copy into their directive.
 */
function laterColumn(operation: OperationOf<"dropColumn">, context: OperationContext) {
	const columns = context.catalog.table(operation.table)?.columns ?? [];
	const at = columns.findIndex(({ name }) => name === operation.column);
	const dropped = columns[at];
	return columns
		.slice(at + 1)
		.findLast(
			({ origin, type }) =>
				type?.name === dropped?.type?.name &&
				origin?.release !== dropped?.origin?.release &&
				!context.madeHere(origin),
		)?.origin;
}

/** True when IF EXISTS makes the statement do nothing. */
function isNoOp(operation: OperationOf<"dropColumn">, catalog: Catalog): boolean {
	const table = catalog.table(operation.table);
	const known = table?.columns.some(({ name }) => name === operation.column) ?? false;
	if (table) return operation.ifExists && table.complete && !known;
	return operation.ifTableExists && historyIsWhole(catalog);
}

export default defineRule({
	id: "no-drop-column",
	summary: "Disallow DROP COLUMN of a column that released code may use.",
	why: `While a release is rolled out, and for as long as it may be rolled back, the code before it still
runs. Once the column is gone every statement that names it fails with 42703, also INSERT and the
column lists that ORMs write for every query, and its values come back from a backup only. Indexes,
unique constraints and foreign keys on the column silently go with it. A column may go when an
earlier release has stopped using it: a contract directive names that release.`,
	category: "data-loss",
	notes: {
		mysql: `The error of a statement is 1054 (Unknown column). The column leaves the indexes over it, also unique ones; an index over it alone goes with it. Since MySQL 8.0.29 and in MariaDB the drop takes an instant.`,
		mariadb: `The error of a statement is 1054 (Unknown column). The column leaves the indexes over it, also unique ones; an index over it alone goes with it. Since MySQL 8.0.29 and in MariaDB the drop takes an instant.`,
		sqlite: `The error of a statement is "no such column". SQLite refuses DROP COLUMN while an index, a key, a view or a trigger uses the
column, and before 3.35; it writes all pages of the table.`,
	},
	dialects: ["postgres", "mysql", "mariadb", "sqlite"],
	severity: "error",
	preset: "recommended",
	aliases: {
		squawk: "ban-drop-column",
		strongMigrations: "remove_column",
		atlas: "DS103",
		pgfence: "drop-column",
	},
	help: "First release code that no longer names the column, then drop it in a later release.",
	messages: {
		drops:
			"Statements of running code that name {column} fail once it is dropped{also}, and its values are lost.",
		replaced:
			"{column} is dropped in the release that adds {replacement}: code that still runs uses {column}, and its values are lost{also}.",
		recreated: "{column} is dropped and added again: every value in it is lost{also}.",
	},
	examples: [
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY, status text, total numeric(12, 2));
CREATE INDEX orders_status_idx ON orders (status);`,
			bad: `SET lock_timeout = '2s';
ALTER TABLE orders DROP COLUMN status;`,
			good: `SET lock_timeout = '2s';
-- lockkeeper:contract orders.status since=0001_create
ALTER TABLE orders DROP COLUMN status;`,
		},
		{
			before: `CREATE TABLE sessions (id uuid PRIMARY KEY, ip text);`,
			bad: `SET lock_timeout = '2s';
ALTER TABLE sessions ADD COLUMN address inet;
ALTER TABLE sessions DROP COLUMN ip;`,
			good: `SET lock_timeout = '2s';
ALTER TABLE sessions ADD COLUMN address inet;
ALTER TABLE sessions DROP COLUMN address;`,
		},
		{
			dialect: "sqlite",
			before: `CREATE TABLE orders (id INTEGER PRIMARY KEY, status TEXT, total INTEGER);`,
			bad: `ALTER TABLE orders DROP COLUMN status;`,
			good: `-- lockkeeper:contract orders.status since=0001_create
ALTER TABLE orders DROP COLUMN status;`,
		},
		{
			dialect: "mysql",
			before: `CREATE TABLE orders (id bigint NOT NULL PRIMARY KEY, note varchar(100));`,
			bad: `SET SESSION lock_wait_timeout = 5;
ALTER TABLE orders DROP COLUMN note;`,
			good: `SET SESSION lock_wait_timeout = 5;
ALTER TABLE orders ALTER COLUMN note SET DEFAULT '';`,
		},
	],
	on: {
		dropColumn(operation, context) {
			const { catalog } = context;
			const table = catalog.table(operation.table);
			const column = table?.columns.find(({ name }) => name === operation.column);
			if (context.isNew(operation.table) || context.madeHere(column?.origin)) return;
			if (isNoOp(operation, catalog)) return;
			const key = catalog.resolve(operation.table);
			const object = contractObject(catalog, key, operation.column);
			const code = codeColumn(key, operation.column);
			const missing = missingEvidence(context, object, laterColumn(operation, context), code);
			if (missing === undefined) return;
			const carried = carriedBy(operation, context);
			const also = carried.length > 0 ? ` together with ${listWords(carried)}` : "";
			const data = { column: object.shown, also };
			context.report({
				message: "drops",
				data,
				at: operation,
				table: operation.table,
				code,
				help: `First release code that no longer names ${object.shown}. ${missing}`,
				recipe: "drop-column",
				atReleaseEnd(after) {
					const later = findAgain(after, table, key);
					if (!later) return "settled";
					const added = later.columns.filter(({ origin }) => context.madeHere(origin));
					if (added.some(({ name }) => name === operation.column)) {
						return { message: "recreated", data };
					}
					const replacement =
						added.find(({ type }) => type?.name === column?.type?.name) ?? added[0];
					if (!replacement) return undefined;
					const { shown } = contractObject(after, key, replacement.name);
					const related = context.placeOf(replacement.origin, `${shown} is added here.`);
					return { message: "replaced", data: { ...data, replacement: shown }, related };
				},
			});
		},
	},
});
