import { quoteIdentifier, quoteName } from "../../dialect/postgres/quote.ts";
import { addThenValidate } from "../constraint-steps.ts";
import { nameOfConstraint } from "../constraint-text.ts";
import { defineRecipe } from "../recipe.ts";

export default defineRecipe({
	id: "add-constraint-in-two-steps",
	summary: "Add the constraint for new rows, then test the old rows while reads and writes go on.",
	for: ["addConstraint"],
	steps({ table, constraint }, { text, catalog }) {
		if (constraint.type !== "check" && constraint.type !== "foreignKey") return undefined;
		const definition =
			/^add\s+(?:constraint\s+(?:"(?:[^"]|"")*"|\S+)\s+)?((?:check|foreign)\b.*)$/is;
		const [, body] = definition.exec(text) ?? [];
		if (body === undefined) return undefined;
		const name = nameOfConstraint(constraint, table);
		const steps = addThenValidate(table, name, body);
		if (constraint.type === "check") return steps;
		const { columns, references } = constraint;
		const known = catalog.table(table);
		const isIndexed = known?.indexes.some(({ elements }) => {
			const [first] = elements;
			return first?.expression.kind === "column" && first.expression.path.at(-1) === columns[0];
		});
		if (known?.complete !== true || isIndexed) return steps;
		const list = columns.map(quoteIdentifier).join(", ");
		return [
			{
				title: `First an index on the column: without it each DELETE in ${references.name} reads all of ${table.name}`,
				sql: `CREATE INDEX CONCURRENTLY ON ${quoteName(table)} (${list});`,
				transaction: "none",
			},
			...steps,
		];
	},
});
