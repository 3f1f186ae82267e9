import { keyOf } from "../../catalog/catalog.ts";
import type { RecipeStep } from "../../core/finding.ts";
import { makeObjectName } from "../../catalog/naming.ts";
import { quoteIdentifier, quoteName } from "../../dialect/postgres/quote.ts";
import { indexStatementFor } from "../index-statement.ts";
import { branchesOf, leavesOf, nameOnPartition } from "../partitions.ts";
import { defineRecipe } from "../recipe.ts";

export default defineRecipe({
	id: "build-index-by-partition",
	summary: "Build the index partition by partition while reads and writes go on.",
	for: ["createIndex"],
	steps(operation, { catalog, text }) {
		const { table } = operation;
		const parent = operation.index?.name ?? makeObjectName(table.name, undefined, "idx");
		const parentKey = catalog.resolve(table);
		const nameOf = (key: string): string => {
			const partition = key === parentKey ? undefined : catalog.tableByKey(key);
			return partition ? nameOnPartition(partition, parent, table) : parent;
		};
		const attach = (key: string, above: string): string => {
			const schema = key.slice(0, key.indexOf("."));
			const upper = quoteName({ schema: above.slice(0, above.indexOf(".")), name: nameOf(above) });
			return `ALTER INDEX ${upper} ATTACH PARTITION ${quoteName({ schema, name: nameOf(key) })};`;
		};
		const statementOn = (key: string, target: string, how: string): string =>
			indexStatementFor(text, { start: `${how}${quoteIdentifier(nameOf(key))}`, table: target }) ??
			"";
		if (statementOn(parentKey, "", "") === "") return undefined;
		const steps: RecipeStep[] = [
			{
				title:
					"Create the index on the parent alone: it stays invalid until every partition has its own",
				sql: statementOn(parentKey, `ONLY ${quoteName(table)}`, ""),
				transaction: "own",
			},
		];
		for (const branch of branchesOf(catalog, table)) {
			const above = branch.partitionOf?.parent ?? parentKey;
			const own = statementOn(keyOf(branch), `ONLY ${quoteName(branch)}`, "");
			const sql = `${own}\n${attach(keyOf(branch), above)}`;
			steps.push({ title: `The same for ${branch.name}`, sql, transaction: "own" });
		}
		const leaves = leavesOf(catalog, table);
		for (const leaf of leaves) {
			steps.push(
				{
					title: `Build the index of ${leaf.name} while reads and writes go on`,
					sql: statementOn(keyOf(leaf), quoteName(leaf), "CONCURRENTLY "),
					transaction: "none",
				},
				{
					title: `Attach the index of ${leaf.name}`,
					sql: attach(keyOf(leaf), leaf.partitionOf?.parent ?? parentKey),
					transaction: "own",
				},
			);
		}
		if (leaves.length > 0) return steps;
		const title =
			"On each partition: CREATE INDEX CONCURRENTLY, then ALTER INDEX ... ATTACH PARTITION with it";
		return [...steps, { title, transaction: "people" }];
	},
});
