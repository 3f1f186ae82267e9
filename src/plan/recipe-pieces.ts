import type { Dialect } from "../core/dialect.ts";
import type { Explanation } from "../core/engine/explain.ts";
import type { FilledRecipe, Finding, RecipeStep, RowCheck } from "../core/finding.ts";
import type { Range } from "../core/source.ts";
import type { Statement } from "../core/statement.ts";
import { batchSize } from "./batches.ts";
import { evidenceAbove, originOf, type Piece } from "./piece.ts";

/** Returns the statements of a text, each with its semicolon. */
export function statementsIn(dialect: Dialect, text: string): readonly string[] {
	const { statements } = dialect.read({ path: "step.sql", text }, { placeholders: [] });
	return statements.map(({ range }) => `${text.slice(range.start, range.end)};`);
}

const severityRank = { error: 0, warning: 1, info: 2 } as const;

/** A recipe and what of the statement it takes the place of. */
export interface Replacement {
	readonly recipe: FilledRecipe;
	readonly at: Range;
}

/** The recipes for a statement: the gravest finding of each place has the word. */
export function replacementsFor(
	{ statement }: Explanation,
	findings: readonly Finding[],
): readonly Replacement[] {
	const { file, range } = statement;
	const here = findings.filter(
		(finding) =>
			finding.recipe &&
			finding.file === file.path &&
			range.start <= finding.range.start &&
			finding.range.end <= range.end,
	);
	const chosen: Replacement[] = [];
	for (const { recipe, range: at } of here.toSorted(
		(a, b) => severityRank[a.severity] - severityRank[b.severity],
	)) {
		const isTaken = chosen.some((other) => other.at.start < at.end && at.start < other.at.end);
		if (recipe && !isTaken) chosen.push({ recipe, at });
	}
	return chosen;
}

/** Returns the steps of a recipe, each followed by the query that proves it. */
export function recipePieces(
	explanation: Explanation,
	{ recipe, at }: Replacement,
	settings: readonly string[],
	dialect: Dialect,
): readonly Piece[] {
	const origin = originOf(explanation, recipe.id);
	const subject = subjectAt(explanation.statement, at);
	const common = { origin, settings, evidence: evidenceAbove(explanation.statement), notes: [] };
	return recipe.steps.flatMap((step, place): readonly Piece[] => {
		const { transaction, phase, rows, checks = [], columns, undo } = step;
		const sql = step.sql === undefined ? [] : statementsIn(dialect, step.sql);
		const own: Piece = {
			...common,
			title: `${subject}${titleOf(step)}`,
			sql,
			transaction,
			follows: place > 0,
			proves: false,
			...(phase && { phase }),
			...(rows && { rows }),
			...(columns && { columns }),
			...(undo && {
				undo: "none" in undo ? undo : { ...undo, sql: statementsIn(dialect, undo.sql) },
			}),
			checks,
		};
		const proof = checks.length === 0 ? [] : [proofOf(own, subject)];
		return [own, ...proof];
	});
}

/** What a recipe is about, before its titles: the table, and the column where it is one. */
function subjectAt(statement: Statement, at: Range): string {
	const operation = statement.parts
		.flatMap(({ operations }) => operations)
		.find(({ range }) => range.start === at.start && range.end === at.end);
	if (!operation || !("table" in operation)) return "";
	const column = "column" in operation ? operation.column : undefined;
	const name = typeof column === "string" ? column : column?.name;
	return `${operation.table.name}${name === undefined ? "" : `.${name}`}: `;
}

function titleOf({ title, titleInPlan, rows }: RecipeStep): string {
	if (!rows) return titleInPlan ?? title;
	const change = rows.set === undefined ? "Delete the rows" : "Change the rows that are left";
	return `${change}, ${batchSize.toLocaleString("en-US")} at a time`;
}

/** What holds when a check is true. */
export const checkWords: Readonly<Record<RowCheck["what"], string>> = {
	pending: "no row is left",
	unconvertible: "every old value could be converted",
	lossy: "every old value can be got back",
};

function proofOf(piece: Piece, subject: string): Piece {
	const said = piece.checks.map(({ what }) => checkWords[what]).join(", ");
	return {
		...withoutRows(piece),
		title: `${subject}Prove it: ${said}`,
		sql: piece.checks.map(({ sql }) => sql),
		transaction: "own",
		follows: true,
		proves: true,
	};
}

function withoutRows({
	rows: _rows,
	phase: _phase,
	columns: _columns,
	undo: _undo,
	...rest
}: Piece): Piece {
	return { ...rest, checks: [] };
}
