import type { FilledRecipe } from "../core/finding.ts";
import { whereItRuns } from "./recipe-sql.ts";
import type { Palette } from "./report.ts";
import { wrap } from "./wrap.ts";

/** Returns a recipe for a terminal of the given width, as SQL with its steps' titles as comments. */
export function recipeLines(
	recipe: FilledRecipe,
	palette: Palette,
	width: number,
): readonly string[] {
	return recipe.steps.flatMap((step, at) => {
		const where = whereItRuns[step.transaction];
		const title = `${at + 1}. ${step.title}${where === "" ? "" : `; ${where}`}`;
		return [
			...wrap(title, width - 16).map((line, row) =>
				palette.faint(`          -- ${row === 0 ? "" : "   "}${line}`),
			),
			...(step.sql?.split("\n") ?? []).map((line) => `          ${palette.code(line)}`),
		];
	});
}
