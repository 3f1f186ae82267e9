import { quoteName } from "../../dialect/postgres/quote.ts";
import { defineRecipe } from "../recipe.ts";

export default defineRecipe({
	id: "drop-index-concurrently",
	summary: "Drop the index while reads and writes go on.",
	for: ["dropIndex"],
	steps({ index, ifExists, cascade }) {
		// The server refuses CASCADE together with CONCURRENTLY.
		if (cascade) return undefined;
		const sql = `DROP INDEX CONCURRENTLY ${ifExists ? "IF EXISTS " : ""}${quoteName(index)};`;
		return [{ title: "Drop it, without a lock_timeout", sql, transaction: "none" }];
	},
});
