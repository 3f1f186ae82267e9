import { columnsIn } from "../../catalog/expression.ts";
import type { Table } from "../../catalog/model.ts";
import { makeObjectName } from "../../catalog/naming.ts";
import type { Expression, QualifiedName, TypeName } from "../../core/expression.ts";
import type { RowCheck } from "../../core/finding.ts";
import type { OperationOf } from "../../core/operation.ts";
import { quoteExpression } from "../../dialect/postgres/quote-expression.ts";
import {
	quoteIdentifier,
	quoteName,
	quoteString,
	quoteType,
} from "../../dialect/postgres/quote.ts";
import { batchStep } from "../batches.ts";
import { fillTrigger } from "../fill-trigger.ts";
import { defineRecipe } from "../recipe.ts";

/** A key is referenced by other tables or found by name: its change is more than these steps. */
function isKey(table: Table | undefined, column: string): boolean {
	return (table?.constraints ?? []).some(
		(constraint) =>
			(constraint.type === "primaryKey" || constraint.type === "foreignKey") &&
			constraint.columns.includes(column),
	);
}

/** What the old column has and the new one needs before it takes over, in words. */
function belongings(table: Table | undefined, column: string): readonly string[] {
	const known = table?.columns.find(({ name }) => name === column);
	const uses = (expression: Expression): boolean => columnsIn(expression).has(column);
	return [
		...(known?.notNull ? ["NOT NULL"] : []),
		...(known?.default ? ["the default"] : []),
		...(table?.indexes ?? [])
			.filter(({ elements }) => elements.some(({ expression }) => uses(expression)))
			.map(({ name }) => `index ${name}`),
		...(table?.constraints ?? [])
			.filter((constraint) => constraint.type === "check" && uses(constraint.expression))
			.map(({ name }) => `constraint ${name}`),
	];
}

/** These types have no operator =, so IS DISTINCT FROM fails for them. */
function hasEquality({ name, dimensions }: TypeName): boolean {
	return dimensions > 0 || !["json", "xml", "point"].includes(name);
}

/** What a change of type must not lose: asked in one statement, so that writes meanwhile do no harm. */
function conversionChecks(
	table: QualifiedName,
	column: string,
	next: string,
	known: Table | undefined,
	change: { readonly type: TypeName; readonly using?: Expression; readonly version: number },
): readonly RowCheck[] {
	if (change.using) return [];
	const [name, fresh, from] = [quoteIdentifier(column), quoteIdentifier(next), quoteName(table)];
	const old = known?.columns.find((other) => other.name === column)?.type;
	const target = quoteString(quoteType(change.type));
	const checks: RowCheck[] = [];
	// pg_input_is_valid() came with PostgreSQL 16.
	if (change.version >= 16 && old && ["text", "varchar", "bpchar"].includes(old.name)) {
		const sql = `SELECT count(*) = 0 FROM ${from} WHERE NOT pg_input_is_valid(${name}::text, ${target});`;
		checks.push({ what: "unconvertible", sql });
	}
	if (old && hasEquality(old)) {
		const sql = `SELECT count(*) = 0 FROM ${from} WHERE ${fresh}::${quoteType(old)} IS DISTINCT FROM ${name};`;
		checks.push({ what: "lossy", sql });
	}
	return checks;
}

export default defineRecipe({
	id: "change-type-in-new-column",
	summary: "Fill a second column with the new type beside the application, then change names.",
	for: ["alterColumnType"],
	steps({ table, column, type, using }: OperationOf<"alterColumnType">, { catalog, version }) {
		const known = catalog.table(table);
		if (isKey(known, column)) return undefined;
		const next = makeObjectName(column, undefined, "new");
		const old = makeObjectName(column, undefined, "old");
		const value: Expression = using ?? {
			kind: "cast",
			type,
			operand: { kind: "column", path: [column] },
		};
		const text = quoteExpression(value);
		const trigger = fillTrigger(table, next, value);
		if (text === undefined || !trigger) return undefined;
		const alter = `ALTER TABLE ${quoteName(table)}`;
		const name = quoteIdentifier(column);
		const fresh = quoteIdentifier(next);
		const fill = batchStep(
			{
				table,
				change: { set: `${fresh} = ${text}` },
				pending: hasEquality(type)
					? `${fresh} IS DISTINCT FROM (${text})`
					: `${fresh} IS NULL AND ${name} IS NOT NULL`,
				checks: conversionChecks(table, column, next, known, {
					type,
					version,
					...(using && { using }),
				}),
			},
			catalog,
		);
		if (!fill) return undefined;
		const wanted = belongings(known, column);
		const isNotNull = known?.columns.some((other) => other.name === column && other.notNull);
		return [
			{
				title: "Add the second column; a trigger keeps it equal",
				sql: `${alter} ADD COLUMN ${fresh} ${quoteType(type)};\n${trigger.create}`,
				transaction: "own",
			},
			fill,
			...(wanted.length > 0
				? [
						{
							title: `Give ${next} what ${column} has: ${wanted.join(", ")}`,
							transaction: "people",
						} as const,
					]
				: []),
			{
				title: "Change names; sessions that are connected must prepare their statements again",
				sql: [
					trigger.drop,
					`${alter} RENAME COLUMN ${name} TO ${quoteIdentifier(old)};`,
					`${alter} RENAME COLUMN ${fresh} TO ${name};`,
					...(isNotNull ? [`${alter} ALTER COLUMN ${quoteIdentifier(old)} DROP NOT NULL;`] : []),
				].join("\n"),
				transaction: "own",
			},
			{
				title: "Drop the old column in a later release",
				sql: `${alter} DROP COLUMN ${quoteIdentifier(old)};`,
				transaction: "own",
			},
		];
	},
});
