import { defaultServerVersion, type Config, type ProjectConfig } from "../core/config.ts";
import type {
	DatabaseId,
	Migration,
	MigrationSource,
	Project,
	ProjectProblem,
	TransactionClass,
} from "../core/migration.ts";
import { dialectFromPath, dialectFromSyntax, type DialectEvidence } from "./dialect-evidence.ts";
import {
	ancestorsOf,
	isWithin,
	joinPath,
	parentOf,
	pathFrom,
	releasedFiles,
	type Files,
} from "./files.ts";
import { compareWithApplied, type AppliedMigrations } from "./applied/compare.ts";
import type { AppliedHistories } from "./applied/read-applied.ts";
import { filesBefore } from "./earlier-files.ts";
import type { Place } from "./find.ts";
import type { GitChanges } from "./git.ts";
import { matchesGlob } from "./glob.ts";
import { goneMigrations, historyChanges, type HistoryChanges } from "./gone.ts";
import type { Layout, LayoutReading } from "./layouts/layout.ts";
import { plain, sourceOf } from "./layouts/plain.ts";
import { assignReleases, filesOf, type Named } from "./releases.ts";

/** A place and what the command line names of it. */
export interface Wanted {
	readonly place: Place;
	readonly named?: Named;
}

export interface ReadContext {
	/** What a database says is applied, by layout. */
	readonly applied?: AppliedHistories;
	readonly files: Files;
	readonly config: Config;
	readonly since?: GitChanges;
}

/** Reads a place as a project, or as one for each database when its files are written for several. */
export function readHistories(want: Wanted, context: ReadContext): readonly Project[] {
	const { detection, settings } = want.place;
	const databases = settings?.dialect === undefined ? (detection.databases ?? []) : [];
	if (databases.length === 0) return [readProject(want, context)];
	const projects = databases.map((id) => {
		const dialect = { id, why: "the names of the files" };
		return readProject(
			{ ...want, place: { ...want.place, detection: { ...detection, dialect } } },
			context,
		);
	});
	// A named file that is for one database is no part of the others.
	const fitting = projects.filter(({ problems }) =>
		problems.every(({ code }) => code !== "notInHistory"),
	);
	return fitting.length > 0 ? fitting : projects.slice(0, 1);
}

/** Reads a place as a project: its history in order, its dialect, its releases. */
function readProject({ place, named }: Wanted, context: ReadContext): Project {
	const { root, layout, settings = { root } } = place;
	const files = withoutExcluded(context.files, place);
	const released = context.since && releasedFiles(context.since.before);
	const first = layout.read(root, files, settings.dialect ?? "postgres", released);
	const dialect = dialectOf(place, first, files);
	// The layout may wrap other databases differently.
	const reading =
		dialect.id === "postgres" ? first : layout.read(root, files, dialect.id, released);
	const problems = [...reading.problems];
	const history = [
		...baselineOf(place, files, problems),
		...reading.migrations,
		...unlisted(reading, named, files, problems),
	].map((source) => withPlaceholders(withTransaction(source, settings.transaction), settings));
	if (history.length === 0 && problems.length === 0) problems.push(emptyDirectory(root));
	const changes = changesOf(history, place, context, dialect.id);
	const releases = assignReleases(history, layout.id, (file) => pathFrom(root, file, files.cwd), {
		...appliedOf(history, layout, context.applied),
		...(context.since ? { since: context.since } : {}),
		...(changes ? { changes } : {}),
		...(settings.releases ? { releases: settings.releases } : {}),
		...(named && isPartial(named, root) ? { named } : {}),
	});
	const migrations =
		named && isPartial(named, root) && !context.since
			? upTo(releases.migrations, named)
			: releases.migrations;
	return {
		root,
		layout: {
			id: layout.id,
			name: layout.name,
			why: place.detection.why,
			...(layout.orderedBy !== undefined && { orderedBy: layout.orderedBy }),
		},
		dialect: dialect.id,
		dialectWhy: dialect.why,
		...serverVersionOf(settings.serverVersion ?? context.config.serverVersion),
		candidatesWhy: releases.why,
		...(settings.searchPath ? { searchPath: settings.searchPath } : {}),
		migrations,
		problems: [
			...problems,
			...releases.problems,
			...(changes && context.since ? goneMigrations(changes, layout, context.since) : []),
			...programsNotRead(migrations),
		].filter((problem) =>
			concernsReview(problem, named && isPartial(named, root) ? named : undefined, context.since),
		),
	};
}

