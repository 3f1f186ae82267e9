import { contractObject, defineRule, findAgain } from "#core";
import { hasFewRows } from "../src/catalog/exposure.ts";
import { leadingColumns } from "../src/catalog/index-match.ts";
import { successorOf } from "../src/catalog/rebuild.ts";

export default defineRule({
	id: "no-index-gap",
	summary: "Disallow dropping an index before the index that replaces it is built.",
	why: `From the DROP until the new index is ready, queries that used the old one read the whole table. On a large
table that is the time of an index build, in which each of them takes seconds instead of milliseconds and the server
runs out of connections. When the build fails (CREATE INDEX CONCURRENTLY does so on a duplicate or a deadlock) the
gap stays. Two indexes at a time cost some disk space and nothing else: build the new one under another name, then
drop the old one.`,
	category: "schema",
	notes: {
		mysql: `DROP INDEX and ADD INDEX in one ALTER TABLE leave no gap.`,
		mariadb: `DROP INDEX and ADD INDEX in one ALTER TABLE leave no gap.`,
		sqlite: `In one transaction nobody sees the moment between the two; where each statement commits by itself readers do.`,
	},
	dialects: ["postgres", "mysql", "mariadb", "sqlite"],
	severity: "warning",
	preset: "recommended",
	aliases: {},
	help: "Build the new index under another name first, then drop the old one (and rename the new one).",
	messages: {
		gap: "Queries on {table} that use {index} read the whole table until {replacement}.",
	},
	examples: [
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, status text);
CREATE INDEX orders_customer_idx ON orders (customer_id);`,
			bad: `SET lock_timeout = '2s';
DROP INDEX CONCURRENTLY orders_customer_idx;
CREATE INDEX CONCURRENTLY orders_customer_idx ON orders (customer_id, status);`,
			good: `SET lock_timeout = '2s';
CREATE INDEX CONCURRENTLY orders_customer_status_idx ON orders (customer_id, status);
DROP INDEX CONCURRENTLY orders_customer_idx;`,
		},
	],
	on: {
		dropIndex(operation, context) {
			const { catalog, transaction } = context;
			const known = catalog.index(operation.index);
			if (!known || !("constraints" in known.relation)) return;
			const { index, relation: table } = known;
			if (context.isNew(table) || context.madeHere(index.origin)) return;
			if (!index.valid || hasFewRows(context, table)) return;
			const [column] = leadingColumns(index);
			if (column === undefined) return;
			const serves = (other: typeof index): boolean =>
				other.valid && other.name !== index.name && leadingColumns(other)[0] === column;
			if (table.indexes.some(serves)) return;
			const key = catalog.resolve(table);
			const released = context.releasedName(key);
			context.report({
				message: "gap",
				at: operation,
				table,
				data: {
					table: contractObject(catalog, key).shown,
					index: index.name,
					replacement: "the new one is built",
				},
				atReleaseEnd(after) {
					// The index of a table that is made anew: require-rebuilt-parts asks for it.
					if (context.dialect === "sqlite" && successorOf(after, released)) return "settled";
					const replacement = findAgain(after, table, key)?.indexes.find(
						(other) =>
							context.madeHere(other.origin) && other.valid && leadingColumns(other)[0] === column,
					);
					// In one transaction the lock of the DROP is held meanwhile: nobody can query at all.
					const together = transaction?.earlier.some(
						(other) =>
							other.statement.file.path === replacement?.origin?.file &&
							other.operation.range.start === replacement.origin.range.start,
					);
					if (!replacement || together) return "settled";
					return {
						message: "gap",
						data: {
							table: contractObject(after, key).shown,
							index: index.name,
							replacement:
								replacement.name === index.name
									? "it is built again"
									: `${replacement.name} is built`,
						},
						related: context.placeOf(replacement.origin, "The new index is built here."),
					};
				},
			});
		},
	},
});
