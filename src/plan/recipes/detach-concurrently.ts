import { quoteName } from "../../dialect/postgres/quote.ts";
import { defineRecipe } from "../recipe.ts";

export default defineRecipe({
	id: "detach-concurrently",
	summary: "Detach the partition while reads and writes go on.",
	for: ["detachPartition"],
	steps({ table, partition }) {
		const detach = `ALTER TABLE ${quoteName(table)} DETACH PARTITION ${quoteName(partition)}`;
		return [
			{
				title: "Detach it, without a lock_timeout: it waits for running queries",
				sql: `${detach} CONCURRENTLY;`,
				transaction: "none",
			},
			{ title: `If it was interrupted, end it: ${detach} FINALIZE`, transaction: "people" },
		];
	},
});
