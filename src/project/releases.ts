import type { ReleaseConfig } from "../core/config.ts";
import type { Migration, MigrationSource, ProjectProblem } from "../core/migration.ts";
import { isWithin, joinPath, parentOf } from "./files.ts";
import type { AppliedMigrations } from "./applied/compare.ts";
import type { GitChanges } from "./git.ts";
import { matchesGlob } from "./glob.ts";
import type { HistoryChanges } from "./gone.ts";

/** What decides which migrations are under review: the first that is given. */
export interface ReleaseEvidence {
	/** What a database has applied: that is released. */
	readonly applied?: Pick<AppliedMigrations, "table" | "applied" | "problems">;
	readonly since?: GitChanges;
	/** What that did to the history; left out when no released file was touched. */
	readonly changes?: HistoryChanges;
	readonly releases?: readonly ReleaseConfig[];
	readonly named?: Named;
}

/** What the command line names of a project. */
export interface Named {
	/** One candidate release together. */
	readonly files: readonly string[];
	/** Every migration in them is a release of its own. */
	readonly directories: readonly string[];
}

interface Assigned {
	readonly release: string;
	readonly candidate: boolean;
}

export interface ReleaseReading {
	readonly migrations: readonly Migration[];
	readonly problems: readonly ProjectProblem[];
	/** What told candidates from released ones, for people. */
	readonly why: string;
}

/** The name of the release that is made of what git or the command line say. */
const candidateRelease = "candidate";

/**
 * Returns the migrations with their releases; `below` gives the path of a file below the project's root. Without evidence each is a release of its own and all
 * are candidates, except for baselines, which never run on a database with users.
 */
export function assignReleases(
	sources: readonly MigrationSource[],
	layout: string,
	below: (file: string) => string,
	evidence: ReleaseEvidence,
): ReleaseReading {
	const problems: ProjectProblem[] = [];
	const assign = assignment(sources, below, evidence, problems);
	const ownNames = ownReleases(sources);
	const migrations = sources.map((source, order): Migration => {
		const own = ownNames[order] ?? source.id;
		const { release, candidate } = assign(source, own, order);
		return { ...source, layout, order, release, candidate };
	});
	if (evidence.applied) problems.push(...evidence.applied.problems);
	if (evidence.since ?? evidence.applied) problems.push(...lateMigrations(migrations));
	return { migrations, problems, why: whyOf(evidence) };
}

function whyOf({ applied, since, releases, named }: ReleaseEvidence): string {
	if (applied) return `not applied, says ${applied.table}`;
	if (since) return `added since ${since.reference}`;
	if (releases && releases.length > 0) return "the last release that the config describes";
	if (named) return "named on the command line";
	return "nothing says what is released: each is judged by itself";
}

type Assign = (source: MigrationSource, own: string, order: number) => Assigned;

function assignment(
	sources: readonly MigrationSource[],
	below: (file: string) => string,
	{ applied, since, changes, releases, named }: ReleaseEvidence,
	problems: ProjectProblem[],
): Assign {
	if (applied) return byApplied(applied.applied);
	if (since) return bySince(since, changes, problems);
	if (releases && releases.length > 0) return byConfig(sources, below, releases, problems);
	if (named) return byName(named);
	return (source, own) => ({ release: own, candidate: source.baseline !== true });
}

/** Returns the id of each migration, told apart where a revision occurs twice. */
function ownReleases(sources: readonly MigrationSource[]): readonly string[] {
	const counts = new Map<string, number>();
	return sources.map(({ id }) => {
		const count = (counts.get(id) ?? 0) + 1;
		counts.set(id, count);
		return count === 1 ? id : `${id} (${count})`;
	});
}

/** Returns the files that hold what the tool runs for a migration. */
export function filesOf(source: MigrationSource): readonly string[] {
	const sections = [...source.up, ...source.down, ...source.verify];
	const [first] = sections;
	// Most are one file, and there may be thousands.
	if (first && sections.length === 1 && source.programFile === undefined) return [first.file.path];
	const program = source.programFile === undefined ? [] : [source.programFile];
	return [...new Set([...sections.map((section) => section.file.path), ...program])];
}

/** Returns the file that a migration is known by. */
export function mainFile(source: MigrationSource): string | undefined {
	return source.up[0]?.file.path ?? filesOf(source)[0];
}

/** A repeatable migration may run again whenever it is changed: an applied one is released all the same. */
function byApplied(applied: ReadonlySet<MigrationSource>): Assign {
	return (source, own) =>
		applied.has(source) || source.baseline === true
			? { release: own, candidate: false }
			: { release: candidateRelease, candidate: true };
}

