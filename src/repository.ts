import path from "node:path";
import type { Config, RuleSetting } from "./core/config.ts";
import { databaseNames, isRead } from "./core/dialect.ts";
import type { Finding } from "./core/finding.ts";
import type { Explanation } from "./core/engine/explain.ts";
import type { Fault } from "./core/engine/fault.ts";
import { withUses } from "./core/engine/code-use.ts";
import type { ActiveRule, Counts } from "./core/engine/lint.ts";
import type { Project, ProjectProblem, Section } from "./core/migration.ts";
import { presetIncludes, type Preset } from "./core/preset.ts";
import type { SourceFile } from "./core/source.ts";
import { judgeProject, type Circumstances } from "./judging.ts";
import { recipes } from "./generated/recipes.ts";
import { rules } from "./generated/rules.ts";
import { codeSearch } from "./project/references/search.ts";
import { discoverProjects, type DiscoveryRequest } from "./project/discover.ts";
import {
	baselinePath,
	nameInBaseline,
	readBaseline,
	type LoadedBaseline,
} from "./project/baseline-file.ts";
import { directoryInRepository } from "./project/git.ts";
import type { ResultCache } from "./project/result-cache.ts";
import { filesOf } from "./project/releases.ts";
import { agedStatistics, readStatistics } from "./project/statistics.ts";
import {
	filterBaseline,
	sizeOf,
	withoutBaseline,
	type Baseline,
	type BaselineScope,
} from "./report/baseline.ts";
import type { LintReport, ReportedProject } from "./report/report.ts";

/** What a run of lint asks for beside paths and config. */
export interface LintRequest extends DiscoveryRequest {
	/** Wins over the config's. */
	readonly preset?: Preset;
	/** Only these rules. */
	readonly only?: readonly string[];
	/** All but these rules. */
	readonly skip?: readonly string[];
	/** Severities that win over the config's. */
	readonly severities?: Readonly<Record<string, RuleSetting>>;
	/** A file of accepted findings instead of the one beside the config; false: none. */
	readonly baseline?: string | false;
	/** Now, in milliseconds since 1970: old statistics are then noted. */
	readonly today?: number;
	/** Whether the report tells what each statement does. */
	readonly explains?: boolean;
	/** Judgements of earlier runs: what has not changed since is not judged again. */
	readonly cache?: ResultCache;
	/** Only the history in this directory, of those that are found. */
	readonly root?: string;
}

const noCounts: Counts = {
	migrations: 0,
	statements: 0,
	unread: 0,
	ignored: 0,
	history: { migrations: 0, statements: 0, unread: 0 },
};

function addCounts(a: Counts, b: Counts): Counts {
	return {
		migrations: a.migrations + b.migrations,
		statements: a.statements + b.statements,
		unread: a.unread + b.unread,
		ignored: a.ignored + b.ignored,
		history: {
			migrations: a.history.migrations + b.history.migrations,
			statements: a.history.statements + b.history.statements,
			unread: a.history.unread + b.history.unread,
		},
	};
}

/** Returns the rules that are on, with the severities that the user set. A rule that is named is on. */
export function activeRules(config: Config, request: LintRequest): readonly ActiveRule[] {
	const preset = request.preset ?? config.preset ?? "recommended";
	return rules.flatMap((rule): readonly ActiveRule[] => {
		const setting = request.severities?.[rule.id] ?? config.rules?.[rule.id];
		if (request.only && !request.only.includes(rule.id)) return [];
		const isNamed = setting !== undefined || request.only !== undefined;
		if (!isNamed && !presetIncludes(preset, rule.preset)) return [];
		if (setting === "off" || request.skip?.includes(rule.id)) return [];
		return [setting === undefined ? { rule } : { rule, severity: setting }];
	});
}

function sectionsOf(project: Project): readonly Section[] {
	return project.migrations.flatMap(({ up, down, verify }) => [...up, ...down, ...verify]);
}

/** Returns the baseline that a run uses: the named one must exist. */
function baselineFor(
	cwd: string,
	{ configDirectory = cwd, baseline }: LintRequest,
): ReturnType<typeof readBaseline> {
	if (baseline === false) return undefined;
	const found = readBaseline(cwd, baselinePath(cwd, configDirectory, baseline));
	if (found !== undefined || baseline === undefined) return found;
	return {
		code: "fileNotFound",
		severity: "error",
		file: baseline,
		message: `${baseline} does not exist`,
		hint: "Check the path of --baseline; lockkeeper baseline writes the file.",
	};
}

/** How a baseline in a file names the files of a report. */
export function baselineScope(
	cwd: string,
	baseline: string,
	files: ReadonlyMap<string, SourceFile>,
): BaselineScope {
	return { files, nameOf: (file) => nameInBaseline(cwd, baseline, file) };
}

function staleProblem(file: string, stale: Baseline): readonly ProjectProblem[] {
	const { findings } = sizeOf(stale);
	if (findings === 0) return [];
	const subject = findings === 1 ? "1 finding" : `${findings} findings`;
	return [
		{
			code: "staleBaseline",
			severity: "info",
			file,
			message: `${file} holds ${subject} that no longer ${findings === 1 ? "exists" : "exist"}`,
			hint: "lockkeeper baseline --prune takes them out.",
		},
	];
}

