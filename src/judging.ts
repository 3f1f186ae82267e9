import type { Config } from "./core/config.ts";
import { isRead } from "./core/dialect.ts";
import { explain, type Explanation } from "./core/engine/explain.ts";
import type { Fault, TakeFault } from "./core/engine/fault.ts";
import type { History } from "./core/engine/history.ts";
import { judgeAfter } from "./core/engine/judged-past.ts";
import type { LintInput, LintResult } from "./core/engine/lint.ts";
import type { Project } from "./core/migration.ts";
import type { CodeObject, CodeSearch, SearchCode } from "./core/reference.ts";
import { loadDialect } from "./dialect/load.ts";
import type {
	Judgement,
	PastJudgement,
	ResultCache,
	StoredHistory,
} from "./project/result-cache.ts";
import type { ReportedProject } from "./report/report.ts";

/** What judging a project needs beside its history. */
export interface Circumstances extends Omit<LintInput, "history"> {
	readonly parser: Config["parser"];
	readonly cache: ResultCache | undefined;
}

/** What is reported of a project. */
export interface Judged {
	readonly reported: ReportedProject;
	readonly result?: LintResult;
	readonly explanations: readonly Explanation[];
	readonly faults?: readonly Fault[];
}

function describe({ root, layout, dialect }: Project): ReportedProject {
	return { root, layout: layout.id, dialect };
}

function notRead(project: Project): ReportedProject {
	const { dialect, dialectWhy } = project;
	return {
		...describe(project),
		notRead: `these are migrations for ${dialect} (${dialectWhy}); only PostgreSQL, MySQL, MariaDB and SQLite are read so far.`,
	};
}

/** What a judgement follows from beside the migrations, the version of lockkeeper and the code that rules search. */
function causeOf(project: Project, given: Circumstances): object {
	const { dialect, serverVersion, searchPath, settings = new Map() } = project;
	return {
		project: { dialect, serverVersion, searchPath, settings: [...settings] },
		rules: given.rules.map(({ rule, severity }) => [rule.id, severity]),
		statistics: [[...given.rows], [...(given.tables ?? [])]],
		compatibility: given.compatibility,
		parser: given.parser,
	};
}

function saysTheSame(
	{ asked }: Judgement | PastJudgement,
	searchCode: SearchCode | undefined,
): boolean {
	return asked.every(
		({ object, answer }) => JSON.stringify(searchCode?.(object)) === JSON.stringify(answer),
	);
}

interface JudgedAnew extends Judgement {
	/** What is worth keeping on the way. */
	readonly pasts: readonly PastJudgement[];
}

/** Judges a history from where a past ends that is stored, and notes what the rules ask the code. */
function judgeAnew(
	history: History,
	given: Circumstances,
	stored: StoredHistory | undefined,
	fault: TakeFault,
): JudgedAnew {
	const { searchCode } = given;
	const { degraded } = history.dialect.engine;
	const begin = stored?.latestPast(
		(past) => degraded === undefined && saysTheSame(past, searchCode),
	);
	const answers = new Map<CodeObject, CodeSearch>();
	for (const { object, answer } of begin?.asked ?? []) answers.set(object, answer);
	const asked = () => [...answers].map(([object, answer]) => ({ object, answer }));
	const input: LintInput = {
		...given,
		fault,
		history,
		rules: given.rules.filter(({ rule }) => rule.dialects.includes(history.dialect.id)),
		...(searchCode && {
			searchCode: (object) => {
				const answer = searchCode(object);
				answers.set(object, answer);
				return answer;
			},
		}),
	};
	const done = begin?.past.migrations ?? 0;
	const ends = new Set(stored?.ends.filter((end) => end > done));
	const pasts: PastJudgement[] = [];
	const result = judgeAfter(input, begin?.past, ends, (past) => {
		pasts.push({ past, asked: asked() });
	});
	return { result, asked: asked(), pasts };
}

/** Judges a project, or finds its judgement in the cache: then not even its dialect is loaded. */
export async function judgeProject(
	project: Project,
	given: Circumstances,
	explains: boolean,
): Promise<Judged> {
	const cache = explains ? undefined : given.cache;
	const stored = cache?.open(causeOf(project, given), project.migrations);
	const known = stored?.read();
	if (known && saysTheSame(known, given.searchCode)) {
		return { reported: describe(project), result: known.result, explanations: [] };
	}
	if (!isRead(project.dialect)) return { reported: notRead(project), explanations: [] };
	const dialect = await loadDialect(project.dialect, given.parser, project.serverVersion);
	const history: History = {
		migrations: project.migrations,
		dialect,
		version: project.serverVersion,
		...(project.searchPath && { searchPath: project.searchPath }),
		...(project.settings && { settings: project.settings }),
	};
	const faults: Fault[] = [];
	const judgement = judgeAnew(history, given, stored, (fault) => faults.push(fault));
	const { degraded } = dialect.engine;
	// A degraded run is not kept: the next may have the whole parser. Nor is one that met a bug.
	if (stored && degraded === undefined && faults.length === 0) {
		stored.write(judgement);
		stored.writePasts(judgement.pasts);
	}
	return {
		reported: { ...describe(project), ...(degraded !== undefined && { degraded }) },
		result: judgement.result,
		explanations: explains ? explain(history, (fault) => faults.push(fault)) : [],
		faults,
	};
}
