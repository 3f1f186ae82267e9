import { keyOf } from "../../catalog/catalog.ts";
import { makeObjectName } from "../../catalog/naming.ts";
import type { RecipeStep } from "../../core/finding.ts";
import { quoteExpression } from "../../dialect/postgres/quote-expression.ts";
import { quoteIdentifier, quoteName } from "../../dialect/postgres/quote.ts";
import { addThenValidate } from "../constraint-steps.ts";
import { defineRecipe } from "../recipe.ts";

/** The condition of a domain about VALUE, said about a column: strings and quoted names are left alone. */
function aboutColumn(condition: string, column: string): string {
	return condition.replace(
		/'(?:[^']|'')*'|"((?:[^"]|"")*)"|\bvalue\b/gi,
		(found, quoted?: string) =>
			found.toLowerCase() === "value" || quoted === "value" ? quoteIdentifier(column) : found,
	);
}

export default defineRecipe({
	id: "add-domain-constraint-by-table",
	summary: "Let the domain test new values, and prove the old rows table by table.",
	for: ["alterDomain"],
	steps({ domain, action }, { catalog }) {
		if (action.kind !== "addConstraint" || action.constraint.type !== "check") return undefined;
		const condition = quoteExpression(action.constraint.expression);
		const known = catalog.type(domain);
		if (condition === undefined || !known) return undefined;
		const name = action.constraint.name ?? makeObjectName(domain.name, undefined, "check");
		const steps: RecipeStep[] = [
			{
				title: "Let the domain test new values, and leave it NOT VALID: no table is locked",
				sql: `ALTER DOMAIN ${quoteName(domain)} ADD CONSTRAINT ${quoteIdentifier(name)} CHECK (${condition}) NOT VALID;`,
				transaction: "own",
			},
		];
		for (const { table, column } of catalog.tablesUsingType(keyOf(known))) {
			if (table.kind === "foreign" || table.partitionOf) continue;
			const check = makeObjectName(table.name, column, "check");
			const written = domain.schema === undefined ? { name: table.name } : table;
			steps.push(...addThenValidate(written, check, `CHECK (${aboutColumn(condition, column)})`));
		}
		return steps;
	},
});
