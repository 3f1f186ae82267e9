import { quoteName } from "../../dialect/postgres/quote.ts";
import { defineRecipe } from "../recipe.ts";

export default defineRecipe({
	id: "vacuum-in-place",
	summary: "Free the space for new rows while reads and writes go on.",
	for: ["vacuum"],
	steps({ full, analyze, table }) {
		if (!full) return undefined;
		const name = table ? ` ${quoteName(table)}` : "";
		return [
			{
				title: "Free the space for new rows: reads and writes go on",
				sql: `VACUUM${analyze ? " (ANALYZE)" : ""}${name};`,
				transaction: "none",
			},
		];
	},
});
