import type { Column } from "../../catalog/model.ts";
import { quoteDefinition, quoteIdentifier, quoteType } from "../../dialect/mysql/quote.ts";
import { alterStep, inPlace, instantly } from "../dialects/mysql/alter.ts";
import { defineRecipe } from "../recipe.ts";

export default defineRecipe({
	id: "mysql-add-required-column",
	summary:
		"Add the column so that it can be NULL, fill it, and make it NOT NULL in a later release.",
	for: ["addColumn"],
	dialects: ["mysql", "mariadb"],
	steps({ table, column }, situation) {
		const { type, collation, comment } = column;
		if (!type) return undefined;
		const own = quoteIdentifier(column.name);
		const whole: Column = {
			name: column.name,
			type,
			notNull: true,
			...(collation && { collation }),
			...(comment !== undefined && { comment }),
		};
		const definition = quoteDefinition(whole);
		if (definition === undefined) return undefined;
		return [
			alterStep("Add the column, and let it be NULL at first", table, [
				`ADD COLUMN ${own} ${quoteType(type)} NULL`,
				instantly(situation),
			]),
			{
				title: `Release code that always writes ${column.name}, then fill it in the rows that are there, some thousand at a time`,
				transaction: "people",
				deploys: true,
			},
			alterStep("Make it NOT NULL: rows are written anew beside reads and writes", table, [
				`MODIFY ${own} ${definition}`,
				inPlace,
			]),
		];
	},
});
