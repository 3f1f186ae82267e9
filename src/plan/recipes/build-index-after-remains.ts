import { quoteName } from "../../dialect/postgres/quote.ts";
import { defineRecipe } from "../recipe.ts";

export default defineRecipe({
	id: "build-index-after-remains",
	summary: "Drop what an earlier attempt left behind, then build the index.",
	for: ["createIndex"],
	steps({ index, table, concurrently }, { text }) {
		if (!index || !concurrently) return undefined;
		// An index is in the schema of its table, though its own statement cannot say so.
		const schema = table.schema !== undefined && { schema: table.schema };
		return [
			{
				title: "Drop what an earlier attempt left behind; the first time there is nothing",
				sql: `DROP INDEX CONCURRENTLY IF EXISTS ${quoteName({ ...index, ...schema })};`,
				transaction: "none",
			},
			{ title: "Build it", sql: `${text};`, transaction: "none" },
		];
	},
});
