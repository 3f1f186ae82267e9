import path from "node:path";
import type { Config } from "../../core/config.ts";
import { isRead } from "../../core/dialect.ts";
import type { Finding } from "../../core/finding.ts";
import type { Project, ProjectProblem } from "../../core/migration.ts";
import { positionAt, type Range } from "../../core/source.ts";
import { rules } from "../../generated/rules.ts";
import { baselinePath } from "../../project/baseline-file.ts";
import { discoverProjects } from "../../project/discover.ts";
import { baseReference } from "../../project/base-reference.ts";
import { parentOf } from "../../project/files.ts";
import { changesSince } from "../../project/git.ts";
import { filesOf } from "../../project/releases.ts";
import { stampOf, timeOfChange } from "../../project/stamp.ts";
import { statisticsPath } from "../../project/statistics.ts";
import type { LintReport } from "../../report/report.ts";
import { lintRepository } from "../../repository.ts";
import type { Verdict } from "../verdict.ts";

/** The migrations below a directory, each history judged once for all its files. */
export interface Workspace {
	/** True when a migration, or what is known of the tables, is no longer what was read. */
	hasChanged(): boolean;
	/** Judges a file (relative to the directory) with a text that may differ from that on the disk. */
	judge(file: string, text: string): Promise<Verdict>;
	/** True for a file that came to its place after the migrations were searched for. */
	isNew(file: string): boolean;
}

interface Judged {
	readonly report: LintReport;
	readonly byFile: ReadonlyMap<string, readonly Finding[]>;
}

const nothing: Verdict = { kind: "findings", findings: [] };
const adviceRules = new Set(rules.flatMap(({ id, severity }) => (severity === "info" ? [id] : [])));

function problemOf({ message, hint }: ProjectProblem, place = { line: 1, column: 1 }): Verdict {
	return { kind: "problem", message: `${message}. ${hint}`, ...place };
}

/** Advice never fails, but ESLint knows only errors and warnings: it is left to rules that only advise. */
function isTold({ severity, rule }: Finding): boolean {
	return severity !== "info" || adviceRules.has(rule);
}

function groupByFile(report: LintReport): Judged {
	const byFile = new Map<string, Finding[]>();
	for (const finding of report.findings.filter(isTold)) {
		const known = byFile.get(finding.file);
		if (known) known.push(finding);
		else byFile.set(finding.file, [finding]);
	}
	return { report, byFile };
}

function rootsByFile(projects: readonly Project[]): ReadonlyMap<string, string> {
	return new Map(
		projects.flatMap(({ root, migrations, problems }) =>
			[
				...problems.flatMap(({ file }) => file ?? []),
				...migrations.flatMap((migration) => filesOf(migration)),
			].map((file): [string, string] => [file, root]),
		),
	);
}

/** ESLint takes a byte order mark off the text and counts from behind it. */
function moveBack(finding: Finding): Finding {
	const moved = ({ start, end }: Range): Range => ({
		start: Math.max(0, start - 1),
		end: Math.max(0, end - 1),
	});
	return {
		...finding,
		range: moved(finding.range),
		fixes: finding.fixes.map((fix) => ({
			...fix,
			edits: fix.edits.map(({ range, text }) => ({ range: moved(range), text })),
		})),
	};
}

/**
 * Returns whether a file is new on this branch; true for all where git does not tell. A migration that is
 * on the branch that changes go into has been deployed, or soon will be.
 */
function newFiles(base: string): (file: string) => boolean {
	const target = baseReference(base, process.env);
	const changes = "code" in target ? target : changesSince(base, target.reference);
	return "code" in changes ? () => true : (file) => changes.added.has(file);
}

/** A deployed migration must not change any more: nothing in it is fixed unasked. */
function askFirst(finding: Finding): Finding {
	return {
		...finding,
		fixes: finding.fixes.map((fix) => ({ ...fix, safety: "suggestion" })),
	};
}

function hasSafeFix({ fixes }: Finding): boolean {
	return fixes.some(({ safety }) => safety === "safe");
}

