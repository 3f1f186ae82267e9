import { quoteExpression } from "../../dialect/postgres/quote-expression.ts";
import { quoteIdentifier, quoteName, quoteType } from "../../dialect/postgres/quote.ts";
import { setNotNullSteps, stepsForConstraint } from "../constraint-steps.ts";
import { defineRecipe } from "../recipe.ts";

export default defineRecipe({
	id: "add-column-then-constraints",
	summary: "Add the column by itself, then each of its constraints without a long lock.",
	for: ["addColumn"],
	steps({ table, column }, { catalog }) {
		if (!column.type || column.identity || column.generated) return undefined;
		const value = column.default && quoteExpression(column.default);
		if (column.default && value === undefined) return undefined;
		const isNotNull = column.constraints.some(({ type }) => type === "notNull");
		const fromStart = isNotNull && value !== undefined ? " NOT NULL" : "";
		const words = `${quoteType(column.type)}${value === undefined ? "" : ` DEFAULT ${value}`}${fromStart}`;
		const others = column.constraints
			.filter(({ type }) => type !== "notNull")
			.map((constraint) => stepsForConstraint(constraint, table, catalog));
		if (others.includes(undefined)) return undefined;
		return [
			{
				title: "Add the column",
				sql: `ALTER TABLE ${quoteName(table)} ADD COLUMN ${quoteIdentifier(column.name)} ${words};`,
				transaction: "own",
			},
			...(isNotNull && value === undefined ? setNotNullSteps(table, column.name) : []),
			...others.flatMap((steps) => steps ?? []),
		];
	},
});