/** What git says of the history; that of before is read only where one of its files is not what it was. */
function changesOf(
	history: readonly MigrationSource[],
	place: Place,
	{ since, files }: ReadContext,
	dialect: DatabaseId,
): HistoryChanges | undefined {
	const touched = since ? [...since.modified, ...since.removed] : [];
	const known = new Set(history.flatMap(filesOf));
	const isOurs = (file: string): boolean => known.has(file) || isWithin(place.root, file);
	if (!since || !touched.some(isOurs)) return undefined;
	const before = withoutExcluded(filesBefore(files, since), place);
	const { migrations } = place.layout.read(place.root, before, dialect);
	return historyChanges(history, migrations, since);
}

/** A review of some files is not about the odd names of others. */
function concernsReview(
	{ code, file }: ProjectProblem,
	named: Named | undefined,
	since: GitChanges | undefined,
): boolean {
	if (file === undefined || (code !== "notInHistory" && code !== "badFileName")) return true;
	if (since) return since.added.has(file) || since.modified.has(file);
	if (!named) return true;
	return named.files.includes(file) || named.directories.some((one) => isWithin(one, file));
}

function serverVersionOf(
	configured: number | undefined,
): Pick<Project, "serverVersion" | "serverVersionWhy"> {
	return configured === undefined
		? { serverVersion: defaultServerVersion, serverVersionWhy: "nothing says otherwise" }
		: { serverVersion: configured, serverVersionWhy: "the config" };
}

/** One problem for all: a history of programs would bury everything else. */
function programsNotRead(migrations: readonly Migration[]): readonly ProjectProblem[] {
	const programs = migrations.flatMap(({ candidate, programFile }) =>
		candidate && programFile !== undefined ? [programFile] : [],
	);
	const [first] = programs;
	if (first === undefined) return [];
	const others = programs.length - 1;
	const subject =
		others === 0 ? `${first} is` : `${first} and ${others} more ${others === 1 ? "is" : "are"}`;
	return [
		{
			code: "programNotRead",
			severity: "info",
			file: first,
			message: `${subject} not SQL: what runs there was not judged`,
			hint: "Check by hand what it does to the schema; later migrations are judged without it.",
		},
	];
}

/** What a database has applied of a history; nothing when its tool's table is not there. */
function appliedOf(
	history: readonly MigrationSource[],
	layout: Layout,
	histories: AppliedHistories | undefined,
): { readonly applied?: AppliedMigrations } {
	if (!histories) return {};
	const found = histories.get(layout.id);
	if (layout.applied && found) {
		return { applied: compareWithApplied(history, layout.applied, found) };
	}
	const table = layout.applied?.table ?? "nothing";
	const problem: ProjectProblem = {
		code: "appliedButMissing",
		severity: "warning",
		message: layout.applied
			? `the database has no table ${table}, in which ${layout.name} writes what it has applied`
			: `${layout.name} keep no list of what is applied in the database`,
		hint: "Nothing is taken as released; name the database that the tool migrates, or use --since.",
	};
	return { applied: { table, applied: new Set(), problems: [problem] } };
}

/** Reads files that belong to no directory of migrations: one after the other, all candidates. */
export function looseProject(names: readonly string[], context: ReadContext): Project {
	const { files, config } = context;
	const problems: ProjectProblem[] = [];
	const sources = names.flatMap((name) => sourceOf(name, files, problems) ?? []);
	const [first = "."] = names;
	const root = parentOf(first);
	const { migrations, why } = assignReleases(sources, plain.id, (file) => file, {
		named: { files: names, directories: [] },
	});
	const texts = sources.flatMap((source) => source.up.map(({ file }) => file.text));
	const dialect = guessedDialect(root, texts, files);
	return {
		root,
		layout: { id: plain.id, name: plain.name, why: "files by themselves" },
		dialect: dialect.id,
		dialectWhy: dialect.why,
		...serverVersionOf(config.serverVersion),
		candidatesWhy: why,
		migrations,
		problems,
	};
}

/** A directory at or above the root asks for the whole project. */
function isPartial(named: Named, root: string): boolean {
	return !named.directories.some((directory) => isWithin(directory, root));
}

/** Leaves out what stands after the last candidate: it has not happened yet. */
function upTo(migrations: readonly Migration[], named: Named): readonly Migration[] {
	const isNamed = (file: string): boolean =>
		named.files.includes(file) || named.directories.some((directory) => isWithin(directory, file));
	const last = migrations.findLastIndex((migration) => filesOf(migration).some(isNamed));
	return last === -1 ? migrations : migrations.slice(0, last + 1);
}

