import type { Finding, Severity } from "../../core/finding.ts";
import type { ProjectProblem } from "../../core/migration.ts";
import { defineFormat } from "../format.ts";
import { codeFrame } from "../frame.ts";
import type { LintReport, Palette } from "../report.ts";
import { recipeLines } from "../recipe-text.ts";
import { summaryLines } from "../summary.ts";
import { wrap } from "../wrap.ts";

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

/** Advice takes two lines: it is not what people look for first. */
function noteLines(finding: Finding, palette: Palette, width: number): readonly string[] {
	const { file, start, rule, message } = finding;
	return [
		`${palette.strong(`${file}:${start.line}:${start.column}`)}  ${palette.info("note")}  ${palette.faint(rule)}`,
		...wrap(message, width - 2).map((line) => `  ${line}`),
		"",
	];
}

/** What stands above already and is not said again. */
interface Said {
	/** The place and its reasons: the finding before is about it too. */
	readonly place: boolean;
	readonly help: boolean;
	readonly recipe: boolean;
}

function findingLines(
	finding: Finding,
	report: LintReport,
	palette: Palette,
	width: number,
	said: Said,
): readonly string[] {
	const { severity, rule, start } = finding;
	if (severity === "info") return noteLines(finding, palette, width);
	const file = report.files.get(finding.file);
	const lines = [
		`${palette.strong(`${finding.file}:${start.line}:${start.column}`)}  ${paint(palette, severity, severity)}  ${palette.faint(rule)}`,
		...wrap(finding.message, width - 2).map((line) => `  ${line}`),
	];
	if (file && !said.place) {
		lines.push("", ...codeFrame(file, finding.range, palette).map((line) => `    ${line}`), "");
	}
	if (finding.because.length > 0 && !said.place) {
		lines.push(...labelled(palette, "Why", finding.because.join(" "), width));
	}
	for (const { message, file: path, start: place } of finding.related) {
		lines.push(
			...labelled(palette, "See", `${path}:${place.line}:${place.column} ${message}`, width),
		);
	}
	const withRecipe = finding.recipe !== undefined && !said.recipe;
	if (said.help && !withRecipe) return [...lines, ""];
	lines.push(...labelled(palette, "Do", finding.help, width));
	if (withRecipe) lines.push(...recipeLines(finding.recipe, palette, width));
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

/** How many findings need no thought. */
function fixLines({ findings }: LintReport, palette: Palette): readonly string[] {
	const safe = findings.filter(({ fixes }) => fixes.some((fix) => fix.safety === "safe")).length;
	if (safe === 0) return [];
	return [palette.faint(`--fix can mend ${safe} of them; --diff shows how.`)];
}

/** Returns the report for a person at a terminal of the given width. */
export function text(report: LintReport, palette: Palette, width: number): string {
	const shownRecipes = new Map<string, number>();
	const lines: string[] = report.problems.flatMap((problem) => [
		...problemLines(problem, palette, width),
	]);
	const helps = new Set<string>();
	let place = "";
	for (const finding of report.findings) {
		const { rule, recipe, help, file, range, because } = finding;
		const key = `${rule} ${recipe?.id ?? ""}`;
		const shown = shownRecipes.get(key) ?? 0;
		shownRecipes.set(key, shown + 1);
		const here = [file, range.start, range.end, ...because].join(" ");
		const said = {
			place: here === place,
			help: helps.has(`${file} ${rule} ${help}`),
			recipe: shown >= recipesShown,
		};
		lines.push(...findingLines(finding, report, palette, width, said));
		if (finding.severity === "info") continue;
		helps.add(`${file} ${rule} ${help}`);
		place = here;
	}
	lines.push(...summaryLines(report, palette), ...fixLines(report, palette));
	return `${lines.join("\n")}\n`;
}

export default defineFormat({
	render: (report, { palette, width }) => text(report, palette, width),
});
