import { jsonSchemaOf, problemsOf, type ConfigProblem, type Shape } from "../core/config-shape.ts";
import type { Finding } from "../core/finding.ts";
import type { SourceFile } from "../core/source.ts";
import { fingerprintOf } from "./fingerprint.ts";

/** How many findings of a rule a file has for each fingerprint. */
type Counts = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, number>>>>>>;

/**
 * Findings that a project has accepted, so that only new ones are told: file (relative to the baseline,
 * with forward slashes), rule, fingerprint of the SQL, how many. No line numbers: text above may change.
 */
export interface Baseline {
	readonly $schema?: string;
	readonly version: number;
	readonly findings: Counts;
}

/** The name of a baseline beside the config. */
export const baselineFileName = "lockkeeper.baseline.json";

const shape: Shape = {
	kind: "object",
	required: ["version", "findings"],
	fields: {
		$schema: { kind: "text", description: "Where editors find the schema of this file." },
		version: { kind: "integer", description: "The version of this format: 1.", minimum: 1 },
		findings: {
			kind: "record",
			description: "By file, relative to this one.",
			value: {
				kind: "record",
				description: "By rule.",
				value: {
					kind: "record",
					description: "By fingerprint of the SQL: how many findings.",
					value: { kind: "integer", minimum: 1 },
				},
			},
		},
	},
};

/** Returns the JSON Schema (draft 7) of a baseline. */
export function baselineJsonSchema(): Readonly<Record<string, unknown>> {
	return {
		$schema: "http://json-schema.org/draft-07/schema#",
		title: baselineFileName,
		...jsonSchemaOf(shape),
	};
}

function isBaseline(value: unknown, problems: ConfigProblem[]): value is Baseline {
	problems.push(...problemsOf(value, shape, "baseline"));
	return problems.length === 0;
}

/** Returns the baseline, or everything that is wrong with it. */
export function parseBaseline(value: unknown): Baseline | readonly ConfigProblem[] {
	const problems: ConfigProblem[] = [];
	return isBaseline(value, problems) ? value : problems;
}

/** Where the findings' texts are, and how the baseline names their files. */
export interface BaselineScope {
	readonly files: ReadonlyMap<string, SourceFile>;
	readonly nameOf: (file: string) => string;
}

interface Entry {
	readonly file: string;
	readonly rule: string;
	readonly fingerprint: string;
}

function entryOf(finding: Finding, { files, nameOf }: BaselineScope): Entry {
	const { rule, range, file } = finding;
	const fingerprint = fingerprintOf({ rule, range, source: files.get(file) });
	return { file: nameOf(file), rule, fingerprint };
}

function keyOf({ file, rule, fingerprint }: Entry): string {
	return JSON.stringify([file, rule, fingerprint]);
}

function entriesOf(findings: Counts): readonly (Entry & { readonly count: number })[] {
	return Object.entries(findings).flatMap(([file, rules]) =>
		Object.entries(rules).flatMap(([rule, fingerprints]) =>
			Object.entries(fingerprints).map(([fingerprint, count]) => ({
				file,
				rule,
				fingerprint,
				count,
			})),
		),
	);
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}

function baselineWith(entries: readonly (Entry & { readonly count: number })[]): Baseline {
	const findings: Record<string, Record<string, Record<string, number>>> = {};
	const sorted = [...entries].sort(
		(a, b) =>
			compare(a.file, b.file) || compare(a.rule, b.rule) || compare(a.fingerprint, b.fingerprint),
	);
	for (const { file, rule, fingerprint, count } of sorted) {
		const rules = (findings[file] ??= {});
		const fingerprints = (rules[rule] ??= {});
		fingerprints[fingerprint] = (fingerprints[fingerprint] ?? 0) + count;
	}
	return { version: 1, findings };
}

/** Returns the baseline that holds all these findings. */
export function baselineOf(findings: readonly Finding[], scope: BaselineScope): Baseline {
	return baselineWith(findings.map((finding) => ({ ...entryOf(finding, scope), count: 1 })));
}

/** Returns the findings that the baseline does not hold, and what of the baseline no finding needed. */
export function withoutBaseline(
	findings: readonly Finding[],
	{ findings: accepted }: Baseline,
	scope: BaselineScope,
): { readonly findings: readonly Finding[]; readonly rest: Baseline } {
	const left = new Map(entriesOf(accepted).map((entry) => [keyOf(entry), entry.count]));
	const kept = findings.filter((finding) => {
		const key = keyOf(entryOf(finding, scope));
		const count = left.get(key) ?? 0;
		if (count > 0) left.set(key, count - 1);
		return count === 0;
	});
	const rest = entriesOf(accepted).flatMap((entry) => {
		const count = left.get(keyOf(entry)) ?? 0;
		return count > 0 ? [{ ...entry, count }] : [];
	});
	return { findings: kept, rest: baselineWith(rest) };
}

/** Returns the entries of a baseline that `keeps` does not refuse. */
export function filterBaseline(
	baseline: Baseline,
	keeps: (file: string, rule: string) => boolean,
): Baseline {
	return baselineWith(entriesOf(baseline.findings).filter(({ file, rule }) => keeps(file, rule)));
}

/** Returns a baseline without the entries of another. */
export function pruneBaseline(baseline: Baseline, stale: Baseline): Baseline {
	const gone = new Map(entriesOf(stale.findings).map((entry) => [keyOf(entry), entry.count]));
	const left = entriesOf(baseline.findings).flatMap((entry) => {
		const count = entry.count - (gone.get(keyOf(entry)) ?? 0);
		return count > 0 ? [{ ...entry, count }] : [];
	});
	return baselineWith(left);
}

/** Returns how many findings and files a baseline holds. */
export function sizeOf({ findings }: Baseline): {
	readonly findings: number;
	readonly files: number;
} {
	return {
		findings: entriesOf(findings).reduce((sum, { count }) => sum + count, 0),
		files: Object.keys(findings).length,
	};
}

/** Returns the baseline as its file holds it: sorted, one finding a line. */
export function baselineText({ version, findings }: Baseline): string {
	return `${JSON.stringify({ version, findings }, undefined, "\t")}\n`;
}
