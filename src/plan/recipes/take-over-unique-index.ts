import { setNotNullSteps, uniqueSteps } from "../constraint-steps.ts";
import { defineRecipe } from "../recipe.ts";

export default defineRecipe({
	id: "take-over-unique-index",
	summary:
		"Build the unique index while reads and writes go on, then let the constraint take it over.",
	for: ["addConstraint"],
	steps({ table, constraint }, { catalog }) {
		if (constraint.type !== "unique" && constraint.type !== "primaryKey") return undefined;
		if (constraint.columns.length === 0) return undefined;
		const known = catalog.table(table)?.columns ?? [];
		const nullable = constraint.type === "unique" ? [] : known.filter(({ notNull }) => !notNull);
		return [
			...nullable
				.filter(({ name }) => constraint.columns.includes(name))
				.flatMap(({ name }) => setNotNullSteps(table, name)),
			...uniqueSteps(constraint, table, catalog),
		];
	},
});