/** What a report says of a file; undefined when it was made for another text. */
function verdictIn({ report, byFile }: Judged, file: string, text: string): Verdict | undefined {
	const source = report.files.get(file);
	const problem = report.problems.find((one) => one.file === file && one.severity === "error");
	if (problem) {
		const place = source && problem.range && positionAt(source, problem.range.start);
		return problemOf(problem, place);
	}
	if (!source) return nothing;
	const findings = byFile.get(file) ?? [];
	// One history is judged at a time.
	const database = report.projects[0]?.dialect ?? "postgres";
	const dialect = isRead(database) ? database : undefined;
	const told = { kind: "findings", ...(dialect && { dialect }) } as const;
	if (source.text === text) return { ...told, findings };
	if (source.text !== `\uFEFF${text}`) return undefined;
	return { ...told, findings: findings.map(moveBack) };
}

/** Searches a directory for migrations, which are judged when ESLint asks for one of their files. */
export async function openWorkspace(base: string, config: Config): Promise<Workspace> {
	const opened = Date.now();
	// Which rules are on is ESLint's to say, except for those that the config turns off or makes advice.
	const settings: Config = { ...config, preset: "all" };
	const found = await discoverProjects(base, [], settings, { configDirectory: base });
	const failure = "code" in found && found.code !== "noMigrations" ? found : undefined;
	const roots = rootsByFile("code" in found ? [] : found);
	const histories = new Histories(base, settings, roots);
	const folders = new Set([...roots.keys()].map(parentOf));
	const watched = [
		...[...roots.keys(), ...folders].map((file) => path.resolve(base, file)),
		statisticsPath(base, config),
		baselinePath(base, base),
	];
	const stamp = stampOf(watched);
	let isNewFile: ((file: string) => boolean) | undefined;
	return {
		hasChanged: () => stampOf(watched) !== stamp,
		isNew: (file) => !roots.has(file) && (timeOfChange(path.resolve(base, file)) ?? 0) > opened,
		async judge(file, text) {
			if (failure) return problemOf(failure);
			const verdict = await histories.judge(file, text);
			if (verdict.kind === "problem" || !verdict.findings.some(hasSafeFix)) return verdict;
			isNewFile ??= newFiles(base);
			return isNewFile(file) ? verdict : { ...verdict, findings: verdict.findings.map(askFirst) };
		},
	};
}

/** The histories of a workspace, each judged whole when one of its files is first asked for. */
class Histories {
	readonly #base: string;
	readonly #settings: Config;
	readonly #roots: ReadonlyMap<string, string>;
	readonly #judgements = new Map<string, Judged | ProjectProblem>();

	constructor(base: string, settings: Config, roots: ReadonlyMap<string, string>) {
		this.#base = base;
		this.#settings = settings;
		this.#roots = roots;
	}

	async judge(file: string, text: string): Promise<Verdict> {
		const root = await this.#rootOf(file, text);
		if (root === undefined) return nothing;
		const judged = this.#judgements.get(root) ?? (await this.#lint(root));
		this.#judgements.set(root, judged);
		if ("code" in judged) return problemOf(judged);
		const saved = this.#roots.has(file) ? verdictIn(judged, file, text) : undefined;
		if (saved) return saved;
		const edited = await this.#lint(root, new Map([[file, text]]));
		return "code" in edited ? problemOf(edited) : (verdictIn(edited, file, text) ?? nothing);
	}

	async #lint(
		root: string,
		edited?: ReadonlyMap<string, string>,
	): Promise<Judged | ProjectProblem> {
		const request = { configDirectory: this.#base, root, ...(edited && { edited }) };
		const report = await lintRepository(this.#base, [], this.#settings, request);
		return "code" in report ? report : groupByFile(report);
	}

	/** The history that a file belongs to, or would belong to if it were saved. */
	async #rootOf(file: string, text: string): Promise<string | undefined> {
		const known = this.#roots.get(file);
		const isSaved = timeOfChange(path.resolve(this.#base, file)) !== undefined;
		if (known !== undefined || isSaved) return known;
		const projects = await discoverProjects(this.#base, [], this.#settings, {
			configDirectory: this.#base,
			edited: new Map([[file, text]]),
		});
		return "code" in projects ? undefined : rootsByFile(projects).get(file);
	}
}
