import { replaceIn } from "../../catalog/expression.ts";
import type { Catalog } from "../../catalog/catalog.ts";
import { makeObjectName } from "../../catalog/naming.ts";
import { callsIn } from "../../core/engine/expressions.ts";
import type { Expression, TypeName } from "../../core/expression.ts";
import type { RecipeStep, RowCheck } from "../../core/finding.ts";
import type { OperationOf } from "../../core/operation.ts";
import { quoteExpression } from "../../dialect/postgres/quote-expression.ts";
import {
	quoteIdentifier,
	quoteName,
	quoteString,
	quoteType,
} from "../../dialect/postgres/quote.ts";
import { changeOf } from "../../dialect/postgres/type-change.ts";
import { batchStep } from "../batches.ts";
import type { BatchedTable } from "../batching/batch-words.ts";
import { postgresWords } from "../batching/postgres.ts";
import { typeText } from "../constraint-text.ts";
import { belongingsOf } from "../column-belongings.ts";
import { isWiderNumber, keyBelongingsOf, type KeyBelongings } from "../key-belongings.ts";
import { fillTrigger } from "../fill-trigger.ts";
import { defineRecipe, type RecipeSituation } from "../recipe.ts";

type TypeChange = OperationOf<"alterColumnType">;

const noKey: KeyBelongings = { before: [], leave: [], take: [] };

const noWayBack = (table: string): string =>
	`The old numbers of ${table} have no index any more: going back is a change of type of its own.`;

/** What a column of a key takes with it; undefined where its change is more than these steps. */
function keyFor(
	{ table, column, type, using }: TypeChange,
	{ next, old }: { readonly next: string; readonly old: TypeName | undefined },
	catalog: Catalog,
): KeyBelongings | "none" | undefined {
	const known = catalog.table(table);
	const isKey = known?.constraints.some(
		(constraint) =>
			(constraint.type === "primaryKey" || constraint.type === "foreignKey") &&
			constraint.columns.includes(column),
	);
	if (!known || !isKey) return "none";
	return using || !isWiderNumber(old, type)
		? undefined
		: keyBelongingsOf(known, { column, next }, catalog);
}

/** These types have no operator =, so IS DISTINCT FROM fails for them. */
function hasEquality({ name, dimensions }: TypeName): boolean {
	return dimensions > 0 || !["json", "xml", "point"].includes(name);
}

interface ColumnChange {
	readonly next: string;
	readonly old: TypeName | undefined;
	/** A column of the table has a collation of its own. */
	readonly collated: boolean;
}

/** Two values that differ; texts of two collations cannot be compared but by their bytes. */
const differ = (one: string, other: string, collated: boolean): string =>
	collated ? `ROW(${one})::record *<> ROW(${other})::record` : `${one} IS DISTINCT FROM ${other}`;

/** What a change of type must not lose: asked in one statement, so that writes meanwhile do no harm. */
function conversionChecks(
	{ table, column, type, using }: TypeChange,
	{ next, old, collated }: ColumnChange,
	version: number,
): readonly RowCheck[] {
	if (using) return [];
	const [name, fresh, from] = [quoteIdentifier(column), quoteIdentifier(next), quoteName(table)];
	const target = quoteString(quoteType(type));
	const checks: RowCheck[] = [];
	// pg_input_is_valid() came with PostgreSQL 16.
	if (version >= 16 && old && ["text", "varchar", "bpchar"].includes(old.name)) {
		const sql = `SELECT count(*) = 0 FROM ${from} WHERE NOT pg_input_is_valid(${name}::text, ${target});`;
		checks.push({ what: "unconvertible", sql });
	}
	if (old && hasEquality(old)) {
		const sql = `SELECT count(*) = 0 FROM ${from} WHERE ${differ(`${fresh}::${quoteType(old)}`, name, collated)};`;
		checks.push({ what: "lossy", sql });
	}
	return checks;
}

/** The same value each time that it is computed: what depends on TimeZone alone is that in one run. */
function isSettled(value: Expression, of: BatchedTable): boolean {
	const constancy = postgresWords.constancyOf(value, of);
	return (
		constancy === "constant" ||
		(constancy === "clock" && !callsIn([value]).some((call) => postgresWords.isNeverNull(call)))
	);
}

/** USING that says what the server would do by itself if it were asked for a cast. */
function ownUsing({ column, type, using }: TypeChange): Expression | undefined {
	const isPlain =
		using?.kind === "cast" &&
		using.operand.kind === "column" &&
		using.operand.path.at(-1) === column &&
		quoteType(using.type) === quoteType(type);
	return isPlain ? undefined : using;
}

/** Whether the new type refuses values of the old one, so that the trigger must not stand in their way. */
function mayRefuse(
	{ column, type, using }: TypeChange,
	old: TypeName | undefined,
	{ catalog, version }: RecipeSituation,
): boolean {
	if (using) return false;
	if (!old) return true;
	return changeOf(column, old, type, using, { catalog, version, timeZone: undefined }).narrows;
}

