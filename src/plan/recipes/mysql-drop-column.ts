import type { RecipeStep } from "../../core/finding.ts";
import { quoteIdentifier } from "../../dialect/mysql/quote.ts";
import { alterStep, anyValue, columnOf, inPlace, instantly } from "../dialects/mysql/alter.ts";
import { defineRecipe } from "../recipe.ts";

export default defineRecipe({
	id: "mysql-drop-column",
	summary: "Stop using the column, then drop it in a later release.",
	for: ["dropColumn"],
	dialects: ["mysql", "mariadb"],
	steps({ table, column }, situation) {
		const known = situation.catalog.table(table);
		const present = columnOf(known, column);
		const own = quoteIdentifier(column);
		const value =
			present?.notNull && present.default === undefined && !present.autoIncrement
				? anyValue(present)
				: undefined;
		const loosen: readonly RecipeStep[] =
			value === undefined
				? []
				: [
						alterStep("Let INSERTs leave it out", table, [
							`ALTER COLUMN ${own} SET DEFAULT ${value}`,
							instantly(situation),
						]),
					];
		const isIndexed = known?.indexes.some(({ elements }) =>
			elements.some(
				({ expression }) => expression.kind === "column" && expression.path.at(-1) === column,
			),
		);
		return [
			...loosen,
			{
				title: `Release code that neither reads nor writes ${column}; ORMs need it out of their column list`,
				transaction: "people",
				deploys: true,
			},
			alterStep("Drop the column in a later release, with a contract directive", table, [
				`DROP COLUMN ${own}`,
				isIndexed ? inPlace : instantly(situation, "instantAnywhere"),
			]),
		];
	},
});
