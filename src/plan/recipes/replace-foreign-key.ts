import { isSameReference, type ForeignKey } from "../../catalog/foreign-keys.ts";
import type { RecipeStep } from "../../core/finding.ts";
import { quoteIdentifier, quoteName } from "../../dialect/postgres/quote.ts";
import { nameOfConstraint } from "../constraint-text.ts";
import { defineRecipe } from "../recipe.ts";

export default defineRecipe({
	id: "replace-foreign-key",
	summary: "Let the new foreign key take the place of the old one over the same columns.",
	for: ["addConstraint"],
	keepsStatement: true,
	steps({ table, constraint }, { catalog }) {
		const known = catalog.table(table);
		// Of a partitioned table or a partition the constraints hang together.
		if (constraint.type !== "foreignKey" || known?.kind !== "table" || known.partitionOf)
			return undefined;
		const name = nameOfConstraint(constraint, table);
		const keys = known.constraints.filter((own): own is ForeignKey => own.type === "foreignKey");
		const added = keys.find((own) => own.name === name);
		if (!added) return undefined;
		const others = keys.filter((own) => own !== added && isSameReference(added, own, catalog));
		const [old] = others;
		if (!old || others.length > 1) return undefined;
		const alter = `ALTER TABLE ${quoteName(table)}`;
		const validate: RecipeStep = {
			title: "Test the old rows while reads and writes go on",
			sql: `${alter} VALIDATE CONSTRAINT ${quoteIdentifier(name)};`,
			transaction: "own",
		};
		return [
			...(constraint.notValid ? [validate] : []),
			{
				title: `Drop ${old.name}: a short lock on both tables`,
				sql: `${alter} DROP CONSTRAINT ${quoteIdentifier(old.name)};`,
				transaction: "own",
			},
		];
	},
});
