import type { Finding, Severity } from "../core/finding.ts";
import type { Explanation } from "../core/engine/explain.ts";
import type { Counts } from "../core/engine/lint.ts";
import type { DatabaseId, ProjectProblem } from "../core/migration.ts";
import type { SourceFile } from "../core/source.ts";
import type { Baseline } from "./baseline.ts";

/** One project as the report shows it. */
export interface ReportedProject {
	readonly root: string;
	readonly layout: string;
	readonly dialect: DatabaseId;
	/** Set when its SQL was not read at all, and why. */
	readonly notRead?: string;
	/** Set when the parser is not the server's own grammar, and why. */
	readonly degraded?: string;
}

/** Everything that one run of `lint` found: the input of every output format. */
export interface LintReport {
	readonly projects: readonly ReportedProject[];
	readonly findings: readonly Finding[];
	readonly problems: readonly ProjectProblem[];
	readonly counts: Counts;
	/** The texts that findings point into, by path, for code frames. */
	readonly files: ReadonlyMap<string, SourceFile>;
	/** What comments in the SQL accept. */
	readonly ignored?: readonly Finding[];
	/** The accepted findings that were used: what is left out, and what no finding needed. */
	readonly baseline?: {
		readonly file: string;
		readonly leftOut: readonly Finding[];
		readonly stale: Baseline;
	};
	/** The files of the migrations that were judged. */
	readonly judged?: readonly string[];
	/** The working directory below the repository's root; empty at the root or where there is none. */
	readonly directory?: string;
	/** What each judged statement does, when the format shows it. */
	readonly explanations?: readonly Explanation[];
}

/** Colours of a terminal; plain functions that change nothing where there is no colour. */
export interface Palette {
	error(text: string): string;
	warning(text: string): string;
	info(text: string): string;
	strong(text: string): string;
	faint(text: string): string;
	code(text: string): string;
}

const same = (text: string): string => text;

/** A palette without colours. */
export const plainPalette: Palette = {
	error: same,
	warning: same,
	info: same,
	strong: same,
	faint: same,
	code: same,
};

/** Returns how many findings have the severity. */
export function countSeverity(findings: readonly Finding[], severity: Severity): number {
	return findings.filter((finding) => finding.severity === severity).length;
}

/** "1 error", "3 errors", "no errors". */
export function countOf(count: number, singular: string, plural = `${singular}s`): string {
	// Asking for a locale loads its data: small numbers are the same in all.
	const number = count < 1000 ? String(count) : count.toLocaleString("en-US");
	return `${count === 0 ? "no" : number} ${count === 1 ? singular : plural}`;
}
