import { quoteIdentifier, quoteName } from "../../dialect/postgres/quote.ts";
import { setNotNullSteps } from "../constraint-steps.ts";
import { deferral, nameOfConstraint } from "../constraint-text.ts";
import { defineRecipe } from "../recipe.ts";

export default defineRecipe({
	id: "add-primary-key",
	summary:
		"Make the columns NOT NULL without a long lock, then let the primary key take the index over.",
	for: ["addConstraint"],
	steps({ table, constraint }, { catalog, version }) {
		if (constraint.type !== "primaryKey" || constraint.usingIndex === undefined) return undefined;
		const known = catalog.table(table);
		const index = known?.indexes.find(({ name }) => name === constraint.usingIndex);
		if (!known || !index || version < 12) return undefined;
		const names = index.elements.flatMap(({ expression }) =>
			expression.kind === "column" ? (expression.path.at(-1) ?? []) : [],
		);
		const nullable = known.columns.filter(({ name, notNull }) => names.includes(name) && !notNull);
		const name = quoteIdentifier(constraint.name ?? nameOfConstraint(constraint, table));
		return [
			...nullable.flatMap((column) => setNotNullSteps(table, column.name)),
			{
				title: "Let the primary key take the index over: nothing is left to read",
				sql: `ALTER TABLE ${quoteName(table)} ADD CONSTRAINT ${name} PRIMARY KEY USING INDEX ${quoteIdentifier(constraint.usingIndex)}${deferral(constraint)};`,
				transaction: "own",
			},
		];
	},
});