/** A named file that the tool does not run (yet): it is judged as if it came last. */
function unlisted(
	reading: LayoutReading,
	named: Named | undefined,
	files: Files,
	problems: ProjectProblem[],
): readonly MigrationSource[] {
	const listed = new Set(reading.migrations.flatMap(filesOf));
	const sources: MigrationSource[] = [];
	for (const file of named?.files ?? []) {
		const isKnown = listed.has(file) || problems.some((known) => known.file === file);
		if (!listed.has(file) && !problems.some((known) => isFatalFor(known, file))) {
			const source = sourceOf(file, files, problems);
			if (source) sources.push({ ...source, placeholders: [] });
		}
		if (!isKnown) problems.push(notInHistory(file));
	}
	return sources;
}

function isFatalFor(problem: ProjectProblem, file: string): boolean {
	return problem.file === file && problem.severity === "error";
}

function notInHistory(file: string): ProjectProblem {
	return {
		code: "notInHistory",
		severity: "warning",
		file,
		message: `${file} is not among the files that the migration tool runs; it is read as the newest one`,
		hint: "Check its name and, where the tool keeps one, its entry in the journal.",
	};
}

function baselineOf(
	{ root, settings }: Place,
	files: Files,
	problems: ProjectProblem[],
): readonly MigrationSource[] {
	if (settings?.baseline === undefined) return [];
	const source = sourceOf(joinPath(root, settings.baseline), files, problems);
	return source ? [{ ...source, baseline: true }] : [];
}

function withTransaction(
	source: MigrationSource,
	transaction: TransactionClass | undefined,
): MigrationSource {
	if (transaction === undefined) return source;
	return {
		...source,
		up: source.up.map((section) => ({ ...section, transaction })),
		down: source.down.map((section) => ({ ...section, transaction })),
	};
}

/** What the config says wins over what the tool's own configuration says. */
function withPlaceholders(
	source: MigrationSource,
	{ placeholders }: ProjectConfig,
): MigrationSource {
	if (!placeholders || source.placeholders.length === 0) return source;
	return { ...source, placeholderValues: { ...source.placeholderValues, ...placeholders } };
}

/** The config's include, exclude and baseline hide files from the layout. */
function withoutExcluded(files: Files, { root, settings }: Place): Files {
	const { include, exclude = [] } = settings ?? {};
	const baseline = settings?.baseline === undefined ? undefined : joinPath(settings.baseline);
	if (!include && exclude.length === 0 && baseline === undefined) return files;
	const isHidden = (file: string): boolean => {
		const name = pathFrom(root, file, files.cwd);
		if (name === baseline) return true;
		if (exclude.some((glob) => matchesGlob(glob, name))) return true;
		if (!include || !/\.sql$/i.test(name)) return false;
		return !include.some((glob) => matchesGlob(glob, name));
	};
	return {
		...files,
		exists: (file) => !isHidden(file) && files.exists(file),
		list: (directory) =>
			files.list(directory).filter((name) => !isHidden(joinPath(directory, name))),
	};
}

function dialectOf(place: Place, reading: LayoutReading, files: Files): DialectEvidence {
	const configured = place.settings?.dialect;
	if (configured) return { id: configured, why: "the config" };
	if (place.detection.dialect) return place.detection.dialect;
	const texts = reading.migrations.flatMap((source) => source.up.map(({ file }) => file.text));
	return guessedDialect(place.root, texts, files);
}

function guessedDialect(root: string, texts: readonly string[], files: Files): DialectEvidence {
	const repository = ancestorsOf(root, files).find((directory) =>
		files.exists(joinPath(directory, ".git")),
	);
	// Outside a repository the folders above the working directory say nothing of the project.
	const inRepository =
		repository === undefined
			? root.replace(/^(?:\.\.\/)*/, "")
			: pathFrom(repository, root, files.cwd);
	return (
		dialectFromPath(inRepository) ??
		dialectFromSyntax(texts) ?? { id: "postgres", why: "nothing says otherwise" }
	);
}

function emptyDirectory(root: string): ProjectProblem {
	return {
		code: "emptyDirectory",
		severity: "warning",
		file: root,
		message: `${root} holds no migrations yet`,
		hint: "Nothing was checked there.",
	};
}
