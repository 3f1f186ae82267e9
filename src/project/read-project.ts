import type { Config } from "../core/config.ts";
import { isRead, type DialectId } from "../core/dialect.ts";
import {
	assumedVersion,
	defaultServerVersions,
	serverVersionNumber,
	type WrittenVersion,
} from "../core/server-version.ts";
import type {
	DatabaseId,
	Migration,
	MigrationSource,
	Project,
	ProjectProblem,
} from "../core/migration.ts";
import { compareWithApplied, type AppliedMigrations } from "./applied/compare.ts";
import type { AppliedHistories } from "./applied/read-applied.ts";
import { dialectOf } from "./dialect-of-project.ts";
import { filesBefore } from "./earlier-files.ts";
import { isWithin, pathFrom, releasedFiles, type Files } from "./files.ts";
import type { Place } from "./find.ts";
import type { GitChanges } from "./git.ts";
import { goneMigrations, historyChanges, type HistoryChanges } from "./gone.ts";
import type { Layout } from "./layouts/layout.ts";
import { concernsReview, isPartial, unlisted, upTo } from "./named-files.ts";
import {
	baselineOf,
	withoutExcluded,
	withPlaceholders,
	withTransaction,
} from "./project-settings.ts";
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
	/** The command line says which database it is for. */
	readonly dialect?: DialectId;
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
	const asked = context.dialect ?? settings.dialect;
	const first = layout.read(root, files, asked ?? "postgres", released);
	const dialect = context.dialect
		? { id: context.dialect, why: "the command line" }
		: dialectOf(place, first, files);
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
		...serverVersionOf(dialect.id, settings.serverVersion ?? context.config.serverVersion),
		candidatesWhy: releases.why,
		...(settings.searchPath ? { searchPath: settings.searchPath } : {}),
		...(dialect.id === "sqlite" && layout.sqliteForeignKeys
			? { settings: new Map([["foreign_keys", layout.sqliteForeignKeys]]) }
			: {}),
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

/** The version that the config says, if that database has such a version. */
export function serverVersionOf(
	database: DatabaseId,
	configured: WrittenVersion | undefined,
): Pick<Project, "serverVersion" | "serverVersionWhy"> {
	const dialect = isRead(database) ? database : "postgres";
	const version = configured === undefined ? undefined : serverVersionNumber(dialect, configured);
	return version === undefined
		? {
				serverVersion: defaultServerVersions[dialect],
				serverVersionWhy: assumedVersion,
			}
		: { serverVersion: version, serverVersionWhy: "the config" };
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

function emptyDirectory(root: string): ProjectProblem {
	return {
		code: "emptyDirectory",
		severity: "warning",
		file: root,
		message: `${root} holds no migrations yet`,
		hint: "Nothing was checked there.",
	};
}
