import { quoteIdentifier, quoteName } from "../../dialect/postgres/quote.ts";
import { defineRecipe } from "../recipe.ts";

export default defineRecipe({
	id: "drop-default",
	summary: "Keep the value for new rows until all code that runs writes the column.",
	for: ["dropDefault", "dropIdentity", "setDefault"],
	steps({ kind, table, column }) {
		const what = kind === "dropIdentity" ? "IDENTITY" : "DEFAULT";
		return [
			{
				title: `Release code that writes ${column} in every INSERT`,
				transaction: "people",
				deploys: true,
			},
			{
				title: `Drop the ${what === "DEFAULT" ? "default" : "identity"} in a later release, with a contract directive`,
				sql: `ALTER TABLE ${quoteName(table)} ALTER COLUMN ${quoteIdentifier(column)} DROP ${what};`,
				transaction: "own",
			},
		];
	},
});
