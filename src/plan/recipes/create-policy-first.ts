import { quoteName } from "../../dialect/postgres/quote.ts";
import { defineRecipe } from "../recipe.ts";

export default defineRecipe({
	id: "create-policy-first",
	summary: "Create the policies, which take effect with row security, then enable it.",
	for: ["setRowSecurity"],
	steps({ table, state }) {
		if (state !== "enable") return undefined;
		const name = quoteName(table);
		return [
			{
				title: `CREATE POLICY ... ON ${name} USING (...) for the rows that each role of the application may see: nothing changes yet`,
				transaction: "people",
			},
			{
				title: "Enable it: a short lock",
				sql: `ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY;`,
				transaction: "own",
			},
		];
	},
});
