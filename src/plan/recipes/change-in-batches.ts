import type { RecipeStep } from "../../core/finding.ts";
import type { Catalog } from "../../catalog/catalog.ts";
import type { OperationOf } from "../../core/operation.ts";
import { batchStep } from "../batches.ts";
import { batchesOf } from "../batching/batches-of.ts";
import { postgresWords } from "../batching/postgres.ts";
import { noKey, refusalOf } from "../batching/refusal.ts";
import { defineRecipe } from "../recipe.ts";

export default defineRecipe({
	id: "change-in-batches",
	summary: "Change some thousand rows at a time, each batch in a transaction of its own.",
	for: ["update", "delete", "truncate"],
	steps(operation, { catalog }) {
		if (operation.kind === "truncate") return insteadOfTruncate(operation, catalog);
		const { table, alias } = operation;
		const batches = batchesOf(operation, { table: catalog.table(table), catalog }, postgresWords);
		if (batches.is === "whole") return refusalOf(batches);
		const { set, pending } = batches;
		const step = batchStep(
			{
				table,
				...(alias !== undefined && { alias }),
				change: set === undefined ? "delete" : { set },
				...(pending !== undefined && { pending }),
			},
			catalog,
		);
		return step ? [step] : noKey(table);
	},
});

/** CASCADE empties other tables too, and numbers that start again need the lock. */
function insteadOfTruncate(
	{ table, cascade, restartIdentity }: OperationOf<"truncate">,
	catalog: Catalog,
): readonly RecipeStep[] | undefined {
	const step =
		cascade || restartIdentity ? undefined : batchStep({ table, change: "delete" }, catalog);
	if (!step) return undefined;
	const title = `Make a backup of the rows of ${table.name} if they may be needed again`;
	return [{ title, transaction: "people", phase: "migrate" }, step];
}
