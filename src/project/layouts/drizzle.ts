import { drizzleHash } from "../applied/checksums.ts";
import type { DatabaseId, MigrationSource, ProjectProblem } from "../../core/migration.ts";
import { readJson } from "../json.ts";
import { joinPath, type Files } from "../files.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import { duplicateRevisions, readInto, sqlNames, verifySections, wholeFile } from "./section.ts";

const journalFile = "meta/_journal.json";

const dialects: Readonly<Record<string, DatabaseId>> = {
	postgresql: "postgres",
	pg: "postgres",
	mysql: "mysql",
	singlestore: "mysql",
	sqlite: "sqlite",
	turso: "sqlite",
};

/**
 * Drizzle Kit: the journal says which files run and in which order. Newer versions have no journal but
 * a folder for each migration with migration.sql and snapshot.json.
 */
export const drizzle: Layout = {
	id: "drizzle",
	name: "Drizzle Kit",
	// better-sqlite3 and libsql are built with SQLITE_DEFAULT_FOREIGN_KEYS=1 (better-sqlite3: docs/compilation.md).
	sqliteForeignKeys: "on",
	orderedBy: "meta/_journal.json",
	applied: {
		table: "drizzle.__drizzle_migrations",
		also: ["__drizzle_migrations"],
		rows: "SELECT hash, NULL, false FROM {table} ORDER BY created_at",
		holds: "each",
		revisionOf: drizzleHash,
	},
	ownsFolders: true,

	detect(directory, files) {
		const path = joinPath(directory, journalFile);
		if (files.exists(path)) {
			const written = readJournal(path, files, []).dialect;
			const id = written === undefined ? undefined : dialects[written];
			const why = `dialect "${written ?? ""}" in ${journalFile}`;
			return { why: journalFile, ...(id ? { dialect: { id, why } } : {}) };
		}
		const folder = snapshotFolders(directory, files)[0];
		return folder === undefined
			? undefined
			: { why: `folders with migration.sql and snapshot.json like ${folder}` };
	},

	read(directory, files): LayoutReading {
		const problems: ProjectProblem[] = [];
		const path = joinPath(directory, journalFile);
		const tags = files.exists(path)
			? readJournal(path, files, problems).tags
			: snapshotFolders(directory, files);
		const isJournal = files.exists(path);
		const migrations: MigrationSource[] = [];
		for (const tag of new Set(tags)) {
			const file = isJournal ? `${tag}.sql` : `${tag}/migration.sql`;
			const source = sourceOf(tag, joinPath(directory, file), files, problems);
			if (source) migrations.push(source);
		}
		if (isJournal) problems.push(...orphans(directory, tags, files));
		return { migrations, problems };
	},

	refuses(wanted) {
		return `Drizzle runs all pending migrations in one transaction, and these ${wanted.length} steps need one each`;
	},
};

function sourceOf(
	tag: string,
	path: string,
	files: Files,
	problems: ProjectProblem[],
): MigrationSource | undefined {
	if (!files.exists(path)) {
		problems.push({
			code: "missingFile",
			severity: "error",
			file: path,
			message: `${path} is in Drizzle's journal but does not exist`,
			hint: `Put the file back or take the entry out of ${journalFile}: drizzle-kit migrate stops here.`,
		});
		return undefined;
	}
	const file = readInto(path, files, problems);
	if (!file) return undefined;
	return {
		id: tag,
		name: tag.replace(/^\d+_/, ""),
		// Every pending migration runs in one transaction (drizzle-orm src/pg-core/dialect.ts, migrate).
		up: [wholeFile(file, "all")],
		down: [],
		verify: verifySections(path, files, problems),
		placeholders: [],
	};
}

function snapshotFolders(directory: string, files: Files): readonly string[] {
	return files.list(directory).flatMap((entry) => {
		// Named <timestamp>_<words>: without this every folder above a file would be listed.
		if (!/^\d{8,}_.*\/$/.test(entry)) return [];
		const names = files.list(joinPath(directory, entry));
		const isOne = names.includes("migration.sql") && names.includes("snapshot.json");
		return isOne ? [entry.slice(0, -1)] : [];
	});
}

interface Journal {
	readonly dialect?: string;
	readonly tags: readonly string[];
}

function readJournal(path: string, files: Files, problems: ProjectProblem[]): Journal {
	const file = readInto(path, files, problems);
	if (!file) return { tags: [] };
	const bad = (message: string, at: number): Journal => {
		problems.push({
			code: "badJournal",
			severity: "error",
			file: path,
			range: { start: at, end: at },
			message: `${path} cannot be read: ${message}`,
			hint: "Write it again with drizzle-kit generate, or take it from the main branch.",
		});
		return { tags: [] };
	};
	const reading = readJson(file);
	if (!("value" in reading)) return bad(reading.message, reading.at);
	const journal: unknown = reading.value;
	if (typeof journal !== "object" || journal === null || !("entries" in journal)) {
		return bad("it has no list of entries", 0);
	}
	const entries: unknown = journal.entries;
	if (!Array.isArray(entries)) return bad("it has no list of entries", 0);
	const read = entries.flatMap((entry: unknown) => entryOf(entry) ?? []);
	if (read.length < entries.length) return bad("an entry has no tag", 0);
	problems.push(...journalOrder(path, read));
	problems.push(
		...duplicateRevisions(
			read.map(({ tag }) => ({ revision: tag, file: path })),
			"Drizzle",
		),
	);
	const dialect =
		"dialect" in journal && typeof journal.dialect === "string" ? journal.dialect : undefined;
	return { ...(dialect === undefined ? {} : { dialect }), tags: read.map(({ tag }) => tag) };
}

interface JournalEntry {
	readonly tag: string;
	readonly when: number;
}

function entryOf(entry: unknown): JournalEntry | undefined {
	if (typeof entry !== "object" || entry === null || !("tag" in entry)) return undefined;
	if (typeof entry.tag !== "string") return undefined;
	const when = "when" in entry && typeof entry.when === "number" ? entry.when : Infinity;
	return { tag: entry.tag, when };
}

/** Drizzle skips an entry whose time is not later than that of the last one it applied. */
function journalOrder(path: string, entries: readonly JournalEntry[]): readonly ProjectProblem[] {
	const problems: ProjectProblem[] = [];
	let latest: JournalEntry | undefined;
	for (const entry of entries) {
		if (latest && Number.isFinite(entry.when) && entry.when <= latest.when) {
			problems.push({
				code: "outOfOrder",
				severity: "warning",
				file: path,
				message: `${entry.tag} has an earlier "when" in the journal than ${latest.tag}, which stands before it`,
				hint: `A database that has ${latest.tag} already skips ${entry.tag} without a word. Give it a later "when".`,
			});
		} else {
			latest = entry;
		}
	}
	return problems;
}

function orphans(
	directory: string,
	tags: readonly string[],
	files: Files,
): readonly ProjectProblem[] {
	return sqlNames(directory, files)
		.filter((name) => !tags.includes(name.slice(0, -".sql".length)))
		.map((name) => ({
			code: "notInHistory",
			severity: "warning",
			file: joinPath(directory, name),
			message: `${joinPath(directory, name)} is not in Drizzle's journal: it never runs`,
			hint: `Remove the file, or add it to ${journalFile} with drizzle-kit generate.`,
		}));
}
