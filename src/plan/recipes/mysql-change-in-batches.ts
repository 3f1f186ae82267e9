import { batchesOf } from "../batching/batches-of.ts";
import { mysqlWords } from "../batching/mysql.ts";
import { noKey, refusalOf } from "../batching/refusal.ts";
import { mysqlBatchStep } from "../mysql-batches.ts";
import { defineRecipe } from "../recipe.ts";

export default defineRecipe({
	id: "mysql-change-in-batches",
	summary: "Change some thousand rows at a time, each batch in a transaction of its own.",
	for: ["update", "delete"],
	dialects: ["mysql", "mariadb"],
	steps(operation, { catalog }) {
		const { table, alias } = operation;
		if (alias !== undefined) {
			const why = "with another name for the table UPDATE and DELETE take no LIMIT";
			return refusalOf({ is: "whole", why, instead: "Write it without the other name." });
		}
		const batches = batchesOf(operation, { table: catalog.table(table), catalog }, mysqlWords);
		if (batches.is === "whole") return refusalOf(batches);
		const { set, pending } = batches;
		const step = mysqlBatchStep(
			{ table, ...(set !== undefined && { set }), ...(pending !== undefined && { pending }) },
			catalog,
		);
		return step ? [step] : noKey(table);
	},
});