function bySince(
	since: GitChanges,
	changes: HistoryChanges | undefined,
	problems: ProjectProblem[],
): Assign {
	return (source, own) => {
		const file = mainFile(source);
		const released = { release: own, candidate: false };
		const candidate = { release: candidateRelease, candidate: true };
		// A dump of the schema is written anew with each migration.
		if (file === undefined || source.baseline) return released;
		const isAdded = since.added.has(file);
		const change = changes?.of(source) ?? "new";
		if (isAdded && change === "new") return candidate;
		if (!isAdded && !since.modified.has(file)) return released;
		if (source.repeatable || change === "new") return candidate;
		if (change === "none") return released;
		problems.push({
			code: "editedAfterRelease",
			severity: "warning",
			file,
			message: `${file} was changed after its release: it was there at ${since.reference}`,
			hint: "Databases that ran it will not run it again. Take the change back and write a new migration.",
		});
		return released;
	};
}

/** The tool would run a new migration after those that are already applied, or not at all. */
function lateMigrations(migrations: readonly Migration[]): readonly ProjectProblem[] {
	const last = migrations.findLast(
		(migration) => !migration.candidate && !migration.repeatable && !migration.baseline,
	);
	if (!last) return [];
	return migrations
		.filter((migration) => migration.candidate && migration.order < last.order)
		.filter((migration) => !migration.baseline)
		.map((migration): ProjectProblem => {
			const file = mainFile(migration);
			return {
				code: "outOfOrder",
				severity: "warning",
				...(file === undefined ? {} : { file }),
				message: `${migration.id} is new but stands before ${last.id}, which is already released`,
				hint: `Give it a revision after ${last.id}: many tools skip it or stop where ${last.id} has run.`,
			};
		});
}

function byName({ files, directories }: Named): Assign {
	return (source, own) => {
		const parts = filesOf(source);
		if (parts.some((file) => files.includes(file))) {
			return { release: candidateRelease, candidate: true };
		}
		const isInside = parts.some((file) =>
			directories.some((directory) => isWithin(directory, file)),
		);
		return { release: own, candidate: isInside && source.baseline !== true };
	};
}

/** The last release is the candidate; a migration that no entry names is a release of its own. */
function byConfig(
	sources: readonly MigrationSource[],
	below: (file: string) => string,
	entries: readonly ReleaseConfig[],
	problems: ProjectProblem[],
): Assign {
	const namers = entries.map((entry) => releaseNamer(entry, sources, below, problems));
	const ownNames = ownReleases(sources);
	const names = sources.map((source, order) => {
		for (const name of namers) {
			const found = name(source, order);
			if (found !== undefined) return found;
		}
		return ownNames[order] ?? source.id;
	});
	const last = names[sources.findLastIndex((source) => !source.repeatable && !source.baseline)];
	return (source, own, order) => {
		const release = names[order] ?? own;
		return { release, candidate: release === last && source.baseline !== true };
	};
}

type ReleaseNamer = (source: MigrationSource, order: number) => string | undefined;

function releaseNamer(
	entry: ReleaseConfig,
	sources: readonly MigrationSource[],
	below: (file: string) => string,
	problems: ProjectProblem[],
): ReleaseNamer {
	if ("pattern" in entry) {
		const pattern = new RegExp(entry.pattern);
		return (source) => {
			const match = pattern.exec(source.id);
			return match ? (match[1] ?? match[0]) : undefined;
		};
	}
	if ("directory" in entry) {
		const glob = joinPath(entry.directory);
		return (source) => {
			const file = mainFile(source);
			return file === undefined ? undefined : folderMatching(glob, below(file));
		};
	}
	const find = (id: string): number => {
		const order = sources.findIndex((source) => source.id === id);
		if (order === -1) problems.push(unknownRevision(id));
		return order;
	};
	const from = find(entry.from);
	const to = entry.to === undefined ? sources.length - 1 : find(entry.to);
	const name = entry.name ?? `${entry.from}..${entry.to ?? ""}`;
	return (_, order) => (from >= 0 && order >= from && order <= to ? name : undefined);
}

function folderMatching(glob: string, file: string): string | undefined {
	const depth = glob.split("/").length;
	const parts = parentOf(file).split("/");
	if (parts.length < depth) return undefined;
	const folder = parts.slice(0, depth).join("/");
	return matchesGlob(glob, folder) ? folder : undefined;
}

function unknownRevision(id: string): ProjectProblem {
	return {
		code: "unknownRevision",
		severity: "error",
		message: `the config's releases name the revision "${id}", which the history does not have`,
		hint: "Write the revision as the migration tool knows it.",
	};
}
