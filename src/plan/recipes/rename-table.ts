import { quoteIdentifier, quoteName } from "../../dialect/postgres/quote.ts";
import { defineRecipe } from "../recipe.ts";
import { viewStandIn } from "../stand-in.ts";

export default defineRecipe({
	id: "rename-table",
	summary: "Rename the table and leave a view with the old name until no code uses it.",
	for: ["renameTable"],
	steps({ table, to }, situation) {
		const standIn = viewStandIn(table, { ...table, name: to }, situation);
		if (!standIn) return undefined;
		const view = situation.catalog.view(table);
		const kind = view ? (view.materialized ? "MATERIALIZED VIEW" : "VIEW") : "TABLE";
		return [
			{
				title: "Rename it and put a view in its place, in one transaction",
				sql: `ALTER ${kind} ${quoteName(table)} RENAME TO ${quoteIdentifier(to)};\n${standIn.create}`,
				transaction: "own",
			},
			{
				title: `Give the view the same GRANTs that the ${kind === "TABLE" ? "table" : "renamed view"} has`,
				transaction: "people",
			},
			{
				title: `Release code that uses ${to}; TRUNCATE, COPY FROM and ON CONFLICT ON CONSTRAINT do not work on the view`,
				transaction: "people",
				deploys: true,
			},
			{ title: "Drop the view in a later release", sql: standIn.drop, transaction: "own" },
		];
	},
});
