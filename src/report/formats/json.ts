import type { Finding, FilledRecipe, RelatedPlace } from "../../core/finding.ts";
import type { FilledFix } from "../../core/fix.ts";
import { defineFormat } from "../format.ts";
import { jsonProblem, type JsonProblem } from "../json-problem.ts";
import { countSeverity, type LintReport, type ReportedProject } from "../report.ts";

interface JsonFinding extends Pick<
	Finding,
	| "rule"
	| "category"
	| "severity"
	| "file"
	| "start"
	| "end"
	| "message"
	| "help"
	| "migration"
	| "dialect"
> {
	readonly because: readonly string[];
	readonly recipe?: FilledRecipe;
	readonly fixes: readonly FilledFix[];
	readonly related: readonly RelatedPlace[];
}

/** The json format: a contract. Fields are only ever added. Lines and UTF-16 columns count from 1. */
export interface JsonReport {
	readonly version: 1;
	readonly findings: readonly JsonFinding[];
	readonly summary: {
		readonly migrations: number;
		readonly statements: number;
		readonly unread: number;
		/** Findings that comments leave out. */
		readonly ignored: number;
		/** Findings that the baseline leaves out. */
		readonly baseline: number;
		readonly errors: number;
		readonly warnings: number;
		readonly infos: number;
		readonly history: {
			readonly migrations: number;
			readonly statements: number;
			readonly unread: number;
		};
	};
	readonly projects: readonly ReportedProject[];
	readonly problems: readonly JsonProblem[];
}

function jsonFinding(finding: Finding): JsonFinding {
	const { rule, category, severity, file, start, end, message, help, because, related } = finding;
	return {
		rule,
		category,
		severity,
		file,
		start,
		end,
		message,
		help,
		because,
		...(finding.recipe && { recipe: finding.recipe }),
		fixes: finding.fixes,
		related,
		migration: finding.migration,
		...(finding.dialect && { dialect: finding.dialect }),
	};
}

/** Returns the report as one JSON document. */
export function json(report: LintReport): string {
	const document: JsonReport = {
		version: 1,
		findings: report.findings.map(jsonFinding),
		summary: {
			migrations: report.counts.migrations,
			statements: report.counts.statements,
			unread: report.counts.unread,
			ignored: report.counts.ignored,
			baseline: report.baseline?.leftOut.length ?? 0,
			errors: countSeverity(report.findings, "error"),
			warnings: countSeverity(report.findings, "warning"),
			infos: countSeverity(report.findings, "info"),
			history: report.counts.history,
		},
		projects: report.projects,
		problems: report.problems.map(jsonProblem),
	};
	return `${JSON.stringify(document, undefined, "\t")}\n`;
}

export default defineFormat({ render: json });
