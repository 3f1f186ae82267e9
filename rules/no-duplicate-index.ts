import { defineRule, type Index, type Origin, type ReleaseEntry } from "#core";
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

/** An index of a constraint goes only with it, and a unique one may be what foreign keys refer to. */
function mayGo(index: Index): boolean {
	return index.constraint === undefined || index.unique;
}

function isMadeBy({ operation, statement }: ReleaseEntry, origin: Origin): boolean {
	return (
		statement.file.path === origin.file &&
		operation.range.start === origin.range.start &&
		["createIndex", "addConstraint", "createTable", "addColumn"].includes(operation.kind)
	);
}

export default defineRule({
	id: "no-duplicate-index",
	summary: "Disallow an index that another one covers.",
	why: `Two indexes over the same columns serve no more queries than one, and a B-tree over (a, b) serves searches by a
as well as one over (a) does. Yet each is written at every INSERT and at most UPDATEs, vacuumed, kept in memory and
built for minutes. PRIMARY KEY and UNIQUE bring an index of their own. Method, operator classes, order, collation and WHERE are
compared too. Source: postgresql.org/docs/current/indexes-multicolumn.html.`,
	category: "schema",
	dialects: ["postgres"],
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
	],
	on: {
		releaseEnd({ entries }, context) {
			for (const table of context.catalog.tables()) {
				const { indexes } = table;
				for (const [at, index] of indexes.entries()) {
					if (index.parent !== undefined || !mayGo(index)) continue;
					const other = indexes.find(
						(one, place) =>
							place !== at &&
							isCoveredBy(index, one) &&
							// Of two that are the same the later one is too many.
							(place < at || !isCoveredBy(one, index) || !mayGo(one)),
					);
					if (!other) continue;
					const isNewer = context.madeHere(index.origin);
					const origin = isNewer ? index.origin : other.origin;
					if (!origin || !context.madeHere(origin)) continue;
					const entry = entries.find((one) => isMadeBy(one, origin));
					if (!entry) continue;
					const data = isNewer
						? { table: table.name, index: index.name, other: other.name }
						: { table: table.name, index: other.name, other: index.name };
					const message = isNewer ? "covered" : "covers";
					context.report(entry, { message, at: entry.operation, table, data });
				}
			}
		},
	},
});
