import type { RecipeStep } from "../../core/finding.ts";
import type { OperationOf } from "../../core/operation.ts";
import { quoteIdentifier, quoteName } from "../../dialect/postgres/quote.ts";
import { defineRecipe } from "../recipe.ts";

function dropStep(operation: OperationOf<"dropConstraint" | "dropIndex">): RecipeStep {
	if (operation.kind === "dropConstraint") {
		return {
			title: `Drop ${operation.constraint} in a later release, with a contract directive`,
			sql: `ALTER TABLE ${quoteName(operation.table)} DROP CONSTRAINT ${quoteIdentifier(operation.constraint)};`,
			transaction: "own",
		};
	}
	return {
		title: `Drop ${operation.index.name} in a later release, with a contract directive and without a lock_timeout`,
		sql: `DROP INDEX CONCURRENTLY ${quoteName(operation.index)};`,
		transaction: "none",
	};
}

export default defineRecipe({
	id: "drop-unique",
	summary: "Let no code rely on the uniqueness any more, then drop what ensures it.",
	for: ["dropConstraint", "dropIndex"],
	steps(operation, { catalog }) {
		// Foreign keys that CASCADE takes along need a decision each.
		if (operation.cascade) return undefined;
		const name = operation.kind === "dropIndex" ? operation.index.name : operation.constraint;
		const table =
			operation.kind === "dropIndex"
				? catalog.index(operation.index)?.relation
				: catalog.table(operation.table);
		// CONCURRENTLY is refused for an index of a partitioned table and for its parts.
		if (operation.kind === "dropIndex" && table && "partitionBy" in table) return undefined;
		return [
			{
				title: `Release code that has no INSERT ... ON CONFLICT for ${name} and bears duplicates`,
				transaction: "people",
				deploys: true,
			},
			dropStep(operation),
		];
	},
});
