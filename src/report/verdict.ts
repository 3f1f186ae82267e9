import { countSeverity, type LintReport } from "./report.ts";

/** Returns what a reviewer wants to know first, in one sentence without a full stop. */
export function verdictOf(
	report: Pick<LintReport, "problems" | "findings"> & {
		readonly counts: Pick<LintReport["counts"], "unread" | "migrations">;
	},
): string {
	const unreadable = report.problems.some(({ severity }) => severity === "error");
	if (unreadable) return "something could not be read";
	const errors = countSeverity(report.findings, "error");
	if (errors > 0) return "do not deploy this as it is";
	if (countSeverity(report.findings, "warning") > 0) return "needs a look before it is deployed";
	const { unread } = report.counts;
	if (unread > 0) return "nothing found in what could be read";
	return report.counts.migrations === 0 ? "nothing to judge" : "safe to deploy";
}
