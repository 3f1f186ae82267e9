import { quoteIdentifier, quoteName } from "../../dialect/postgres/quote.ts";
import { addThenValidate } from "../constraint-steps.ts";
import { constraintText, nameOfConstraint } from "../constraint-text.ts";
import { leavesOf, nameOnPartition } from "../partitions.ts";
import { defineRecipe } from "../recipe.ts";

export default defineRecipe({
	id: "add-foreign-key-by-partition",
	summary:
		"Add and validate the foreign key on each partition, then on the parent, which reads nothing.",
	for: ["addConstraint"],
	steps({ table, constraint }, { catalog }) {
		if (constraint.type !== "foreignKey") return undefined;
		const text = constraintText(constraint);
		if (text === undefined) return undefined;
		const name = nameOfConstraint(constraint, table);
		const leaves = leavesOf(catalog, table).flatMap((leaf) =>
			addThenValidate(leaf, nameOnPartition(leaf, name, table), text),
		);
		return [
			...(leaves.length > 0
				? leaves
				: [
						{
							title: "On each partition: ADD CONSTRAINT ... NOT VALID, then VALIDATE CONSTRAINT",
							transaction: "people",
						} as const,
					]),
			{
				title: "Add it to the parent, which takes over those of the partitions",
				sql: `ALTER TABLE ${quoteName(table)} ADD CONSTRAINT ${quoteIdentifier(name)} ${text};`,
				transaction: "own",
			},
		];
	},
});
