import { walkExpressions } from "../../core/engine/expressions.ts";
import type { Index } from "../../catalog/model.ts";
import type { RecipeStep } from "../../core/finding.ts";
import { quoteIdentifier, quoteName } from "../../dialect/postgres/quote.ts";
import { defineRecipe } from "../recipe.ts";

function uses({ elements, include, where }: Index, column: string): boolean {
	let found = include.includes(column);
	walkExpressions([...elements.map(({ expression }) => expression), where], (part) => {
		if (part.kind === "column" && part.path.at(-1) === column) found = true;
	});
	return found;
}

export default defineRecipe({
	id: "drop-column",
	summary:
		"Stop using the column, then drop what hangs on it without a long lock, then the column.",
	for: ["dropColumn"],
	steps({ table, column }, { catalog }) {
		const known = catalog.table(table);
		const present = known?.columns.find(({ name }) => name === column);
		const target = quoteName(table);
		const own = quoteIdentifier(column);
		const loosen: RecipeStep[] =
			present?.notNull && present.default === undefined && present.identity === undefined
				? [
						{
							title: "Let INSERTs leave it out",
							sql: `ALTER TABLE ${target} ALTER COLUMN ${own} DROP NOT NULL;`,
							transaction: "own",
						},
					]
				: [];
		// An index of a constraint goes with it; on a partitioned table CONCURRENTLY is refused.
		const indexes = known?.kind === "partitioned" ? [] : (known?.indexes ?? []);
		return [
			...loosen,
			{
				title: `Release code that neither reads nor writes ${column}; ORMs need it out of their column list`,
				transaction: "people",
				deploys: true,
			},
			...indexes
				.filter((index) => index.constraint === undefined && uses(index, column))
				.map(({ schema, name }): RecipeStep => {
					const index = quoteName({ ...(table.schema !== undefined && { schema }), name });
					return {
						title: "Drop its index while reads and writes go on, without a lock_timeout",
						sql: `DROP INDEX CONCURRENTLY ${index};`,
						transaction: "none",
					};
				}),
			{
				title: "Drop the column in a later release, with a contract directive",
				sql: `ALTER TABLE ${target} DROP COLUMN ${own};`,
				transaction: "own",
			},
		];
	},
});
