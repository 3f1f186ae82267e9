import { keyOf } from "../../catalog/catalog.ts";
import type { Table } from "../../catalog/model.ts";
import { makeObjectName } from "../../catalog/naming.ts";
import type { QualifiedName } from "../../core/expression.ts";
import type { RecipeStep } from "../../core/finding.ts";
import type { OperationOf } from "../../core/operation.ts";
import { isAlike } from "../../dialect/postgres/effects/alike-index.ts";
import { quoteIdentifier, quoteName } from "../../dialect/postgres/quote.ts";
import { addThenValidate } from "../constraint-steps.ts";
import { boundText, insideBound, outsideBound } from "../partition-bound.ts";
import { defineRecipe, type RecipeSituation } from "../recipe.ts";

type Subject = OperationOf<"attachPartition"> | OperationOf<"createTable">;

function dropCheck(table: QualifiedName, name: string): string {
	return `ALTER TABLE ${quoteName(table)} DROP CONSTRAINT ${quoteIdentifier(name)};`;
}

function defaultOf(parent: QualifiedName, { catalog }: RecipeSituation): Table | undefined {
	return catalog
		.partitionsOf(catalog.resolve(parent))
		.find(({ partitionOf }) => partitionOf?.bound.kind === "default");
}

/** What must be on the partition before, or ATTACH makes it under its lock. */
function missingIndexes(
	partition: QualifiedName,
	parent: Table,
	{ catalog }: RecipeSituation,
): readonly RecipeStep[] {
	const own = catalog.table(partition)?.indexes ?? [];
	const missing = parent.indexes.filter((index) => !own.some((other) => isAlike(other, index)));
	if (missing.length === 0) return [];
	const names = missing.map(({ name }) => name).join(", ");
	const title = `Build on ${partition.name} what ${parent.name} has, with CREATE INDEX CONCURRENTLY: ${names}`;
	return [{ title, transaction: "people" }];
}

/** The table is made beside the parent: PARTITION OF would lock the parent against reads and writes. */
function makeTable(operation: Subject, parent: QualifiedName): readonly RecipeStep[] | undefined {
	if (operation.kind === "attachPartition") return [];
	const { columns, constraints, partitionBy, tablespace, parameters, ifNotExists } = operation;
	const isPlain = columns.length + constraints.length + parameters.length === 0;
	if (!isPlain || partitionBy || tablespace !== undefined || ifNotExists) return undefined;
	const sql = `CREATE TABLE ${quoteName(operation.table)} (LIKE ${quoteName(parent)} INCLUDING ALL EXCLUDING IDENTITY);`;
	return [{ title: "Create the table by itself: nobody waits", sql, transaction: "own" }];
}

export default defineRecipe({
	id: "prove-partition-bound",
	summary: "Prove where the rows belong while reads and writes go on, then attach without reading.",
	for: ["attachPartition", "createTable"],
	steps(operation, situation) {
		const { catalog } = situation;
		const attaches = operation.kind === "attachPartition";
		const bound = attaches ? operation.bound : operation.partitionOf?.bound;
		const parent = attaches ? operation.table : operation.partitionOf?.parent;
		const partition = attaches ? operation.partition : operation.table;
		const known = parent && catalog.table(parent);
		if (!bound || !known) return undefined;
		const steps: RecipeStep[] = [];
		const made = makeTable(operation, parent);
		const inside = insideBound(known, bound);
		const outside = outsideBound(known, bound);
		const text = boundText(bound);
		if (!made || inside === undefined || outside === undefined || !text) return undefined;
		steps.push(...made);
		const drops: string[] = [];
		if (attaches) {
			const name = makeObjectName(partition.name, undefined, "bound");
			steps.push(...addThenValidate(partition, name, `CHECK (${inside})`));
			steps.push(...missingIndexes(partition, known, situation));
			drops.push(dropCheck(partition, name));
		}
		const rest = defaultOf(parent, situation);
		if (rest && keyOf(rest) !== catalog.resolve(partition)) {
			const name = makeObjectName(rest.name, "without", partition.name);
			const written = parent.schema === undefined ? { name: rest.name } : rest;
			steps.push(...addThenValidate(written, name, `CHECK (${outside})`));
			drops.push(dropCheck(written, name));
		}
		const sql = `ALTER TABLE ${quoteName(parent)} ATTACH PARTITION ${quoteName(partition)} ${text};`;
		steps.push({ title: "Attach it: the CHECKs spare the reading", sql, transaction: "own" });
		if (drops.length === 0) return steps;
		const title = "Drop the CHECKs: the bounds say the same now";
		return [...steps, { title, sql: drops.join("\n"), transaction: "own" }];
	},
});
