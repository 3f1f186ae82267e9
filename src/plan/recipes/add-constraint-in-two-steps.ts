import { makeObjectName } from "../../catalog/naming.ts";
import { quoteIdentifier, quoteName } from "../../dialect/postgres/quote.ts";
import { addThenValidate } from "../constraint-steps.ts";
import { constraintText, nameOfConstraint } from "../constraint-text.ts";
import { defineRecipe } from "../recipe.ts";

/** What follows the name in the statement's own words: they keep more than the tree does. */
const definition =
	/^(?:add\s+)?(?:constraint\s+(?:"(?:[^"]|"")*"|\S+)\s+)?((?:check|foreign)\b.*)$/is;

export default defineRecipe({
	id: "add-constraint-in-two-steps",
	summary: "Add the constraint for new rows, then test the old rows while reads and writes go on.",
	for: ["addConstraint"],
	steps({ table, constraint, range }, { text, catalog }) {
		if (constraint.type !== "check" && constraint.type !== "foreignKey") return undefined;
		const { start, end } = constraint.range;
		const written = text.slice(start - range.start, end - range.start);
		const [, body] = definition.exec(written) ?? [undefined, constraintText(constraint)];
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
		const index = makeObjectName(table.name, columns.join("_"), "idx");
		const list = columns.map(quoteIdentifier).join(", ");
		return [
			{
				title: `First an index on the column: without it each DELETE in ${references.name} reads all of ${table.name}`,
				sql: `CREATE INDEX CONCURRENTLY ${quoteIdentifier(index)} ON ${quoteName(table)} (${list});`,
				transaction: "none",
			},
			...steps,
		];
	},
});
