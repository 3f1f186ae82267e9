import { rowEach } from "../applied/history-table.ts";
import type { DatabaseId, MigrationSource, ProjectProblem } from "../../core/migration.ts";
import { joinPath, parentOf, type Files } from "../files.ts";
import { mainFile } from "../releases.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import { embeddedSection } from "./program.ts";
import { dumpOf, structureFile } from "./rails-dump.ts";
import { railsReader } from "./rails-reader.ts";
import { compareDigits, duplicateRevisions, readInto } from "./section.ts";

const fileName = /^(\d+)_(.*)\.rb$/;

/**
 * Rails: Ruby programs in db/migrate. db/structure.sql and db/schema.rb are dumps of the schema: where the
 * migrations that made it are no longer all there, the history starts with the dump.
 */
export const rails: Layout = {
	id: "rails",
	name: "Rails",
	// The adapter runs PRAGMA foreign_keys = ON when it connects (configure_connection in
	// activerecord/lib/active_record/connection_adapters/sqlite3_adapter.rb).
	sqliteForeignKeys: "on",
	applied: rowEach("schema_migrations", "version"),
	ownsFolders: false,
	load: railsReader.load,

	detect(directory, files) {
		const structure = structureEvidence(directory, files);
		if (structure !== undefined) return { why: structure };
		const [first] = programNames(directory, files);
		if (first === undefined) return undefined;
		const text = files.read(joinPath(directory, first)).file?.text ?? "";
		if (!/<\s*(?:::)?[\w:]*Migration\b/.test(text)) return undefined;
		return { why: `a migration class in ${first}`, dialect: dialectOf(directory, files) };
	},

	home(directory, files) {
		const above = parentOf(directory);
		const isPart =
			files.list(above).includes("migrate/") && programNames(directory, files).length > 0;
		return isPart && structureEvidence(above, files) !== undefined ? above : directory;
	},

	read(directory, files, dialect, released): LayoutReading {
		const problems: ProjectProblem[] = [];
		const dump = dumpOf(directory, files, released, problems);
		const isAbove = files.exists(joinPath(directory, structureFile));
		const folder = isAbove ? joinPath(directory, "migrate") : directory;
		const names = programNames(folder, files);
		const all = names.flatMap((name) =>
			programOf(joinPath(folder, name), files, dialect, problems),
		);
		const entries = names.map((name) => ({
			revision: String(BigInt(versionOf(name))),
			file: joinPath(folder, name),
		}));
		problems.push(...duplicateRevisions(entries, "Rails"));
		// Where the whole history is there, a dump of what it comes to would hide what is new in it.
		const programs = names.map((name) => ({
			version: versionOf(name),
			text: files.read(joinPath(folder, name)).file?.text ?? "",
		}));
		if (!dump || dump.isToldBy(programs)) return { migrations: all, problems };
		// A dump from before the candidate release needs nothing taken out of it.
		const isNew = (source: MigrationSource): boolean =>
			released?.read(mainFile(source) ?? "").file === undefined;
		const after = released
			? all.filter((source) => isNew(source) || !dump.holds(source.id))
			: all.map((source) => (dump.holds(source.id) ? { ...source, inBaseline: true } : source));
		return { migrations: [dump.source, ...after], problems };
	},
};

function structureEvidence(directory: string, files: Files): string | undefined {
	const names = files.list(directory);
	if (!names.includes(structureFile)) return undefined;
	if (names.includes("migrate/")) return `${structureFile} and migrate/`;
	const text = files.read(joinPath(directory, structureFile)).file?.text ?? "";
	const isListed = /INSERT INTO\s+(?:\S+\.)?["`]?schema_migrations\b/.test(text);
	return isListed ? `schema_migrations in ${structureFile}` : undefined;
}

function versionOf(name: string): string {
	return fileName.exec(name)?.[1] ?? "0";
}

function programNames(directory: string, files: Files): readonly string[] {
	return files
		.list(directory)
		.filter((name) => fileName.test(name))
		.sort((a, b) => compareDigits(versionOf(a), versionOf(b)));
}

/** The adapter in config/database.yml or the gem; SQL is made for PostgreSQL. */
function dialectOf(
	directory: string,
	files: Files,
): { readonly id: DatabaseId; readonly why: string } {
	const root = parentOf(parentOf(directory));
	for (const name of ["config/database.yml", "config/database.yml.example", "Gemfile"]) {
		const text = files.read(joinPath(root, name)).file?.text ?? "";
		const adapter =
			/adapter:\s*["']?(postgis|postgresql|mysql2|trilogy|sqlite3)|^\s*gem\s+["'](pg|mysql2|trilogy|sqlite3)["']/m.exec(
				text,
			);
		const found = adapter?.[1] ?? adapter?.[2];
		if (found === undefined) continue;
		const why = `${found} in ${name}`;
		if (/mysql|trilogy/.test(found)) return { id: "mysql", why };
		return { id: found === "sqlite3" ? "sqlite" : "postgres", why };
	}
	return { id: "postgres", why: "nothing says otherwise" };
}

/** One transaction a migration where the database has transactional DDL, unless the class opts out. */
function programOf(
	path: string,
	files: Files,
	dialect: DatabaseId,
	problems: ProjectProblem[],
): readonly MigrationSource[] {
	const [, version = "", name = ""] = fileName.exec(path.slice(path.lastIndexOf("/") + 1)) ?? [];
	const common = { id: version, name, down: [], verify: [], placeholders: [] };
	const file = readInto(path, files, problems);
	if (!file) return [];
	const read = railsReader.get().readRails(file.text);
	if (!read) return [{ ...common, up: [], programFile: path }];
	const hasTransaction = read.inTransaction && dialect !== "mysql" && dialect !== "mariadb";
	const transaction = hasTransaction ? "file" : "none";
	return [
		{
			...common,
			up: [embeddedSection(file, read.up, transaction)],
			down: read.down.length > 0 ? [embeddedSection(file, read.down, transaction)] : [],
		},
	];
}
