import { quoteIdentifier, quoteName } from "../../dialect/postgres/quote.ts";
import { defineRecipe } from "../recipe.ts";

export default defineRecipe({
	id: "validate-in-later-release",
	summary: "Mend the rows that break the constraint, then validate it.",
	for: ["addConstraint"],
	keepsStatement: true,
	steps({ table, constraint: { name, notValid } }) {
		if (!notValid || name === undefined) return undefined;
		return [
			{
				title: `Mend the rows that break ${name}, in batches`,
				transaction: "people",
				phase: "migrate",
			},
			{
				title: "In a later release: test the old rows while reads and writes go on",
				sql: `ALTER TABLE ${quoteName(table)} VALIDATE CONSTRAINT ${quoteIdentifier(name)};`,
				transaction: "own",
			},
		];
	},
});
