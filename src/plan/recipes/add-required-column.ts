import { quoteIdentifier, quoteName, quoteType } from "../../dialect/postgres/quote.ts";
import { addThenValidate, setNotNullSteps } from "../constraint-steps.ts";
import { defineRecipe } from "../recipe.ts";

export default defineRecipe({
	id: "add-required-column",
	summary: "Add the column nullable, fill it, and make it NOT NULL when all code writes it.",
	for: ["addColumn"],
	steps({ table, column }, { version }) {
		const { name, type, collation, constraints } = column;
		// Other constraints at the column need steps of their own.
		const simple = constraints.every((constraint) => constraint.type === "notNull");
		if (!type || !simple || version < 12) return undefined;
		const own = quoteIdentifier(name);
		const collate = collation ? ` COLLATE ${quoteName(collation)}` : "";
		const required =
			version >= 18
				? addThenValidate(table, `${table.name}_${name}_not_null`, `NOT NULL ${own}`)
				: setNotNullSteps(table, name);
		return [
			{
				title: "Add the column, nullable",
				sql: `ALTER TABLE ${quoteName(table)} ADD COLUMN ${own} ${quoteType(type)}${collate};`,
				transaction: "own",
			},
			{
				title: `Release code that writes ${name} in every INSERT`,
				transaction: "people",
				deploys: true,
			},
			{
				title: `Fill ${name} in the rows that are there, batch by batch, where it is NULL`,
				transaction: "people",
				phase: "migrate",
			},
			...required,
		];
	},
});
