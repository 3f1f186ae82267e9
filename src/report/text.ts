import type { FilledRecipe, Finding, RecipeStep, Severity } from "../core/finding.ts";
import type { ProjectProblem } from "../core/migration.ts";
import { codeFrame } from "./frame.ts";
import { countOf, countSeverity, type LintReport, type Palette } from "./report.ts";
import { wrap } from "./wrap.ts";

/** Findings of one rule after this many show their recipe's first use only. */
const recipesShown = 2;

function paint(palette: Palette, severity: Severity, text: string): string {
	return palette[severity](text);
}

function labelled(palette: Palette, label: string, text: string, width: number): readonly string[] {
	const indent = " ".repeat(8);
	const [first = "", ...rest] = wrap(text, width - indent.length);
	return [
		`  ${palette.strong(label.padEnd(6))}${first}`,
		...rest.map((line) => `${indent}${line}`),
	];
}

const whereItRuns: Readonly<Record<RecipeStep["transaction"], string>> = {
	own: "in a transaction of its own",
	none: "outside any transaction",
	batches: "in batches, each its own transaction",
	people: "",
};

function recipeLines(recipe: FilledRecipe, palette: Palette, width: number): readonly string[] {
	return recipe.steps.flatMap((step, at) => {
		const where = whereItRuns[step.transaction];
		const title = `${at + 1}. ${step.title}${where === "" ? "" : `; ${where}`}`;
		return [
			...wrap(title, width - 16).map((line, row) =>
				palette.faint(`          -- ${row === 0 ? "" : "   "}${line}`),
			),
			...(step.sql?.split("\n") ?? []).map((line) => `          ${palette.code(line)}`),
		];
	});
}

/** Advice takes two lines: it is not what people look for first. */
function noteLines(finding: Finding, palette: Palette, width: number): readonly string[] {
	const { file, start, rule, message } = finding;
	return [
		`${palette.strong(`${file}:${start.line}:${start.column}`)}  ${palette.info("note")}  ${palette.faint(rule)}`,
		...wrap(message, width - 2).map((line) => `  ${line}`),
		"",
	];
}

function findingLines(
	finding: Finding,
	report: LintReport,
	palette: Palette,
	width: number,
	withRecipe: boolean,
): readonly string[] {
	const { severity, rule, start } = finding;
	if (severity === "info") return noteLines(finding, palette, width);
	const file = report.files.get(finding.file);
	const lines = [
		`${palette.strong(`${finding.file}:${start.line}:${start.column}`)}  ${paint(palette, severity, severity)}  ${palette.faint(rule)}`,
		...wrap(finding.message, width - 2).map((line) => `  ${line}`),
	];
	if (file) {
		lines.push("", ...codeFrame(file, finding.range, palette).map((line) => `    ${line}`), "");
	}
	if (finding.because.length > 0) {
		lines.push(...labelled(palette, "Why", finding.because.join(" "), width));
	}
	for (const { message, file: path, start: place } of finding.related) {
		lines.push(
			...labelled(palette, "See", `${path}:${place.line}:${place.column} ${message}`, width),
		);
	}
	lines.push(...labelled(palette, "Do", finding.help, width));
	if (finding.recipe && withRecipe) lines.push(...recipeLines(finding.recipe, palette, width));
	lines.push(...labelled(palette, "More", palette.faint(`lockkeeper rules ${rule}`), width));
	return [...lines, ""];
}

function problemLines(problem: ProjectProblem, palette: Palette, width: number): readonly string[] {
	const place = problem.file === undefined ? "" : `${palette.strong(problem.file)}  `;
	return [
		`${place}${paint(palette, problem.severity, problem.severity)}  ${palette.faint(problem.code)}`,
		...wrap(problem.message, width - 2).map((line) => `  ${line}`),
		...labelled(palette, "Do", problem.hint, width),
		"",
	];
}

/** The last lines: what was read, what was not, how many findings. */
export function summaryLines(report: LintReport, palette: Palette): readonly string[] {
	const { counts, findings } = report;
	const read = `${countOf(counts.migrations, "migration")}, ${countOf(counts.statements, "statement")}`;
	const behind =
		counts.history.migrations === 0
			? ""
			: `, after ${countOf(counts.history.migrations, "earlier one")}`;
	const unread = counts.unread + counts.history.unread;
	const lines: string[] = [];
	for (const project of report.projects) {
		if (project.notRead !== undefined)
			lines.push(palette.warning(`${project.root}: ${project.notRead}`));
		if (project.degraded !== undefined)
			lines.push(palette.warning(`${project.root}: ${project.degraded}`));
	}
	if (unread > 0) {
		lines.push(
			palette.warning(
				`${countOf(unread, "statement")} could not be read and ${unread === 1 ? "was" : "were"} not judged.`,
			),
		);
	}
	const errors = countSeverity(findings, "error");
	const warnings = countSeverity(findings, "warning");
	const infos = countSeverity(findings, "info");
	const problems = report.problems.filter(({ severity }) => severity === "error").length;
	const verdict =
		findings.length + problems === 0
			? "nothing found"
			: [
					problems > 0 ? palette.error(countOf(problems, "problem")) : "",
					errors > 0 ? palette.error(countOf(errors, "error")) : "",
					warnings > 0 ? palette.warning(countOf(warnings, "warning")) : "",
					infos > 0 ? palette.info(countOf(infos, "note")) : "",
				]
					.filter((part) => part !== "")
					.join(", ");
	lines.push(`${read}${behind}: ${verdict}.`);
	return lines;
}

/** Returns the report for a person at a terminal of the given width. */
export function text(report: LintReport, palette: Palette, width: number): string {
	const shownRecipes = new Map<string, number>();
	const lines: string[] = report.problems.flatMap((problem) => [
		...problemLines(problem, palette, width),
	]);
	for (const finding of report.findings) {
		const key = `${finding.rule} ${finding.recipe?.id ?? ""}`;
		const shown = shownRecipes.get(key) ?? 0;
		shownRecipes.set(key, shown + 1);
		lines.push(...findingLines(finding, report, palette, width, shown < recipesShown));
	}
	lines.push(...summaryLines(report, palette));
	return `${lines.join("\n")}\n`;
}
