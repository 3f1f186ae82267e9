import type { RecipeStep } from "../../core/finding.ts";
import type { QualifiedName } from "../../core/expression.ts";
import { keyOf } from "../../catalog/catalog.ts";
import { quoteIdentifier, quoteName } from "../../dialect/postgres/quote.ts";
import { nameBeside } from "../name-beside.ts";
import { defineRecipe } from "../recipe.ts";

function dropForeignKey(table: QualifiedName, constraint: string): RecipeStep {
	return {
		title: "Drop a foreign key by itself: it locks both of its tables for a moment",
		sql: `ALTER TABLE ${quoteName(table)} DROP CONSTRAINT ${quoteIdentifier(constraint)};`,
		transaction: "own",
	};
}

export default defineRecipe({
	id: "drop-table",
	summary: "Stop using the table, drop its foreign keys one by one, then the table.",
	for: ["dropTable"],
	steps({ table }, { catalog }) {
		const known = catalog.table(table);
		const inbound = known ? catalog.referencesTo(keyOf(known)) : [];
		const outbound = (known?.constraints ?? []).filter(({ type }) => type === "foreignKey");
		return [
			{
				title: `Release code that no longer uses ${table.name}`,
				transaction: "people",
				deploys: true,
			},
			...inbound
				.filter((reference) => reference.table !== known)
				.map((reference) =>
					dropForeignKey(nameBeside(table, reference.table), reference.constraint),
				),
			...outbound.map(({ name }) => dropForeignKey(table, name)),
			{ title: "Make a backup of its rows if they may be needed again", transaction: "people" },
			{
				title: "Drop the table in a later release, with a contract directive",
				sql: `DROP TABLE ${quoteName(table)};`,
				transaction: "own",
			},
		];
	},
});
