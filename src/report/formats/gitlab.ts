import type { Severity } from "../../core/finding.ts";
import { defineFormat, resultsOf } from "../format.ts";
import { uniqueFingerprints } from "../fingerprint.ts";

const severities: Readonly<Record<Severity, string>> = {
	error: "critical",
	warning: "major",
	info: "info",
};

/**
 * GitLab's code quality report
 * (https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format).
 */
export default defineFormat({
	render(report) {
		const results = resultsOf(report);
		const fingerprints = uniqueFingerprints(results);
		const document = results.map(({ rule, severity, file, start, end, message, help }, at) => ({
			// GitLab does not show the name of the check.
			description: `${rule}: ${message} ${help}`,
			check_name: rule,
			fingerprint: fingerprints[at],
			severity: severities[severity],
			location: { path: file, lines: { begin: start.line, end: end.line } },
		}));
		return `${JSON.stringify(document, undefined, "\t")}\n`;
	},
});
