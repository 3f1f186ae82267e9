import type { Finding, Severity } from "../core/finding.ts";
import { positionAt, type Position, type Range, type SourceFile } from "../core/source.ts";
import type { LintReport, Palette } from "./report.ts";

/** Where a report is read: formats for machines make nothing of it. */
export interface Screen {
	readonly palette: Palette;
	/** In columns. */
	readonly width: number;
}

/** An output format: a pure function from what was found to a text. */
export interface Format {
	/** True when it shows what each statement does: the report then needs its explanations. */
	readonly showsEffects?: boolean;
	render(report: LintReport, screen: Screen): string;
}

/** Returns the format as it is, checked. */
export function defineFormat(format: Format): Format {
	return format;
}

/** A finding, or a problem with a file, as formats for machines list them. */
export interface Result {
	/** The rule's id, or the code of the problem. */
	readonly rule: string;
	readonly severity: Severity;
	/** Relative to the repository's root, with forward slashes. */
	readonly file: string;
	/** The text that the place is in; absent when the file could not be read. */
	readonly source: SourceFile | undefined;
	readonly range: Range;
	readonly start: Position;
	readonly end: Position;
	/** What happens. */
	readonly message: string;
	/** What to do. */
	readonly help: string;
}

const fileStart: Position = { line: 1, column: 1 };

/** Returns a path of the report relative to the repository's root. */
export function repositoryPath({ directory = "" }: LintReport, file: string): string {
	const parts: string[] = [];
	for (const part of `${directory}/${file}`.split(/[\\/]/)) {
		if (part === "..") parts.pop();
		else if (part !== "" && part !== ".") parts.push(part);
	}
	return parts.join("/");
}

/** Returns a finding of the report as formats for machines list it. */
export function resultOf(report: LintReport, finding: Finding): Result {
	const { rule, severity, file, range, start, end, message, help } = finding;
	return {
		rule,
		severity,
		file: repositoryPath(report, file),
		source: report.files.get(file),
		range,
		start,
		end,
		message,
		help,
	};
}

/** Returns what is wrong with files, then the findings: nothing may get lost in a format. */
export function resultsOf(report: LintReport): readonly Result[] {
	const problems = report.problems.map(({ code, severity, file, range, message, hint }): Result => {
		const source = file === undefined ? undefined : report.files.get(file);
		const place = range && source ? range : { start: 0, end: 0 };
		return {
			rule: code,
			severity,
			file: repositoryPath(report, file ?? "."),
			source,
			range: place,
			start: source ? positionAt(source, place.start) : fileStart,
			end: source ? positionAt(source, place.end) : fileStart,
			message,
			help: hint,
		};
	});
	const findings = report.findings.map((finding) => resultOf(report, finding));
	return [...problems, ...findings];
}

/** Returns the results by file, in the order in which files first appear. */
export function byFile(results: readonly Result[]): ReadonlyMap<string, readonly Result[]> {
	const files = new Map<string, Result[]>();
	for (const result of results) {
		const known = files.get(result.file);
		if (known) known.push(result);
		else files.set(result.file, [result]);
	}
	return files;
}
