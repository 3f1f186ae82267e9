import type { Severity } from "../../core/finding.ts";
import { lineAt, type Position, type SourceFile } from "../../core/source.ts";
import { defineFormat, resultsOf } from "../format.ts";

const severities: Readonly<Record<Severity, string>> = {
	error: "ERROR",
	warning: "WARNING",
	info: "INFO",
};

const encoder = new TextEncoder();

/** Columns of the format count UTF-8 bytes from 1. */
function inBytes({ line, column }: Position, file: SourceFile | undefined): Position {
	const before = file ? (lineAt(file, line) ?? "").slice(0, column - 1) : "";
	return { line, column: file ? encoder.encode(before).length + 1 : column };
}

/**
 * Reviewdog Diagnostic Format as one JSON document
 * (https://github.com/reviewdog/reviewdog/tree/master/proto/rdf).
 */
export default defineFormat({
	render(report) {
		const document = {
			source: { name: "lockkeeper" },
			diagnostics: resultsOf(report).map(
				({ rule, severity, file, source, start, end, message, help }) => ({
					message: `${message} ${help}`,
					location: {
						path: file,
						range: { start: inBytes(start, source), end: inBytes(end, source) },
					},
					severity: severities[severity],
					code: { value: rule },
				}),
			),
		};
		return `${JSON.stringify(document, undefined, "\t")}\n`;
	},
});
