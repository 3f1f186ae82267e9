import { countOf, countSeverity, type LintReport, type Palette } from "./report.ts";

/** What is not told because people accepted it: nothing is left out in silence. */
function leftOut({ counts, baseline }: LintReport): string {
	const parts = [
		counts.ignored > 0 ? `${counts.ignored} ignored by comments` : "",
		baseline && baseline.leftOut.length > 0 ? `${baseline.leftOut.length} in ${baseline.file}` : "",
	].filter((part) => part !== "");
	return parts.length === 0 ? "" : `; left out: ${parts.join(", ")}`;
}

/** The last lines: what was read, what was not, how many findings. */
export function summaryLines(report: LintReport, palette: Palette): readonly string[] {
	const { counts, findings } = report;
	const read = `${countOf(counts.migrations, "migration")}, ${countOf(counts.statements, "statement")}`;
	const behind =
		counts.history.migrations === 0
			? ""
			: `, after ${countOf(counts.history.migrations, "earlier one")}`;
	const lines: string[] = [];
	for (const project of report.projects) {
		if (project.notRead !== undefined)
			lines.push(palette.warning(`${project.root}: ${project.notRead}`));
		if (project.degraded !== undefined)
			lines.push(palette.warning(`${project.root}: ${project.degraded}`));
	}
	if (counts.unread > 0) {
		lines.push(
			palette.warning(
				`${countOf(counts.unread, "statement")} could not be read and ${counts.unread === 1 ? "was" : "were"} not judged.`,
			),
		);
	}
	const { history } = counts;
	if (history.unread > 0) {
		lines.push(
			palette.warning(
				`${countOf(history.unread, "statement")} of earlier migrations could not be read: what ${history.unread === 1 ? "it does" : "they do"} to the schema is not known here.`,
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
	lines.push(`${read}${behind}: ${verdict}${leftOut(report)}.`);
	return lines;
}
