import { quoteName } from "../../dialect/postgres/quote.ts";
import { asConcurrentIndex } from "../index-statement.ts";
import { defineRecipe } from "../recipe.ts";

export default defineRecipe({
	id: "build-index-concurrently",
	summary: "Build the index while reads and writes go on.",
	for: ["createIndex"],
	steps({ index, table }, { text }) {
		const sql = asConcurrentIndex(text);
		if (sql === undefined) return undefined;
		// An index is in the schema of its table, though its own statement cannot say so.
		const built = index && {
			...index,
			...(table.schema !== undefined && { schema: table.schema }),
		};
		const failed = built ? `; if it fails, DROP INDEX CONCURRENTLY ${quoteName(built)} first` : "";
		const build = `Build ${index ? `index ${index.name}` : "the index"} of ${table.name}, without a lock_timeout`;
		return [{ title: `${build}${failed}`, titleInPlan: build, sql, transaction: "none" }];
	},
});