/** Leaves out what the baseline holds. What nothing needed is stale if this run judged everything. */
function applyBaseline(
	report: LintReport,
	{ baseline, file }: LoadedBaseline,
	scope: BaselineScope,
	isOn: (rule: string) => boolean,
	isWhole: boolean,
): LintReport {
	const { findings, rest } = withoutBaseline(report.findings, baseline, scope);
	const open = new Set(findings);
	const stale = filterBaseline(rest, (_, rule) => isWhole && isOn(rule));
	return {
		...report,
		findings,
		problems: [...report.problems, ...staleProblem(file, stale)],
		baseline: { file, leftOut: report.findings.filter((one) => !open.has(one)), stale },
	};
}

/** What a bug of ours leaves unsaid at a statement. One is told once, however often it was met there. */
function faultProblems(faults: readonly Fault[]): readonly ProjectProblem[] {
	const problems = faults.map(({ rule, file, range, start, error }): ProjectProblem => {
		const what = error instanceof Error ? error.message : String(error);
		return {
			code: "bug",
			severity: "error",
			file,
			range,
			message:
				rule === undefined
					? `the statement of line ${start.line} is not wholly judged because of a bug of lockkeeper: ${what}`
					: `the rule ${rule} stopped at the statement of line ${start.line} because of a bug of lockkeeper: ${what}`,
			hint: "Everything else has been judged. Please report the bug with the statement.",
			details: error instanceof Error ? (error.stack ?? what) : what,
		};
	});
	const places = problems.map(({ message, file, range }) => `${message} ${file} ${range?.start}`);
	return problems.filter((_, at) => places.indexOf(places[at] ?? "") === at);
}

const same = (finding: Finding): Finding => finding;

/** Says of findings whose database they are about. */
function nameDatabase(database: Project["dialect"]): (finding: Finding) => Finding {
	if (!isRead(database)) return same;
	const name = databaseNames[database];
	return (finding) => ({
		...finding,
		message: `${name}: ${finding.message}`,
		dialect: database,
	});
}

/**
 * Lints the migrations that the paths name, or those of the config, or those found below `cwd`.
 * Returns a problem instead of a report when nothing could be read.
 */
export async function lintRepository(
	cwd: string,
	paths: readonly string[],
	config: Config,
	request: LintRequest = {},
): Promise<LintReport | ProjectProblem> {
	const statistics = readStatistics(request.configDirectory ?? cwd, config);
	if ("code" in statistics) return statistics;
	const serverVersion = config.serverVersion ?? statistics.serverVersion;
	const versioned = serverVersion === undefined ? config : { ...config, serverVersion };
	const found = await discoverProjects(cwd, paths, versioned, request);
	if ("code" in found) return found;
	const projects = found.filter(({ root }) => root === (request.root ?? root));
	const accepted = baselineFor(cwd, request);
	if (accepted && "code" in accepted) return accepted;
	const isOfSeveral = new Set(projects.map(({ dialect }) => dialect).filter(isRead)).size > 1;
	const active = activeRules(config, request);
	const reported: ReportedProject[] = [];
	const findings: Finding[] = [];
	const ignored: Finding[] = [];
	const problems: ProjectProblem[] = [...agedStatistics(statistics, request.today)];
	const files = new Map<string, SourceFile>();
	const explanations: Explanation[] = [];
	const judged: string[] = [];
	let counts = noCounts;
	const searchCode = codeSearch(cwd, {
		directory: request.configDirectory ?? cwd,
		...(config.code && { only: config.code }),
		without: found.map(({ root }) => root),
	});
	const given: Circumstances = {
		rules: active,
		recipes: new Map(recipes.map((recipe) => [recipe.id, recipe])),
		ruleIds: new Set(rules.map((rule) => rule.id)),
		rows: statistics.rows,
		tables: statistics.tables,
		...(searchCode && { searchCode }),
		...(config.compatibility && { compatibility: config.compatibility }),
		parser: config.parser,
		cache: request.cache,
	};
	for (const project of projects) {
		const {
			reported: shown,
			result,
			...told
		} = await judgeProject(project, given, request.explains === true);
		reported.push(shown);
		problems.push(...project.problems, ...faultProblems(told.faults ?? []));
		for (const { file } of sectionsOf(project)) files.set(file.path, file);
		if (!result) continue;
		judged.push(...project.migrations.filter(({ candidate }) => candidate).flatMap(filesOf));
		explanations.push(...told.explanations);
		const named = isOfSeveral ? nameDatabase(project.dialect) : same;
		findings.push(...withUses(result, searchCode).map(named));
		ignored.push(...result.ignored.map(named));
		counts = addCounts(counts, result.counts);
	}
	const report: LintReport = {
		projects: reported,
		findings,
		ignored,
		problems,
		counts,
		files,
		judged,
		directory: directoryInRepository(cwd),
		...(request.explains === true && { explanations }),
	};
	if (!accepted) return report;
	const isWhole =
		paths.length === 0 &&
		request.since === undefined &&
		request.root === undefined &&
		!request.stdin;
	const ids = new Set(active.map(({ rule }) => rule.id));
	return applyBaseline(
		report,
		accepted,
		baselineScope(cwd, path.resolve(cwd, accepted.file), files),
		(rule) => ids.has(rule),
		isWhole,
	);
}
