import { quoteIdentifier, quoteName } from "../../dialect/mysql/quote.ts";
import { defineRecipe } from "../recipe.ts";

export default defineRecipe({
	id: "mysql-rename-table",
	summary: "Give the table its new name as a view first, and swap both in one RENAME TABLE.",
	for: ["renameTable"],
	dialects: ["mysql", "mariadb"],
	steps({ table, to, toSchema }, { catalog }) {
		if (toSchema !== undefined || catalog.view(table)) return undefined;
		const own = quoteName(table);
		const renamed = quoteName({ ...table, name: to });
		const spare = quoteName({ ...table, name: `${to}_view` });
		return [
			{
				title: "Let a view have the new name: reads and writes go through it",
				sql: `CREATE VIEW ${renamed} AS SELECT * FROM ${own};`,
				transaction: "none",
			},
			{
				title: `Release code that uses ${to} only; TRUNCATE, ALTER TABLE and foreign keys do not work on the view`,
				transaction: "people",
				deploys: true,
			},
			{
				title: "In a later release put the table in the place of the view, in one step",
				sql: `RENAME TABLE ${renamed} TO ${spare}, ${own} TO ${quoteIdentifier(to)};\nDROP VIEW ${spare};`,
				transaction: "none",
			},
		];
	},
});
