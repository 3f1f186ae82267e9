import { defineFormat } from "../format.ts";
import type { LintReport } from "../report.ts";

/** Returns one line a finding: `file:line:column: severity rule: message`. */
export function concise(report: LintReport): string {
	const lines = [
		...report.problems.map(
			({ file, severity, code, message }) => `${file ?? "."}: ${severity} ${code}: ${message}`,
		),
		...report.findings.map(
			({ file, start, severity, rule, message }) =>
				`${file}:${start.line}:${start.column}: ${severity} ${rule}: ${message}`,
		),
	];
	return lines.map((line) => `${line}\n`).join("");
}

export default defineFormat({ render: concise });
