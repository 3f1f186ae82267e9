import type { ConstraintDefinition, ReferentialAction } from "../../core/operation.ts";
import type { QualifiedName } from "../../core/expression.ts";
import type { RecipeStep } from "../../core/finding.ts";
import { quoteColumns, quoteIdentifier, quoteName } from "../../dialect/mysql/quote.ts";
import { alterStep, inPlace } from "../dialects/mysql/alter.ts";
import { defineRecipe } from "../recipe.ts";

type ForeignKey = Extract<ConstraintDefinition, { readonly type: "foreignKey" }>;

export default defineRecipe({
	id: "mysql-add-foreign-key",
	summary: "Add the foreign key without a test of the rows, and prove by a query what they are.",
	for: ["addConstraint"],
	dialects: ["mysql", "mariadb"],
	steps({ table, constraint }, { catalog }) {
		if (constraint.type !== "foreignKey") return undefined;
		const known = catalog.table(table);
		const hasIndex = known?.indexes.some(({ elements }) =>
			constraint.columns.every((column, at) => {
				const expression = elements[at]?.expression;
				const own = expression?.kind === "column" ? expression.path.at(-1) : undefined;
				return own?.toLowerCase() === column.toLowerCase();
			}),
		);
		const orphans = orphansOf(table, constraint);
		const build: readonly RecipeStep[] = hasIndex
			? []
			: [
					alterStep("Build the index that the foreign key needs, beside reads and writes", table, [
						`ADD INDEX (${quoteColumns(constraint.columns)})`,
						inPlace,
					]),
				];
		return [
			{
				title: `See to rows of ${table.name} that have no row in ${constraint.references.name}: SELECT count(*) FROM ${orphans};`,
				transaction: "people",
				phase: "migrate",
			},
			...build,
			{
				title: "Add it without a test of the rows that are there: new rows are tested from now on",
				sql: [
					"SET SESSION foreign_key_checks = 0;",
					`ALTER TABLE ${quoteName(table)}\n  ADD ${clauseOf(constraint)},\n  ${inPlace};`,
					"SET SESSION foreign_key_checks = 1;",
				].join("\n"),
				transaction: "none",
				checks: [{ what: "pending", sql: `SELECT count(*) = 0 FROM ${orphans};` }],
			},
			{
				title: `Look once more, as nothing else tests the old rows: SELECT count(*) = 0 FROM ${orphans};`,
				transaction: "people",
				phase: "migrate",
			},
		];
	},
});

/** The rows without a parent: what follows FROM. */
function orphansOf(
	table: QualifiedName,
	{ columns, references, referencedColumns }: ForeignKey,
): string {
	const pairs = columns.map(
		(column, at) =>
			`p.${quoteIdentifier(referencedColumns[at] ?? column)} = c.${quoteIdentifier(column)}`,
	);
	const present = columns.map((column) => `c.${quoteIdentifier(column)} IS NOT NULL`);
	return `${quoteName(table)} c WHERE ${present.join(" AND ")} AND NOT EXISTS (SELECT 1 FROM ${quoteName(references)} p WHERE ${pairs.join(" AND ")})`;
}

const actions: Readonly<Record<ReferentialAction, string>> = {
	noAction: "",
	restrict: "RESTRICT",
	cascade: "CASCADE",
	setNull: "SET NULL",
	setDefault: "SET DEFAULT",
};

function clauseOf(constraint: ForeignKey): string {
	const { name, columns, references, referencedColumns, onDelete, onUpdate } = constraint;
	const [del, upd] = [actions[onDelete], actions[onUpdate]];
	return [
		...(name === undefined ? [] : [`CONSTRAINT ${quoteIdentifier(name)}`]),
		`FOREIGN KEY (${quoteColumns(columns)}) REFERENCES ${quoteName(references)} (${quoteColumns(referencedColumns)})`,
		...(del === "" ? [] : [`ON DELETE ${del}`]),
		...(upd === "" ? [] : [`ON UPDATE ${upd}`]),
	].join(" ");
}
