import { quoteIdentifier, quoteName } from "../../dialect/postgres/quote.ts";
import { defineRecipe } from "../recipe.ts";

export default defineRecipe({
	id: "validate-after-commit",
	summary: "Validate the constraint after the transaction that adds it has ended.",
	for: ["validateConstraint"],
	steps({ table, constraint }) {
		return [
			{
				title: "In the next migration: test the rows while reads and writes go on",
				sql: `ALTER TABLE ${quoteName(table)} VALIDATE CONSTRAINT ${quoteIdentifier(constraint)};`,
				transaction: "own",
			},
		];
	},
});
