import {
	DiagnosticSeverity,
	DiagnosticTag,
	Range,
	type Diagnostic,
	type DiagnosticRelatedInformation,
} from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Finding, Severity } from "../core/finding.ts";
import type { ProjectProblem } from "../core/migration.ts";
import type { Client } from "./client.ts";
import { positionOf, rangeOf, uriOf, visible } from "./positions.ts";

const severities: Readonly<Record<Severity, DiagnosticSeverity>> = {
	error: DiagnosticSeverity.Error,
	warning: DiagnosticSeverity.Warning,
	info: DiagnosticSeverity.Information,
};

/** What the diagnostics of a document are made of. */
export interface Shown {
	readonly document: TextDocument;
	/** Of this document only. */
	readonly findings: readonly Finding[];
	readonly problems: readonly ProjectProblem[];
	/** What the paths of related places are relative to. */
	readonly directory: string;
}

type DiagnosticClient = Pick<Client, "relatedInformation" | "diagnosticTags">;

/** Returns findings and problems as diagnostics, none of them empty. */
export function diagnosticsOf(shown: Shown, client: DiagnosticClient): readonly Diagnostic[] {
	return [
		...shown.problems.map((problem) => diagnosticOfProblem(problem, shown)),
		...shown.findings.map((finding) => diagnosticOf(finding, shown, client)),
	];
}

/** Returns one finding as a diagnostic. */
export function diagnosticOf(
	finding: Finding,
	{ document, directory }: Shown,
	client: DiagnosticClient,
): Diagnostic {
	const { rule, severity, message, because, help, related } = finding;
	const range = Range.create(positionOf(finding.start), positionOf(finding.end));
	return {
		range: visible(document, range),
		severity: severities[severity],
		source: "lockkeeper",
		code: rule,
		message: [message, ...because, help].filter((line) => line !== "").join("\n"),
		...(client.diagnosticTags && rule === "unused-ignore" && { tags: [DiagnosticTag.Unnecessary] }),
		...(client.relatedInformation &&
			related.length > 0 && {
				relatedInformation: related.map((place): DiagnosticRelatedInformation => ({
					message: place.message,
					location: {
						uri: uriOf(directory, place.file),
						range: Range.create(positionOf(place.start), positionOf(place.start)),
					},
				})),
			}),
	};
}

function diagnosticOfProblem(
	{ code, severity, message, hint, range }: ProjectProblem,
	{ document }: Shown,
): Diagnostic {
	const firstLine = Range.create(0, 0, 0, document.getText().split(/\r?\n|\r/, 1)[0]?.length ?? 0);
	return {
		range: visible(document, range ? rangeOf(document, range) : firstLine),
		severity: severities[severity],
		source: "lockkeeper",
		code,
		message: `${message}\n${hint}`,
	};
}
