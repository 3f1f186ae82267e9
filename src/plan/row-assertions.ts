import type { Catalog } from "../catalog/catalog.ts";
import { columnsIn } from "../catalog/expression.ts";
import type { QualifiedName } from "../core/expression.ts";
import type { ConstraintDefinition } from "../core/operation.ts";
import { referencedColumns } from "../dialect/postgres/effects/foreign-key.ts";
import { knowsPart, type CheckedAssertion } from "./catalog-assertions.ts";
import type { CatalogQuestions } from "./dialects/plan-dialect.ts";

/**
 * A NOT VALID constraint refuses updates of old rows that break it, whatever they change: the rows must be
 * clean before (measured on PostgreSQL 15).
 */
export function cleanRows(
	table: QualifiedName,
	definition: ConstraintDefinition,
	catalog: Catalog,
	asks: CatalogQuestions,
): readonly CheckedAssertion[] {
	const noRow = rowQuestion(asks);
	if (definition.type === "notNull") {
		const [name] = definition.columns;
		return [
			noRow(table, [name], `${asks.quoteIdentifier(name)} IS NULL`, `no row has NULL in ${name}`),
		];
	}
	if (definition.type === "check") {
		const text = asks.quoteExpression(definition.expression);
		return text === undefined
			? []
			: [
					noRow(
						table,
						[...columnsIn(definition.expression)],
						asks.isFalse(text),
						`no row of ${table.name} breaks the CHECK`,
					),
				];
	}
	return definition.type === "foreignKey" ? orphans(table, definition, catalog, asks) : [];
}

/** In the middle of a step a column may not be there yet: then it cannot be asked for before. */
function lacksAny(catalog: Catalog, table: QualifiedName, columns: readonly string[]): boolean {
	return columns.some((name) => knowsPart(catalog, "column", table, name) === false);
}

function rowQuestion({ quoteName }: CatalogQuestions) {
	return (
		table: QualifiedName,
		columns: readonly string[],
		condition: string,
		says: string,
	): CheckedAssertion => ({
		says,
		sql: `SELECT count(*) = 0 FROM ${quoteName(table)} WHERE ${condition};`,
		holds: (catalog) => (lacksAny(catalog, table, columns) ? false : undefined),
	});
}

function orphans(
	table: QualifiedName,
	definition: Extract<ConstraintDefinition, { readonly type: "foreignKey" }>,
	catalog: Catalog,
	{ quoteIdentifier, quoteName, selectAny }: CatalogQuestions,
): readonly CheckedAssertion[] {
	const { columns, references } = definition;
	const targets = referencedColumns(definition, catalog.table(references));
	if (targets.length !== columns.length) return [];
	const on = columns.map(
		(name, at) => `parent.${quoteIdentifier(targets[at] ?? "")} = child.${quoteIdentifier(name)}`,
	);
	const filled = columns.map((name) => `child.${quoteIdentifier(name)} IS NOT NULL`);
	return [
		{
			says: `every row of ${table.name} finds its row in ${references.name}`,
			sql: `SELECT count(*) = 0 FROM ${quoteName(table)} child WHERE ${filled.join(" AND ")} AND NOT EXISTS (${selectAny} FROM ${quoteName(references)} parent WHERE ${on.join(" AND ")});`,
			holds: (schema) => (lacksAny(schema, table, columns) ? false : undefined),
		},
	];
}
