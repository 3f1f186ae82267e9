import { quoteName, quoteString } from "../../dialect/postgres/quote.ts";
import { defineRecipe } from "../recipe.ts";

export default defineRecipe({
	id: "replace-enum-value",
	summary:
		"Add the new value beside the old one, change the rows over, and leave the old one unused.",
	for: ["renameEnumValue"],
	steps({ type, value, to }) {
		return [
			{
				title: "Add the new value; it can be used after this has been committed",
				sql: `ALTER TYPE ${quoteName(type)} ADD VALUE IF NOT EXISTS ${quoteString(to)} AFTER ${quoteString(value)};`,
				transaction: "none",
			},
			{ title: "Release code that reads both values", transaction: "people", deploys: true },
			{ title: "Release code that writes the new one only", transaction: "people", deploys: true },
			{
				title: "Change the rows with the old value in batches",
				transaction: "people",
				phase: "migrate",
			},
		];
	},
});
