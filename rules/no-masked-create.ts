import { contractObject, defineRule, historyIsWhole, listWords } from "#core";
import type { Column, ColumnDefinition, Index, OperationOf, Table, TypeName } from "#core";
import { sameMeaning } from "../src/catalog/expression.ts";

const serials: Readonly<Record<string, string>> = {
	smallserial: "int2",
	serial2: "int2",
	serial: "int4",
	serial4: "int4",
	bigserial: "int8",
	serial8: "int8",
};

function differs(wanted: TypeName | undefined, there: TypeName | undefined): boolean {
	if (!wanted || !there) return false;
	const plain = serials[wanted.name] ?? wanted.name;
	return (
		plain !== (serials[there.name] ?? there.name) ||
		wanted.dimensions !== there.dimensions ||
		!sameMeaning(wanted.modifiers, there.modifiers)
	);
}

/** In words, what the statement asks for and the table does not have. */
function differences(wanted: readonly ColumnDefinition[], there: readonly Column[]): string[] {
	return wanted.flatMap(({ name, type }) => {
		const column = there.find((own) => own.name === name);
		if (!column) return [`has no column ${name}`];
		return differs(type, column.type) ? [`has column ${name} with another type`] : [];
	});
}

function indexDifference(
	operation: OperationOf<"createIndex">,
	index: Index,
	isSameTable: boolean,
): string | undefined {
	if (!isSameTable) return "is an index of another table";
	if (operation.unique !== index.unique) {
		return operation.unique ? "is not unique" : "is a unique index";
	}
	const columns = (elements: Index["elements"]) =>
		elements.map(({ expression }) =>
			expression.kind === "column" ? expression.path.at(-1) : undefined,
		);
	const [wanted, there] = [columns(operation.elements), columns(index.elements)];
	const isPlain = !wanted.includes(undefined) && !there.includes(undefined);
	if (wanted.length !== there.length || (isPlain && !sameMeaning(wanted, there))) {
		return "has other columns";
	}
	return (operation.where === undefined) !== (index.where === undefined)
		? "has another WHERE"
		: undefined;
}

/** A table that was made whole by the statement: nothing of it comes from elsewhere. */
function isPlain({ like, inherits, ofType, partitionOf }: OperationOf<"createTable">): boolean {
	return like.length === 0 && inherits.length === 0 && !ofType && !partitionOf;
}

function isKnown(table: Table | undefined): table is Table {
	return table?.complete === true && table.persistence !== "temporary";
}

export default defineRule({
	id: "no-masked-create",
	summary: "Disallow IF NOT EXISTS where something else with that name is there.",
	why: `IF NOT EXISTS looks at the name alone. When an object with that name is there, the server says so in a notice
that nobody reads and does nothing, whatever the object looks like: a missing column, another type or an index over
other columns stays as it is, the migration counts as applied, and code that relies on it fails. Databases that
are set up anew then differ from those that were there before.`,
	category: "schema",
	notes: {
		mysql: `The server only notes 1050 or 1061 as a warning.`,
		mariadb: `The server only notes 1050 or 1061 as a warning.`,
		sqlite: `SQLite says nothing at all when IF NOT EXISTS finds an object.`,
	},
	dialects: ["postgres", "mysql", "mariadb", "sqlite"],
	severity: "warning",
	preset: "recommended",
	aliases: {},
	help: "Change what is there (ALTER TABLE, a new index), or give the new object another name.",
	messages: {
		masked: "IF NOT EXISTS does nothing here: {name} is there already and {difference}.",
	},
	examples: [
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY, total int);`,
			bad: `SET lock_timeout = '2s';
CREATE TABLE IF NOT EXISTS orders (id bigint PRIMARY KEY, total int, currency text);`,
			good: `SET lock_timeout = '2s';
CREATE TABLE IF NOT EXISTS orders (id bigint PRIMARY KEY, total int);
ALTER TABLE orders ADD COLUMN IF NOT EXISTS currency text;`,
		},
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY, customer_id int, status text);
CREATE INDEX orders_idx ON orders (customer_id);`,
			bad: `SET lock_timeout = '2s';
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_idx ON orders (status);
ALTER TABLE orders ADD COLUMN IF NOT EXISTS customer_id bigint;`,
			good: `SET lock_timeout = '2s';
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_idx ON orders (customer_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_status_idx ON orders (status);`,
		},
	],
	on: {
		createTable(operation, context) {
			const table = context.catalog.table(operation.table);
			if (!operation.ifNotExists || !isKnown(table) || !isPlain(operation)) return;
			const found = differences(operation.columns, table.columns);
			if (found.length === 0) return;
			const { shown } = contractObject(context.catalog, context.catalog.resolve(table));
			const shownFirst = found.slice(0, 3);
			if (found.length > 3) shownFirst.push(`differs in ${found.length - 3} more`);
			context.report({
				message: "masked",
				at: operation,
				data: { name: shown, difference: listWords(shownFirst) },
				table,
			});
		},
		addColumn(operation, context) {
			const table = context.catalog.table(operation.table);
			const { name, type } = operation.column;
			const column = table?.columns.find((own) => own.name === name);
			if (!operation.ifNotExists || !table || !column || !differs(type, column.type)) return;
			const { shown } = contractObject(context.catalog, context.catalog.resolve(table), name);
			context.report({
				message: "masked",
				at: operation,
				data: { name: shown, difference: "has another type" },
				table,
			});
		},
		createIndex(operation, context) {
			const { catalog } = context;
			if (!operation.ifNotExists || !operation.index || !historyIsWhole(catalog)) return;
			const table = catalog.table(operation.table) ?? catalog.view(operation.table);
			const schema = table?.schema ?? operation.index.schema ?? "public";
			const known = catalog.index({ schema, name: operation.index.name });
			if (!known || !table) return;
			const difference = indexDifference(operation, known.index, known.relation === table);
			if (difference === undefined) return;
			context.report({
				message: "masked",
				at: operation,
				data: { name: known.index.name, difference },
			});
		},
	},
});
