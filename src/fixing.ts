import type { Config } from "./core/config.ts";
import type { Finding, Severity } from "./core/finding.ts";
import type { FilledFix, FixSafety, TextEdit } from "./core/fix.ts";
import type { ProjectProblem } from "./core/migration.ts";
import type { LintReport } from "./report/report.ts";
import { lintRepository, type LintRequest } from "./repository.ts";

/** What a file was and what its fixes make of it. */
export interface FixedFile {
	readonly path: string;
	readonly before: string;
	readonly after: string;
}

/** What fixing comes to; nothing is written yet. */
export interface Fixing {
	/** The report on the files as they are. */
	readonly before: LintReport;
	/** The report on the fixed files. */
	readonly after: LintReport;
	readonly files: readonly FixedFile[];
	/** How many findings were fixed. */
	readonly fixed: number;
}

/** A finding with the fix that is to be made. */
interface Choice {
	readonly finding: Finding;
	readonly fix: FilledFix;
}

/** Each trial reads all files anew; a file seldom needs more than four. */
const mostTrials = 200;
const severityRank: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

/** Returns a text with edits made; they must be in order and not overlap. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
	let made = "";
	let at = 0;
	for (const { range, text: replacement } of edits) {
		made += text.slice(at, range.start) + replacement;
		at = range.end;
	}
	return made + text.slice(at);
}

/**
 * Makes the fixes of the given safety until none is left, each in its file's text. A fix that would make
 * a statement unreadable or add a finding of any rule to a file is not made. Reads the disk, writes nothing.
 */
export async function fixRepository(
	cwd: string,
	paths: readonly string[],
	config: Config,
	request: LintRequest,
	safeties: readonly FixSafety[],
): Promise<Fixing | ProjectProblem> {
	const before = await lintRepository(cwd, paths, config, request);
	if ("code" in before) return before;
	const edited = new Map<string, string>();
	const refused = new Set<string>();
	let report = before;
	let fixed = 0;
	let most = Infinity;
	for (let trial = 0; trial < mostTrials; trial++) {
		const choices = chooseFixes(report, safeties, refused).slice(0, most);
		if (choices.length === 0) break;
		const texts = textsWith(choices, report);
		const attempt = new Map([...(request.edited ?? []), ...edited, ...texts]);
		const next = await lintRepository(cwd, paths, config, { ...request, edited: attempt });
		if (!("code" in next) && isBetter(report, next, choices)) {
			for (const [path, text] of texts) edited.set(path, text);
			report = next;
			fixed += choices.length;
			most = Infinity;
			continue;
		}
		const [only, ...others] = choices;
		if (only && others.length === 0) refused.add(keyOf(only.finding, report));
		// Half of them, until the one is found that does harm.
		most = Math.ceil(choices.length / 2);
		if (others.length === 0) most = Infinity;
	}
	const files = [...edited].map(([path, after]): FixedFile => {
		return { path, before: before.files.get(path)?.text ?? "", after };
	});
	return { before, after: report, files, fixed };
}

/** The same statement with the same rule, wherever edits before it have moved it. */
function keyOf({ rule, file, range }: Finding, { files }: LintReport): string {
	return `${rule}\n${file}\n${files.get(file)?.text.slice(range.start, range.end) ?? ""}`;
}

/**
 * The fixes of one rule for each file, those of errors first: what one rule's fixes insert may change what
 * another would do.
 */
function chooseFixes(
	report: LintReport,
	safeties: readonly FixSafety[],
	refused: ReadonlySet<string>,
): readonly Choice[] {
	const byFile = new Map<string, Choice[]>();
	const ordered = [...report.findings].sort(
		(a, b) => severityRank[a.severity] - severityRank[b.severity],
	);
	for (const finding of ordered) {
		const fix = finding.fixes.find(({ safety }) => safeties.includes(safety));
		if (!fix || refused.has(keyOf(finding, report))) continue;
		const chosen = byFile.get(finding.file) ?? [];
		byFile.set(finding.file, chosen);
		const first = chosen[0]?.finding.rule ?? finding.rule;
		if (first === finding.rule && !chosen.some((other) => meet(other.fix, fix))) {
			chosen.push({ finding, fix });
		}
	}
	return [...byFile.values()].flat();
}

/** True when edits of both touch each other. */
function meet(a: FilledFix, b: FilledFix): boolean {
	return a.edits.some((one) =>
		b.edits.some(
			(other) => one.range.start <= other.range.end && other.range.start <= one.range.end,
		),
	);
}

function textsWith(choices: readonly Choice[], { files }: LintReport): ReadonlyMap<string, string> {
	const edits = new Map<string, TextEdit[]>();
	for (const { finding, fix } of choices) {
		edits.set(finding.file, [...(edits.get(finding.file) ?? []), ...fix.edits]);
	}
	return new Map(
		[...edits].map(([path, list]) => {
			const ordered = [...list].sort((a, b) => a.range.start - b.range.start);
			return [path, applyEdits(files.get(path)?.text ?? "", ordered)];
		}),
	);
}

function countBy<Item>(items: readonly Item[], key: (item: Item) => string): Map<string, number> {
	const counts = new Map<string, number>();
	for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
	return counts;
}

function noneMore<Item>(
	before: readonly Item[],
	after: readonly Item[],
	key: (item: Item) => string,
): boolean {
	const old = countBy(before, key);
	return [...countBy(after, key)].every(([of, count]) => count <= (old.get(of) ?? 0));
}

/** True when every choice has settled its finding and nothing else has come up. */
function isBetter(before: LintReport, after: LintReport, choices: readonly Choice[]): boolean {
	const unread = ({ counts }: LintReport) => counts.unread + counts.history.unread;
	if (unread(after) > unread(before)) return false;
	const edited = new Set(choices.map(({ finding }) => finding.file));
	const inEdited = ({ findings }: LintReport) => findings.filter(({ file }) => edited.has(file));
	// What a history says once, at its newest migration, is said at an older one when that is mended.
	if (!noneMore(before.findings, after.findings, ({ rule }) => rule)) return false;
	const place = ({ rule, file }: Finding) => `${rule}\n${file}`;
	if (!noneMore(inEdited(before), inEdited(after), place)) return false;
	const problem = ({ code, file }: ProjectProblem) => `${code}\n${file ?? ""}`;
	const known = new Set(before.problems.map(problem));
	const isNew = (found: ProjectProblem) => found.severity !== "info" && !known.has(problem(found));
	if (after.problems.some(isNew)) return false;
	const left = countBy(after.findings, (finding) => keyOf(finding, after));
	const were = countBy(before.findings, (finding) => keyOf(finding, before));
	return choices.every(({ finding }) => {
		const key = keyOf(finding, before);
		return (left.get(key) ?? 0) < (were.get(key) ?? 0);
	});
}
