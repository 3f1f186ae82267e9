import type { Finding } from "../../core/finding.ts";
import type { Explanation } from "../../core/engine/explain.ts";
import { shortName } from "../../core/engine/explain.ts";
import { positionAt } from "../../core/source.ts";
import { commentMarker } from "../comment-marker.ts";
import { blocked, durations, modeName } from "../effect-words.ts";
import { code, fenced, plain } from "../markdown-text.ts";
import { defineFormat, repositoryPath } from "../format.ts";
import { plainPalette, type LintReport } from "../report.ts";
import { verdictOf } from "../verdict.ts";
import { recipeSql } from "../recipe-sql.ts";
import { summaryLines } from "../summary.ts";

/** GitHub cuts a comment at 65,536 characters. */
const longest = 65_000;

function findingDetails(finding: Finding, report: LintReport): string {
	const { rule, severity, start, message, because, related, help, recipe } = finding;
	const source = report.files.get(finding.file);
	const sql = source?.text.slice(finding.range.start, finding.range.end) ?? "";
	const lines = [
		`<details><summary><b>${severity}</b> <code>${repositoryPath(report, finding.file)}:${start.line}</code> ${rule}</summary>`,
		"",
		plain(message),
		"",
		...(sql === "" ? [] : [fenced(sql.length > 1_000 ? `${sql.slice(0, 1_000)}\n...` : sql), ""]),
		...(because.length > 0 ? [`**Why:** ${plain(because.join(" "))}`, ""] : []),
		...related.flatMap((place) => [
			`**See:** ${code(`${repositoryPath(report, place.file)}:${place.start.line}`)} ${plain(place.message)}`,
			"",
		]),
		`**Do:** ${plain(help)}`,
		"",
		...(recipe ? [fenced(recipeSql(recipe)), ""] : []),
		"</details>",
	];
	return lines.join("\n");
}

/** Statements during which others wait, or that take as long as a table is large. */
function isWorthARow({ effect }: Explanation): boolean {
	return (
		effect.duration === "rows" ||
		effect.duration === "index" ||
		effect.locks.some(({ blocks }) => blocks === "writes" || blocks === "readsAndWrites")
	);
}

function lockRow({ statement, effect }: Explanation, report: LintReport): string {
	const { line } = positionAt(statement.file, statement.range.start);
	const sql = statement.file.text.slice(statement.range.start, statement.range.end);
	const short = sql.length > 80 ? `${sql.slice(0, 77)}...` : sql;
	const locks = effect.locks
		.filter(({ blocks }) => blocks !== "nothing")
		.map(
			(lock) =>
				`${plain(shortName(lock.relation))}: ${modeName(lock.mode)}, ${blocked[lock.blocks]}`,
		);
	return `| ${code(`${repositoryPath(report, statement.file.path)}:${line}`)} | ${code(short)} | ${locks.join("<br>")} | ${durations[effect.duration]} |`;
}

function lockTable(report: LintReport): readonly string[] {
	const rows = (report.explanations ?? []).filter(isWorthARow);
	if (rows.length === 0) return [];
	return [
		"#### Locks",
		"",
		"| Where | Statement | Lock and what waits | How long |",
		"| --- | --- | --- | --- |",
		...rows.map((explanation) => lockRow(explanation, report)),
		"",
	];
}

function findingTable(report: LintReport): readonly string[] {
	if (report.findings.length === 0) return [];
	return [
		"| | Where | What happens |",
		"| --- | --- | --- |",
		...report.findings.map(
			({ severity, file, start, message }) =>
				`| ${severity === "info" ? "note" : `**${severity}**`} | ${code(`${repositoryPath(report, file)}:${start.line}`)} | ${plain(message)} |`,
		),
		"",
	];
}

/** As many whole parts as fit, and a line that says what does not. */
function withinLimit(parts: readonly string[], more: (left: number) => string): string {
	const reserve = 200;
	let size = 0;
	const fits = parts.findIndex((part) => (size += part.length + 1) > longest - reserve);
	if (fits < 0) return `${parts.join("\n")}\n`;
	return `${parts.slice(0, fits).join("\n")}\n\n${more(parts.length - fits)}\n`;
}

/** A comment for a pull request: the verdict, what happens where, the locks, and what to do in folds. */
export default defineFormat({
	showsEffects: true,
	render(report) {
		const problems = report.problems.map(
			({ severity, file, message, hint }) =>
				`- **${severity}** ${file === undefined ? "" : `${code(repositoryPath(report, file))} `}${plain(message)} ${plain(hint)}`,
		);
		const parts = [
			commentMarker,
			`### lockkeeper: ${verdictOf(report)}`,
			"",
			...summaryLines(report, plainPalette),
			"",
			...(problems.length > 0 ? [...problems, ""] : []),
			...findingTable(report),
			...lockTable(report),
			...report.findings
				.filter(({ severity }) => severity !== "info")
				.map((finding) => findingDetails(finding, report)),
		];
		return withinLimit(
			parts,
			(left) =>
				`${left} more parts do not fit into a comment: run \`lockkeeper lint\` to see them.`,
		);
	},
});
