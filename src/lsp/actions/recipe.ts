import type { Explanation } from "../../core/engine/explain.ts";
import type { Finding, FilledRecipe, RecipeStep } from "../../core/finding.ts";
import type { TextEdit } from "../../core/fix.ts";
import type { Section } from "../../core/migration.ts";
import { placeIn, type Range } from "../../core/source.ts";
import { lineEndOf, type NewFile } from "../edits.ts";
import type { Judged } from "../judged.ts";
import { nextMigrations } from "../new-migration.ts";
import { uriOf } from "../positions.ts";

/** A recipe as edits of the open file, and of files that are to be made. */
export interface RecipeChange {
	readonly title: string;
	readonly edits: readonly TextEdit[];
	readonly newFiles: readonly NewFile[];
}

/**
 * Returns a finding's recipe as a change of files: in this file where each statement commits by itself,
 * or else a migration for each further step. Undefined where people or batches have a part in it, where
 * the statement does more than the recipe replaces, and where a step could not run as it must.
 */
export function recipeChange(
	finding: Finding,
	judged: Judged,
	now: number,
): RecipeChange | undefined {
	const { recipe } = finding;
	const explanation = recipe && statementOf(finding, judged);
	const section = explanation && sectionOf(explanation, judged);
	if (!recipe || !section) return undefined;
	const steps = serverSteps(recipe);
	const [first, ...later] = steps;
	if (!first) return undefined;
	const { range } = explanation.statement;
	if (explanation.transaction === undefined && section.transaction === "none") {
		// The rule's own fixes do it in this file already.
		if (finding.fixes.length > 0) return undefined;
		return {
			title: `Safer way: ${recipe.summary}`,
			edits: [replacement(range, steps, judged)],
			newFiles: [],
		};
	}
	const staysHere = first.transaction === "own";
	const moved = staysHere ? later : steps;
	const newFiles = filesFor(moved, section, recipe, judged, now);
	if (!newFiles) return undefined;
	return {
		title: `Safer way: ${recipe.summary} (${newFiles.length === 1 ? "new migration" : "new migrations"})`,
		edits: [staysHere ? replacement(range, [first], judged) : removal(range, judged)],
		newFiles,
	};
}

type ServerStep = RecipeStep & { readonly sql: string };

/** The steps, when the server carries all of them out; none when people or a batch job have a part. */
function serverSteps({ steps }: FilledRecipe): readonly ServerStep[] {
	const done = steps.flatMap((step): readonly ServerStep[] => {
		const { sql, transaction } = step;
		const isServers = transaction === "own" || transaction === "none";
		return isServers && sql !== undefined ? [{ ...step, sql }] : [];
	});
	return done.length === steps.length ? done : [];
}

/** The statement that the finding is about, when it does nothing else. */
function statementOf({ range }: Finding, judged: Judged): Explanation | undefined {
	return judged.explanations().find(({ statement }) => {
		const operations = statement.parts.flatMap((part) => part.operations);
		const { start, end } = placeIn(statement.file, statement.range);
		return start <= range.start && range.end <= end && operations.length === 1;
	});
}

/** The section of the file that a statement stands in, when that is SQL. */
function sectionOf(
	{ statement }: Explanation,
	{ migration, document }: Judged,
): Section | undefined {
	if (statement.file.text !== document.getText()) return undefined;
	const current = migration.reread(document.getText());
	return current?.up.find(
		({ file, range, embedded, statementRule }) =>
			!embedded &&
			!statementRule &&
			file.path === migration.path &&
			range.start <= statement.range.start &&
			statement.range.end <= range.end,
	);
}

function withTitle({ title, sql }: ServerStep): string {
	return `-- ${title}\n${sql.trim()}`;
}

/** The statement's own semicolon takes the place of the last one of the steps. */
function replacement(range: Range, steps: readonly ServerStep[], { document }: Judged): TextEdit {
	const text = document.getText();
	const sql = steps.map(withTitle).join("\n");
	const own = text[range.end] === ";" ? sql.replace(/;$/, "") : sql;
	return { range, text: own.replaceAll("\n", lineEndOf(text)) };
}

function removal({ start, end }: Range, { document }: Judged): TextEdit {
	const text = document.getText();
	const rest = /^;?[ \t]*(?:\r?\n)?/.exec(text.slice(end))?.[0].length ?? 0;
	return { range: { start, end: end + rest }, text: "" };
}

/** A migration for each step; undefined where the tool's names or ways do not allow one. */
function filesFor(
	steps: readonly ServerStep[],
	section: Section,
	recipe: FilledRecipe,
	{ migration, document }: Judged,
	now: number,
): readonly NewFile[] | undefined {
	// One transaction around all pending migrations: further files change nothing.
	if (section.transaction === "all" || steps.length === 0) return undefined;
	const heads = steps.map((step) => headFor(step, section));
	const { project, path, surroundings } = migration;
	const paths = nextMigrations(project, path, recipe.id.split("-"), steps.length, now);
	if (!paths) return undefined;
	const files: NewFile[] = [];
	for (const [at, step] of steps.entries()) {
		const [head, name] = [heads[at], paths[at]];
		if (head === undefined || name === undefined || surroundings.files.exists(name))
			return undefined;
		const text = `${head}${withTitle(step)}\n`;
		const end = lineEndOf(document.getText());
		const uri = uriOf(surroundings.directory, name);
		files.push({ uri, text: text.replaceAll(/\r?\n/g, end) });
	}
	return files;
}

/** What stands above the SQL of a migration of this tool: its marks, those of the open file. */
function headFor({ transaction }: ServerStep, section: Section): string | undefined {
	const { file, range, wayOut } = section;
	const head = file.text.slice(0, range.start);
	if (/^[^\S\n]*[^\s-]/m.test(head) || head.includes("lockkeeper:")) return undefined;
	const mayRun =
		transaction === "own" ||
		section.transaction === "implicit" ||
		section.transaction === "none" ||
		section.perStatementDetection === true;
	if (mayRun) return lineEnded(head);
	if (!wayOut || wayOut.edit.range.end > range.start) return undefined;
	const { edit } = wayOut;
	return lineEnded(head.slice(0, edit.range.start) + edit.text + head.slice(edit.range.end));
}

function lineEnded(text: string): string {
	return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}
