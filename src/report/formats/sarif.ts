import manifest from "../../../package.json" with { type: "json" };
import type { FilledRecipe, Finding, Severity } from "../../core/finding.ts";
import type { Rule } from "../../core/rule.ts";
import { positionAt, type Position } from "../../core/source.ts";
import { rules } from "../../generated/rules.ts";
import { defineFormat, repositoryPath, resultOf, resultsOf, type Result } from "../format.ts";
import { uniqueFingerprints } from "../fingerprint.ts";
import type { LintReport } from "../report.ts";
import { rulePage } from "../rule-page.ts";

const levels: Readonly<Record<Severity, string>> = {
	error: "error",
	warning: "warning",
	info: "note",
};

function problemDescriptor(code: string): object {
	return {
		id: code,
		shortDescription: { text: "What is wrong with a file, before any SQL is read." },
		fullDescription: { text: "The file or its place in the history could not be used as it is." },
		help: { text: "See the message of the result." },
		defaultConfiguration: { level: "error" },
	};
}

function ruleDescriptor(rule: Rule): object {
	return {
		id: rule.id,
		shortDescription: { text: rule.summary },
		fullDescription: { text: rule.why.trim() },
		help: { text: `${rule.why.trim()}\n\n${rule.help}`, markdown: rulePage(rule) },
		defaultConfiguration: { level: levels[rule.severity] },
		properties: {
			tags: [rule.category, "database", "migration"],
			precision: rule.preset === "recommended" ? "high" : "medium",
			"problem.severity": rule.severity === "info" ? "recommendation" : rule.severity,
		},
	};
}

/**
 * An alert shows on a pull request only when all its lines are in the change: of a place over several
 * lines the rest of its first line is named.
 */
function location(file: string, start: Position, end?: Position): object {
	const isOneLine = end?.line === start.line;
	return {
		physicalLocation: {
			artifactLocation: { uri: encodeURI(file), uriBaseId: "%SRCROOT%" },
			region: {
				startLine: start.line,
				startColumn: start.column,
				...(isOneLine && { endLine: end.line, endColumn: end.column }),
			},
		},
	};
}

function recipeText(recipe: FilledRecipe): string {
	const steps = recipe.steps.map(
		({ title, sql }, at) => `${at + 1}. ${title}${sql === undefined ? "" : `\n${sql}`}`,
	);
	return `${recipe.summary}\n${steps.join("\n")}`;
}

/** What GitHub and editors can offer to change: only what is safe without a look. */
function fixesOf(report: LintReport, finding: Finding): readonly object[] {
	const file = report.files.get(finding.file);
	if (!file) return [];
	return finding.fixes
		.filter(({ safety }) => safety === "safe")
		.map(({ title, edits }) => ({
			description: { text: title },
			artifactChanges: [
				{
					artifactLocation: {
						uri: encodeURI(repositoryPath(report, finding.file)),
						uriBaseId: "%SRCROOT%",
					},
					replacements: edits.map(({ range, text }) => {
						const start = positionAt(file, range.start);
						const end = positionAt(file, range.end);
						return {
							deletedRegion: {
								startLine: start.line,
								startColumn: start.column,
								endLine: end.line,
								endColumn: end.column,
							},
							insertedContent: { text },
						};
					}),
				},
			],
		}));
}

function result(
	{ rule, severity, file, start, end, message, help }: Result,
	ruleIndex: number,
	fingerprint: string,
	more: {
		readonly related: readonly object[];
		readonly recipe: FilledRecipe | undefined;
		readonly fixes: readonly object[];
		readonly suppressions: readonly object[];
	},
): object {
	const recipe = more.recipe ? `\n\n${recipeText(more.recipe)}` : "";
	return {
		ruleId: rule,
		ruleIndex,
		level: levels[severity],
		message: { text: `${message} ${help}${recipe}` },
		locations: [location(file, start, end)],
		partialFingerprints: { "statement/v1": fingerprint },
		...(more.related.length > 0 && { relatedLocations: more.related }),
		...(more.fixes.length > 0 && { fixes: more.fixes }),
		...(more.suppressions.length > 0 && { suppressions: more.suppressions }),
	};
}

/** What is told though people accepted it, and how: in the SQL, or in a baseline. */
function accepted({ ignored = [], baseline }: LintReport): ReadonlyMap<Finding, readonly object[]> {
	const justification = `accepted in ${baseline?.file ?? ""}`;
	return new Map<Finding, readonly object[]>([
		...ignored.map((finding) => [finding, [{ kind: "inSource" }]] as const),
		...(baseline?.leftOut ?? []).map(
			(finding) => [finding, [{ kind: "external", justification }]] as const,
		),
	]);
}

function resultObjects(report: LintReport, ids: readonly string[]): readonly object[] {
	const suppressed = accepted(report);
	const findings = [
		...report.problems.map(() => undefined),
		...report.findings,
		...suppressed.keys(),
	];
	const results = [
		...resultsOf(report),
		...[...suppressed.keys()].map((finding) => resultOf(report, finding)),
	];
	const fingerprints = uniqueFingerprints(results);
	return results.map((entry, at) => {
		const finding = findings[at];
		const related = (finding?.related ?? []).map(({ message, file, start }, id) => ({
			id,
			message: { text: message },
			...location(repositoryPath(report, file), start),
		}));
		return result(entry, ids.indexOf(entry.rule), fingerprints[at] ?? "", {
			related,
			recipe: finding?.recipe,
			fixes: finding ? fixesOf(report, finding) : [],
			suppressions: (finding && suppressed.get(finding)) ?? [],
		});
	});
}

/**
 * SARIF 2.1.0, as GitHub's code scanning reads it (https://docs.oasis-open.org/sarif/sarif/v2.1.0/,
 * https://docs.github.com/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning).
 */
export default defineFormat({
	render(report) {
		const codes = [...new Set(report.problems.map(({ code }) => code))];
		const all = [...report.findings, ...accepted(report).keys()];
		const found = new Set(all.map(({ rule }) => rule));
		const shown = rules.filter(({ id }) => found.has(id));
		const document = {
			$schema: "https://json.schemastore.org/sarif-2.1.0.json",
			version: "2.1.0",
			runs: [
				{
					tool: {
						driver: {
							name: manifest.name,
							semanticVersion: manifest.version,
							rules: [...codes.map(problemDescriptor), ...shown.map(ruleDescriptor)],
						},
					},
					automationDetails: { id: "lockkeeper/" },
					columnKind: "utf16CodeUnits",
					results: resultObjects(report, [...codes, ...shown.map(({ id }) => id)]),
				},
			],
		};
		return `${JSON.stringify(document, undefined, "\t")}\n`;
	},
});
