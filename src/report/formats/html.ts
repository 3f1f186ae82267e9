import type { Explanation } from "../../core/engine/explain.ts";
import { shortName } from "../../core/engine/explain.ts";
import type { Finding } from "../../core/finding.ts";
import { positionAt } from "../../core/source.ts";
import { blockedBy, durations, modeName, refusalCode, undo } from "../effect-words.ts";
import { escapeXml } from "../escape.ts";
import { defineFormat, repositoryPath } from "../format.ts";
import { htmlPage } from "../html-page.ts";
import { recipeSql } from "../recipe-sql.ts";
import { plainPalette, type LintReport } from "../report.ts";
import { summaryLines } from "../summary.ts";
import { verdictOf } from "../verdict.ts";

const phaseWords: Readonly<Record<Explanation["effect"]["phase"], string>> = {
	expand: "expand: adds to the schema",
	migrate: "migrate: changes data",
	contract: "contract: takes away what code may use",
};

/** What waits worst during a statement decides its colour. */
function loadOf({ effect }: Explanation): "stop" | "writes" | "calm" {
	const blocks = effect.locks.map((lock) => lock.blocks);
	const isShort = effect.duration === "constant";
	if (blocks.includes("readsAndWrites")) return isShort ? "writes" : "stop";
	if (blocks.includes("writes")) return "writes";
	return "calm";
}

function definition(label: string, value: string): string {
	return `<dt>${label}</dt><dd>${value}</dd>`;
}

function effectList({ effect }: Explanation): string {
	const locks = effect.locks.map(
		(lock) => `${escapeXml(shortName(lock.relation))}: ${modeName(lock.mode)}, ${blockedBy(lock)}`,
	);
	const names = (relations: readonly string[]): string =>
		escapeXml(relations.map(shortName).join(", "));
	return [
		"<dl>",
		...(locks.length > 0 ? [definition("Locks", locks.join("<br>"))] : []),
		...(effect.rewrites.length > 0 ? [definition("Rewrites", names(effect.rewrites))] : []),
		...(effect.scans.length > 0 ? [definition("Reads all of", names(effect.scans))] : []),
		...(effect.builds.length > 0
			? [definition("Builds", names(effect.builds.map(({ index }) => index)))]
			: []),
		definition("Takes", durations[effect.duration]),
		...(effect.fails
			? [
					definition(
						"Fails",
						escapeXml(`${effect.fails.reason} (${refusalCode(effect.fails.code)})`),
					),
				]
			: []),
		definition("Phase", `${phaseWords[effect.phase]}; ${undo[effect.reversible]}`),
		"</dl>",
	].join("");
}

/** Where the page tells of a finding. */
function anchorOf(finding: Finding, report: LintReport): string {
	return `finding-${report.findings.indexOf(finding) + 1}`;
}

function badge(severity: Finding["severity"]): string {
	return `<span class="badge ${severity}">${severity === "info" ? "note" : severity}</span>`;
}

/** What a reviewer must know, before the whole release in order. */
function foundList(report: LintReport): readonly string[] {
	const items = report.findings.map(
		(finding) =>
			`<li>${badge(finding.severity)} <a href="#${anchorOf(finding, report)}">${escapeXml(finding.message)}</a> <code>${escapeXml(repositoryPath(report, finding.file))}:${finding.start.line}</code></li>`,
	);
	return items.length === 0 ? [] : [`<ul class="found">`, ...items, "</ul>"];
}

function findingBox(finding: Finding, report: LintReport): string {
	const { rule, severity, message, because, related, help, recipe } = finding;
	const notes = [
		...because.map((reason) => `<p class="why">${escapeXml(reason)}</p>`),
		...related.map(
			(place) =>
				`<p class="why">See <code>${escapeXml(repositoryPath(report, place.file))}:${place.start.line}</code> ${escapeXml(place.message)}</p>`,
		),
	];
	return [
		`<section class="finding ${severity}" id="${anchorOf(finding, report)}">`,
		`<h4>${badge(severity)} ${escapeXml(message)}</h4>`,
		...notes,
		`<p>${escapeXml(help)} <span class="rule">${escapeXml(rule)}</span></p>`,
		...(recipe
			? [
					`<details><summary>The safe way, as SQL</summary><pre>${escapeXml(recipeSql(recipe))}</pre></details>`,
				]
			: []),
		"</section>",
	].join("\n");
}

