import path from "node:path";
import type { Config } from "../core/config.ts";
import { isRead, type DialectId } from "../core/dialect.ts";
import type { LintInput } from "../core/engine/lint.ts";
import type { Finding } from "../core/finding.ts";
import type { Migration, Project, ProjectProblem } from "../core/migration.ts";
import { recipes } from "../generated/recipes.ts";
import { rules } from "../generated/rules.ts";
import { loadDialect } from "../dialect/load.ts";
import { baselinePath, readBaseline } from "../project/baseline-file.ts";
import { openDiscovery, type Discovery } from "../project/discover.ts";
import { parentOf, pathFrom, relativePath, type Files } from "../project/files.ts";
import { matchesGlob } from "../project/glob.ts";
import { codeSearch } from "../project/references/search.ts";
import { filesOf } from "../project/releases.ts";
import { readStatistics } from "../project/statistics.ts";
import { withoutBaseline } from "../report/baseline.ts";
import { activeRules, baselineScope, type LintRequest } from "../repository.ts";

/** What an open file is judged with. */
export interface Surroundings {
	/** The workspace folder, absolute: paths are relative to it. */
	readonly directory: string;
	readonly files: Files;
	readonly config: Config;
	/** Absolute; the paths in the config are relative to it. */
	readonly configDirectory: string;
	readonly request: Pick<LintRequest, "preset">;
	/** The texts of open documents by path. */
	readonly texts: ReadonlyMap<string, string>;
}

/** An open file that is part of a history, with all that is needed to judge it. */
export interface OpenMigration {
	/** Relative to the workspace folder. */
	readonly path: string;
	readonly surroundings: Surroundings;
	readonly project: Project;
	/** Those of the file itself. */
	readonly migrations: readonly Migration[];
	readonly input: LintInput;
	/** True when a file (absolute) is part of the same history. */
	uses(file: string): boolean;
	/** Returns what is wrong with the text that was read last, before any SQL is read. */
	problems(): readonly ProjectProblem[];
	/** Returns the migration of another text of the file; undefined when it would be several or none. */
	reread(text: string): Migration | undefined;
	/** Leaves out the findings that the baseline holds. */
	withoutAccepted(findings: readonly Finding[], text: string): readonly Finding[];
}

/** Returns the open file as part of its history; undefined for one that no history has, or a problem. */
export async function openMigration(
	path: string,
	surroundings: Surroundings,
): Promise<OpenMigration | ProjectProblem | undefined> {
	if (isIgnored(path, surroundings)) return undefined;
	const { directory, config, configDirectory, files, texts, request } = surroundings;
	const statistics = readStatistics(configDirectory, config);
	if ("code" in statistics) return statistics;
	const serverVersion = config.serverVersion ?? statistics.serverVersion;
	const versioned = serverVersion === undefined ? config : { ...config, serverVersion };
	const discovery = await openDiscovery(directory, [path], versioned, {
		configDirectory,
		files,
		edited: texts,
		historiesOnly: true,
	});
	// A file that no history has is nobody's problem in an editor.
	if ("code" in discovery) return discovery.code === "emptyDirectory" ? undefined : discovery;
	const read = (...options: Parameters<Discovery["read"]>): ReadProject | undefined =>
		discovery
			.read(...options)
			.filter(hasReadDialect)
			.find((project) => holds(project, path));
	const project = read();
	if (!project) return undefined;
	const dialect = await loadDialect(project.dialect, config.parser, project.serverVersion);
	const searchCode = codeSearch(directory, {
		directory: configDirectory,
		...(config.code && { only: config.code }),
		without: [project.root],
	});
	const migrations = migrationsOf(project, path);
	const known = new Set(project.migrations.flatMap(filesOf));
	const isSeveral = migrations.length > 1;
	let problems = project.problems.filter(({ file }) => file === path);
	return {
		path,
		surroundings,
		project,
		migrations,
		problems: () => problems,
		uses: (file) => known.has(relativePath(directory, file)),
		input: {
			history: {
				migrations: project.migrations,
				dialect,
				version: project.serverVersion,
				...(project.searchPath && { searchPath: project.searchPath }),
				...(project.settings && { settings: project.settings }),
			},
			rules: activeRules(config, request).filter(({ rule }) => rule.dialects.includes(dialect.id)),
			recipes: new Map(recipes.map((recipe) => [recipe.id, recipe])),
			ruleIds: new Set(rules.map(({ id }) => id)),
			rows: statistics.rows,
			tables: statistics.tables,
			...(searchCode && { searchCode }),
			...(config.compatibility && { compatibility: config.compatibility }),
		},
		reread(text) {
			if (isSeveral) return undefined;
			const texts = new Map([[path, text]]);
			const [original] = migrations;
			const alone = original && /\.sql$/i.test(path) ? read(texts, leavesOut(original)) : undefined;
			const [found, ...more] = alone ? migrationsOf(alone, path) : [];
			if (original && found?.id === original.id && more.length === 0) {
				const inText = alone?.problems.filter(({ file, range }) => file === path && range) ?? [];
				problems = [...problems.filter(({ range }) => !range), ...inText];
				const { order, release, candidate } = original;
				return { ...found, order, release, candidate };
			}
			const again = read(texts);
			if (!again) return undefined;
			problems = again.problems.filter(({ file }) => file === path);
			const [only, ...others] = migrationsOf(again, path);
			return others.length > 0 ? undefined : only;
		},
		withoutAccepted: acceptedFilter(path, surroundings),
	};
}

function isIgnored(file: string, { config, configDirectory, directory }: Surroundings): boolean {
	const base = relativePath(directory, configDirectory);
	const name = pathFrom(base, file, directory.split(path.sep).join("/"));
	return (config.ignore ?? []).some((glob) => matchesGlob(glob, name));
}

function migrationsOf({ migrations }: Project, file: string): readonly Migration[] {
	return migrations.filter(({ up, down }) =>
		[...up, ...down].some((section) => section.file.path === file),
	);
}

/** A project in SQL of a database that is read. */
type ReadProject = Project & { readonly dialect: DialectId };

function hasReadDialect(project: Project): project is ReadProject {
	return isRead(project.dialect);
}

/** True for a file that the tool runs, or a SQL file beside those: one that its journal has yet to name. */
function holds(project: Project, file: string): boolean {
	if (migrationsOf(project, file).length === 0) return false;
	const isListed = !project.problems.some(
		(problem) => problem.code === "notInHistory" && problem.file === file,
	);
	if (isListed) return true;
	return (
		/\.sql$/i.test(file) &&
		project.migrations
			.flatMap(filesOf)
			.some((other) => other !== file && parentOf(other) === parentOf(file))
	);
}

/**
 * Of a history of SQL files only those of one migration are read again: what a layout reads in a file does
 * not depend on the others, and reading 2,000 of them takes longer than a keystroke.
 */
function leavesOut(migration: Migration): (file: string) => boolean {
	const own = new Set(filesOf(migration));
	return (file) => /\.sql$/i.test(file) && !own.has(file);
}

function acceptedFilter(
	file: string,
	{ directory, configDirectory }: Surroundings,
): OpenMigration["withoutAccepted"] {
	const accepted = readBaseline(directory, baselinePath(directory, configDirectory));
	if (!accepted || "code" in accepted) return (findings) => findings;
	return (findings, text) => {
		const files = new Map([[file, { path: file, text }]]);
		const scope = baselineScope(directory, path.resolve(directory, accepted.file), files);
		return withoutBaseline(findings, accepted.baseline, scope).findings;
	};
}
