import { contractObject, defineRule, listWords } from "#core";
import type { Index, Table } from "#core";
import { isEqualIndex } from "../src/catalog/index-match.ts";

function ownIndexes(table: Table): readonly Index[] {
	return table.indexes.filter(({ parent, valid }) => parent === undefined && valid);
}

/** The indexes that all siblings have of their own and the new partition lacks. */
function missingIn(partition: Table, siblings: readonly Table[]): readonly Index[] {
	const [first, ...others] = siblings;
	if (!first || others.length === 0) return [];
	return ownIndexes(first).filter(
		(index) =>
			others.every((sibling) =>
				sibling.indexes.some((candidate) => isEqualIndex(candidate, index)),
			) && !partition.indexes.some((candidate) => isEqualIndex(candidate, index)),
	);
}

export default defineRule({
	id: "require-partition-index",
	summary: "Require the indexes of the other partitions on a new partition.",
	why: `An index on the partitioned table comes with every new partition by itself. One that was made on the
partitions alone does not: a new partition starts without it, and queries that were fast read all of its rows as it
fills. Where each of the other partitions has the same index of its own, the new one needs it too. Once all have
it, an index on ONLY the partitioned table with each of them attached makes later partitions get it by
themselves.`,
	category: "schema",
	dialects: ["postgres"],
	severity: "warning",
	preset: "recommended",
	aliases: {},
	help: "Create the same index on the new partition, best before it is attached.",
	messages: {
		lacks: "{partition} lacks {indexes}, which every other partition of {parent} has.",
	},
	examples: [
		{
			before: `CREATE TABLE events (at date, customer_id bigint) PARTITION BY RANGE (at);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE INDEX events_2024_customer_idx ON events_2024 (customer_id);
CREATE INDEX events_2025_customer_idx ON events_2025 (customer_id);`,
			bad: `SET lock_timeout = '2s';
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');`,
			good: `SET lock_timeout = '2s';
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE INDEX events_2026_customer_idx ON events_2026 (customer_id);`,
		},
	],
	on: {
		releaseEnd({ entries }, context) {
			const { catalog } = context;
			const newcomer = (table: Table): boolean =>
				entries.some(
					({ operation }) =>
						(operation.kind === "attachPartition" &&
							catalog.table(operation.partition) === table) ||
						(operation.kind === "createTable" && catalog.table(operation.table) === table),
				);
			for (const entry of entries) {
				const { operation } = entry;
				const name =
					operation.kind === "attachPartition"
						? operation.partition
						: operation.kind === "createTable" && operation.partitionOf
							? operation.table
							: undefined;
				const partition = name && catalog.table(name);
				const parent = partition?.partitionOf?.parent;
				if (!partition || parent === undefined) continue;
				const siblings = catalog.partitionsOf(parent).filter((table) => !newcomer(table));
				const missing = missingIn(partition, siblings);
				if (missing.length === 0) continue;
				context.report(entry, {
					message: "lacks",
					at: operation,
					data: {
						partition: partition.name,
						parent: contractObject(catalog, parent).shown,
						indexes: listWords(
							missing.map(
								({ elements, unique }) =>
									`${unique ? "a unique index" : "an index"} on ${elements
										.map(({ expression }) =>
											expression.kind === "column" ? (expression.path.at(-1) ?? "") : "...",
										)
										.join(", ")}`,
							),
						),
					},
				});
			}
		},
	},
});
