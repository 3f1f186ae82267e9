import { quoteIdentifier } from "../../dialect/postgres/quote.ts";
import { addThenValidate, setNotNullSteps } from "../constraint-steps.ts";
import { nameOfConstraint } from "../constraint-text.ts";
import { defineRecipe } from "../recipe.ts";

export default defineRecipe({
	id: "set-not-null",
	summary: "Prove that the column has no NULL while reads and writes go on, then make it NOT NULL.",
	for: ["setNotNull", "addConstraint"],
	steps(operation, { version }) {
		const { table } = operation;
		if (operation.kind === "addConstraint" && operation.constraint.type !== "notNull") {
			return undefined;
		}
		const [column] =
			operation.kind === "setNotNull"
				? [operation.column]
				: operation.constraint.type === "notNull"
					? operation.constraint.columns
					: [];
		if (column === undefined) return undefined;
		const own = quoteIdentifier(column);
		const fill = {
			title: `Let the application write no more NULLs to ${column}, and fill those that are there in batches`,
			transaction: "people",
			phase: "migrate",
		} as const;
		const name =
			operation.kind === "addConstraint"
				? nameOfConstraint(operation.constraint, table)
				: `${table.name}_${column}_not_null`;
		// 18 adds NOT NULL itself without reading; before 12 no proof spares SET NOT NULL the scan.
		if (version >= 18) return [fill, ...addThenValidate(table, name, `NOT NULL ${own}`)];
		if (version >= 12) return [fill, ...setNotNullSteps(table, column)];
		return [fill, ...addThenValidate(table, name, `CHECK (${own} IS NOT NULL)`)];
	},
});