const castTo = (type: TypeName, column: string): Expression => ({
	kind: "cast",
	type,
	operand: { kind: "column", path: [column] },
});

export default defineRecipe({
	id: "change-type-in-new-column",
	summary: "Fill a second column with the new type beside the application, then change names.",
	for: ["alterColumnType"],
	steps(written, situation) {
		const { table, column, type, collation } = written;
		const using = ownUsing(written);
		const { using: _using, ...rest } = written;
		const operation = using ? written : rest;
		const { catalog, version } = situation;
		const known = catalog.table(table);
		const next = makeObjectName(column, undefined, "new");
		const before = makeObjectName(column, undefined, "old");
		const old = known?.columns.find(({ name }) => name === column)?.type;
		const key = keyFor(operation, { next, old }, catalog);
		if (key === undefined) return undefined;
		const value = using ?? castTo(type, column);
		const collated =
			known?.columns.some((one) => one.collation) === true || collation !== undefined;
		const guarded = mayRefuse(operation, old, situation);
		const text = quoteExpression(value);
		const fill = fillTrigger(table, next, value, { guarded });
		// With USING nothing says how to come back.
		const back =
			old && !using && key === "none"
				? fillTrigger(table, before, castTo(old, column), { guarded: true, label: "back" })
				: undefined;
		if (text === undefined || !fill) return undefined;
		const alter = `ALTER TABLE ${quoteName(table)}`;
		const name = quoteIdentifier(column);
		const fresh = quoteIdentifier(next);
		const past = quoteIdentifier(before);
		const pending = postgresWords.differs(
			{ name: next, type, notNull: false, ...(collation && { collation }) },
			value,
			{ table: known, catalog },
		);
		if (pending === undefined || !isSettled(value, { table: known, catalog })) return undefined;
		const batches = batchStep(
			{
				table,
				change: { set: `${fresh} = ${text}` },
				pending,
				checks: conversionChecks(operation, { next, old, collated }, version),
			},
			catalog,
		);
		if (!batches) return undefined;
		const own = belongingsOf(known, { table, column, next }, { mayMiss: guarded, catalog });
		const moved = key === "none" ? noKey : key;
		return [
			{
				title: `Add ${next} beside ${column}; a trigger keeps it equal`,
				sql: `${alter} ADD COLUMN ${fresh} ${typeText(written)};\n${fill.create}`,
				transaction: "own",
				columns: [column, next],
				undo: { sql: `${fill.drop}\n${alter} DROP COLUMN ${fresh};`, losslessUntil: [] },
			},
			batches,
			...own.before,
			...moved.before,
			...leftToPeople(own.rest, column, next),
			{
				title: `Change names: ${next} becomes ${column}; sessions that are connected must prepare their statements again`,
				sql: [
					fill.drop,
					...moved.leave,
					...own.leave,
					`${alter} RENAME COLUMN ${name} TO ${past};`,
					`${alter} RENAME COLUMN ${fresh} TO ${name};`,
					...own.take,
					...moved.take,
					...(back ? [back.create] : []),
				].join("\n"),
				transaction: "own",
				columns: [column, next, before],
				undo:
					key !== "none"
						? { none: noWayBack(table.name) }
						: {
								sql: [
									...(back ? [back.drop] : []),
									...own.giveBack,
									`${alter} RENAME COLUMN ${name} TO ${fresh};`,
									`${alter} RENAME COLUMN ${past} TO ${name};`,
									...own.restore,
									fill.create,
								].join("\n"),
								losslessUntil: hasEquality(type) ? [sameAsBefore(operation, before, collated)] : [],
							},
			},
			{
				title: `Use ${column} with its new type for ${key === "none" ? "as long as you may want to go back" : "a while"}`,
				transaction: "people",
				deploys: true,
			},
			{
				title: `Drop the old column ${before} in a later release`,
				sql: [...(back ? [back.drop] : []), `${alter} DROP COLUMN ${past};`].join("\n"),
				transaction: "own",
				columns: [before],
			},
		];
	},
});

/** The way back loses nothing while every value is still what the old column makes of it. */
function sameAsBefore(
	{ table, column, type, using }: TypeChange,
	before: string,
	collated: boolean,
) {
	const value = using
		? replaceIn(using, {
				expression: (part) =>
					part.kind === "column" && part.path.at(-1) === column
						? { kind: "column", path: [before] }
						: part,
			})
		: castTo(type, before);
	const text = quoteExpression(value) ?? "NULL";
	return {
		says: `every ${column} can still be got from ${before}`,
		sql: `SELECT NOT EXISTS (SELECT FROM ${quoteName(table)} WHERE ${differ(quoteIdentifier(column), collated ? `(${text})::${quoteType(type)}` : `(${text})`, collated)});`,
	};
}

function leftToPeople(
	what: readonly string[],
	column: string,
	next: string,
): readonly RecipeStep[] {
	if (what.length === 0) return [];
	return [{ title: `Give ${next} what ${column} has: ${what.join(", ")}`, transaction: "people" }];
}
