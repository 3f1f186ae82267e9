import type { Severity } from "../core/finding.ts";
import type { LintReport } from "../report/report.ts";
import { exitCodes } from "./output.ts";

const severityRank: Readonly<Record<Severity, number>> = { error: 3, warning: 2, info: 1 };

/** From which severity on a run stops. */
export const thresholds = ["error", "warning", "info", "never"] as const;

export interface StopRule {
	readonly failOn: (typeof thresholds)[number];
	readonly maxWarnings?: number | undefined;
}

/** Returns the exit code of a report: a bug of ours counts more than wrong input, that more than findings. */
export function exitCodeOf(report: LintReport, { failOn, maxWarnings }: StopRule): number {
	if (report.problems.some(({ code }) => code === "bug")) return exitCodes.bug;
	if (report.problems.some(({ severity }) => severity === "error")) return exitCodes.misuse;
	const warnings = report.findings.filter(({ severity }) => severity === "warning").length;
	if (maxWarnings !== undefined && warnings > maxWarnings) return exitCodes.findings;
	if (failOn === "never") return exitCodes.clean;
	const stops = report.findings.some(
		({ severity }) => severityRank[severity] >= severityRank[failOn],
	);
	return stops ? exitCodes.findings : exitCodes.clean;
}
