import type { FilledRecipe, RecipeStep } from "../core/finding.ts";

/** Where the statements of a step run. */
export const whereItRuns: Readonly<Record<RecipeStep["transaction"], string>> = {
	own: "in a transaction of its own",
	none: "outside any transaction",
	batches: "in batches, each its own transaction",
	people: "",
};

/** Returns a recipe as SQL with its steps' titles as comments. */
export function recipeSql(recipe: FilledRecipe): string {
	return recipe.steps
		.map(({ title, transaction, sql }, at) => {
			const where = whereItRuns[transaction];
			const head = `-- ${at + 1}. ${title}${where === "" ? "" : `; ${where}`}`;
			return sql === undefined ? head : `${head}\n${sql}`;
		})
		.join("\n");
}
