import { explain, type Explanation } from "./core/engine/explain.ts";
import type { History } from "./core/engine/history.ts";
import { lint, type ActiveRule } from "./core/engine/lint.ts";
import type { FilledRecipe } from "./core/finding.ts";
import { recipes } from "./generated/recipes.ts";

/** What a statement does, and the safe ways to reach the same that rules know for it. */
export interface Advice extends Explanation {
	readonly recipes: readonly FilledRecipe[];
}

/** Returns what each statement of the candidate migrations does, with the recipes of the rules given. */
export function explainWithRecipes(
	history: History,
	rules: readonly ActiveRule[],
	rows: ReadonlyMap<string, number>,
): readonly Advice[] {
	const { findings } = lint({
		history,
		rules,
		rows,
		recipes: new Map(recipes.map((recipe) => [recipe.id, recipe])),
	});
	return explain(history).map((explanation): Advice => {
		const { file, range } = explanation.statement;
		const found = new Map<string, FilledRecipe>();
		for (const { recipe, file: path, range: at } of findings) {
			const isHere = path === file.path && range.start <= at.start && at.end <= range.end;
			if (recipe && isHere) found.set(JSON.stringify(recipe), recipe);
		}
		return { ...explanation, recipes: [...found.values()] };
	});
}
