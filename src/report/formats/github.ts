import type { Severity } from "../../core/finding.ts";
import { defineFormat, resultsOf, type Result } from "../format.ts";

const levels: Readonly<Record<Severity, string>> = {
	error: "error",
	warning: "warning",
	info: "notice",
};

function escapeData(text: string): string {
	return text.replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
}

function escapeProperty(text: string): string {
	return escapeData(text).replace(/:/g, "%3A").replace(/,/g, "%2C");
}

function annotation({ rule, severity, file, start, end, message, help }: Result): string {
	const properties = [
		`file=${escapeProperty(file)}`,
		`line=${start.line}`,
		`endLine=${end.line}`,
		// Columns are understood within one line only.
		...(start.line === end.line ? [`col=${start.column}`, `endColumn=${end.column}`] : []),
		`title=${escapeProperty(rule)}`,
	];
	// The log shows the message alone: the place is said again.
	const place = `${file}:${start.line}:${start.column}`;
	return `::${levels[severity]} ${properties.join(",")}::${escapeData(`${place}: ${message} ${help}`)}\n`;
}

/**
 * Annotations on a pull request, as workflow commands
 * (https://docs.github.com/actions/reference/workflow-commands-for-github-actions).
 */
export default defineFormat({
	render: (report) => resultsOf(report).map(annotation).join(""),
});