function statementItem(
	explanation: Explanation,
	findings: readonly Finding[],
	report: LintReport,
): string {
	const { statement } = explanation;
	const { line } = positionAt(statement.file, statement.range.start);
	const sql = statement.file.text.slice(statement.range.start, statement.range.end);
	return [
		`<li class="${loadOf(explanation)}">`,
		`<div class="place">line ${line}</div>`,
		`<pre>${escapeXml(sql)}</pre>`,
		statement.unread
			? `<p class="unread">Could not be read: ${escapeXml(statement.unread.message)}</p>`
			: `<details${findings.length > 0 ? " open" : ""}><summary>${summaryOf(explanation)}</summary>${effectList(explanation)}</details>`,
		...findings.map((finding) => findingBox(finding, report)),
		"</li>",
	].join("\n");
}

function summaryOf(explanation: Explanation): string {
	const { effect } = explanation;
	const worst =
		effect.locks.find(({ blocks }) => blocks === "readsAndWrites") ??
		effect.locks.find(({ blocks }) => blocks === "writes");
	const waits = worst
		? `${escapeXml(shortName(worst.relation))}: ${blockedBy(worst)}`
		: "reads and writes go on";
	return `${waits}; ${durations[effect.duration]}`;
}

function migrationSection(
	file: string,
	explanations: readonly Explanation[],
	report: LintReport,
): string {
	const own = report.findings.filter((finding) => finding.file === file);
	const shown = new Set<Finding>();
	const items = explanations.map((explanation) => {
		const { range } = explanation.statement;
		const here = own.filter(
			(finding) =>
				finding.range.start >= range.start &&
				finding.range.start <= range.end &&
				!shown.has(finding),
		);
		for (const finding of here) shown.add(finding);
		return statementItem(explanation, here, report);
	});
	const rest = own.filter((finding) => !shown.has(finding));
	const name = `<code>${escapeXml(repositoryPath(report, file))}</code>`;
	const line = [
		`<ol class="line">`,
		...items,
		"</ol>",
		...rest.map((finding) => findingBox(finding, report)),
	];
	const isQuiet = own.length === 0 && explanations.every((one) => loadOf(one) === "calm");
	return isQuiet
		? [
				`<details class="quiet"><summary>${name}: reads and writes go on</summary>`,
				...line,
				"</details>",
			].join("\n")
		: [`<h2>${name}</h2>`, ...line].join("\n");
}

function byFile(report: LintReport): ReadonlyMap<string, readonly Explanation[]> {
	const files = new Map<string, Explanation[]>();
	for (const explanation of report.explanations ?? []) {
		const { path } = explanation.statement.file;
		const known = files.get(path);
		if (known) known.push(explanation);
		else files.set(path, [explanation]);
	}
	for (const { file } of report.findings) if (!files.has(file)) files.set(file, []);
	return files;
}

/** One page by itself: the release as a line of statements with their locks, phases and findings. */
export default defineFormat({
	showsEffects: true,
	render(report) {
		const problems = report.problems.map(
			({ severity, file, message, hint }) =>
				`<section class="finding ${severity}"><h4><span class="badge ${severity}">${severity}</span> ${escapeXml(file ?? "")} ${escapeXml(message)}</h4><p>${escapeXml(hint)}</p></section>`,
		);
		return htmlPage(`lockkeeper: ${verdictOf(report)}`, [
			`<h1>${verdictOf(report).replace(/^./, (letter) => letter.toUpperCase())}</h1>`,
			`<p class="summary">${summaryLines(report, plainPalette).map(escapeXml).join("<br>")}</p>`,
			...foundList(report),
			`<p class="key"><span class="stop">everybody waits, longer with the size</span><span class="writes">writes wait, or everybody for a moment</span><span class="calm">reads and writes go on</span></p>`,
			...problems,
			...[...byFile(report)].map(([file, explanations]) =>
				migrationSection(file, explanations, report),
			),
		]);
	},
});
