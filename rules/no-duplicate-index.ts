import {
	defineRule,
	type Catalog,
	type Index,
	type Origin,
	type ReleaseEntry,
	type Table,
} from "#core";
import { sameMeaning } from "../src/catalog/expression.ts";

/** True when every search that `index` serves is served by `other` too, and it refuses no more rows. */
function isCoveredBy(index: Index, other: Index): boolean {
	if (index.method !== other.method || !sameMeaning(index.where, other.where)) return false;
	if (!index.include.every((column) => other.include.includes(column))) return false;
	const isWhole = index.elements.length === other.elements.length;
	if (index.unique) {
		if (!other.unique || !isWhole || index.nullsNotDistinct !== other.nullsNotDistinct)
			return false;
	} else if (!isWhole && index.method !== "btree") return false;
	return index.elements.every((element, at) => sameMeaning(element, other.elements[at]));
}

/** The index of a primary key or an exclusion stays: it is the table's identity, or a rule of its own. */
function mayGo({ constraint }: Index, table: Table): boolean {
	if (constraint === undefined) return true;
	return table.constraints.some(({ name, type }) => name === constraint && type === "unique");
}

/** Returns the indexes of a table that may go, each with one that covers it. */
function duplicatesOf(table: Table): readonly { readonly index: Index; readonly other: Index }[] {
	const { indexes } = table;
	return indexes.flatMap((index, at) => {
		if (index.parent !== undefined || !mayGo(index, table)) return [];
		const other = indexes.find(
			(one, place) =>
				place !== at &&
				isCoveredBy(index, one) &&
				// Of two that are the same the later one is too many.
				(place < at || !isCoveredBy(one, index) || !mayGo(one, table)),
		);
		return other ? [{ index, other }] : [];
	});
}

const making: ReadonlySet<string> = new Set([
	"addColumn",
	"addConstraint",
	"createIndex",
	"createTable",
]);

function touchedTables(makers: readonly ReleaseEntry[], catalog: Catalog): ReadonlySet<Table> {
	const tables = makers.flatMap(({ operation }) =>
		"table" in operation ? (catalog.table(operation.table) ?? []) : [],
	);
	return new Set(tables);
}

function isMadeBy({ operation, statement }: ReleaseEntry, origin: Origin): boolean {
	return statement.file.path === origin.file && operation.range.start === origin.range.start;
}

export default defineRule({
	id: "no-duplicate-index",
	summary: "Disallow an index that another one covers.",
	why: `Two indexes over the same columns serve no more queries than one, and a B-tree over (a, b) serves searches by a
as well as one over (a) does. Yet each is written at every INSERT and at most UPDATEs, vacuumed, kept in memory and
built for minutes. PRIMARY KEY and UNIQUE bring an index of their own. Method, operator classes, order, collation and WHERE are
compared too. Source: postgresql.org/docs/current/indexes-multicolumn.html.`,
	category: "schema",
	dialects: ["postgres", "mysql", "mariadb", "sqlite"],
	severity: "warning",
	preset: "strict",
	aliases: {},
	help: "Leave out the narrower of both indexes.",
	messages: {
		covered: "{other} serves every search of {index}: writes to {table} pay for both.",
		covers:
			"{index} serves every search of {other}: writes to {table} pay for both until that is dropped.",
	},
	examples: [
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, placed_at timestamptz);
CREATE INDEX orders_customer_id_placed_at_idx ON orders (customer_id, placed_at);`,
			bad: "CREATE INDEX CONCURRENTLY orders_customer_id_idx ON orders (customer_id);",
			good: "CREATE INDEX CONCURRENTLY orders_placed_at_idx ON orders (placed_at);",
		},
		{
			dialect: "sqlite",
			before: `CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, placed_at TEXT);
CREATE INDEX orders_customer_placed ON orders (customer_id, placed_at);`,
			bad: `CREATE INDEX orders_customer ON orders (customer_id);`,
			good: `CREATE INDEX orders_placed ON orders (placed_at);`,
		},
	],
	on: {
		releaseEnd({ entries }, context) {
			const makers = entries.filter(({ operation }) => making.has(operation.kind));
			for (const table of touchedTables(makers, context.catalog)) {
				for (const { index, other } of duplicatesOf(table)) {
					const isNewer = context.madeHere(index.origin);
					const origin = isNewer ? index.origin : other.origin;
					if (!origin || !context.madeHere(origin)) continue;
					const entry = makers.find((one) => isMadeBy(one, origin));
					if (!entry) continue;
					const [mine, theirs] = isNewer ? [index, other] : [other, index];
					context.report(entry, {
						message: isNewer ? "covered" : "covers",
						at: entry.operation,
						table,
						data: { table: table.name, index: mine.name, other: theirs.name },
						// A narrower index is smaller: some keep it on purpose.
						severity: index.elements.length < other.elements.length ? "info" : "warning",
					});
				}
			}
		},
	},
});
