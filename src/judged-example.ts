import { explain, type Explanation } from "./core/engine/explain.ts";
import { lint } from "./core/engine/lint.ts";
import type { DialectId } from "./core/dialect.ts";
import type { Finding } from "./core/finding.ts";
import type { Migration, Section, TransactionClass } from "./core/migration.ts";
import type { Example, Rule } from "./core/rule.ts";
import { defaultServerVersions } from "./core/server-version.ts";
import { loadDialect } from "./dialect/load.ts";
import { recipes } from "./generated/recipes.ts";

/** What a rule says about the bad SQL of an example, and what that SQL does. */
export interface JudgedExample {
	readonly example: Example;
	readonly findings: readonly Finding[];
	/** Of the statements that are found, in order. */
	readonly explanations: readonly Explanation[];
}

function wholeFile(path: string, text: string, runs: TransactionClass): Section {
	return { file: { path, text }, range: { start: 0, end: text.length }, transaction: runs };
}

function migrationOf(
	id: string,
	text: string,
	order: number,
	runs: TransactionClass,
	down?: string,
): Migration {
	return {
		id,
		name: id,
		layout: "plain",
		order,
		release: id,
		candidate: order > 0,
		up: [wholeFile(`${id}.sql`, text, runs)],
		down: down === undefined ? [] : [wholeFile(`${id}.down.sql`, down, runs)],
		verify: [],
		placeholders: [],
	};
}

/** Runs a rule over the bad SQL of each of its examples, with the earlier release as history. */
export async function judgeExamples(rule: Rule): Promise<readonly JudgedExample[]> {
	const judged: JudgedExample[] = [];
	for (const example of rule.examples) judged.push(await judgeExample(rule, example));
	return judged;
}

async function judgeExample(rule: Rule, example: Example): Promise<JudgedExample> {
	const dialect = await loadDialect(dialectOf(rule, example));
	const migrations = [
		migrationOf("0001_create", example.before ?? "", 0, "none"),
		migrationOf("0002_change", example.bad, 1, example.transaction ?? "none", example.down?.bad),
	];
	const history = {
		migrations,
		dialect,
		version: example.version ?? defaultServerVersions[dialect.id],
	};
	const { findings } = lint({
		history,
		rules: [{ rule }],
		recipes: new Map(recipes.map((recipe) => [recipe.id, recipe])),
		rows: new Map(Object.entries(example.rows ?? {})),
	});
	const found = ({ statement }: Explanation): boolean =>
		findings.some(
			({ range }) => range.start >= statement.range.start && range.start <= statement.range.end,
		);
	return { example, findings, explanations: explain(history).filter(found) };
}

/** Returns whose SQL an example is. */
export function dialectOf(rule: Rule, { dialect }: Example): DialectId {
	return dialect ?? rule.dialects[0] ?? "postgres";
}
