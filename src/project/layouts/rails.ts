import { rowEach } from "../applied/history-table.ts";
import type { DatabaseId, MigrationSource, ProjectProblem } from "../../core/migration.ts";
import { readRails } from "../embedded/rails/read.ts";
import { joinPath, parentOf, type Files } from "../files.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import { embeddedSection } from "./program.ts";
import { compareDigits, duplicateRevisions, readInto, wholeFile } from "./section.ts";

const structureFile = "structure.sql";
const fileName = /^(\d+)_(.*)\.rb$/;

/**
 * Rails: Ruby programs in db/migrate. db/structure.sql is a dump of the schema with the versions of the
 * migrations that are in it: where those are no longer all there, the history starts with the dump.
 */
export const rails: Layout = {
	id: "rails",
	name: "Rails",
	applied: rowEach("schema_migrations", "version"),
	ownsFolders: false,

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

	read(directory, files, dialect): LayoutReading {
		const problems: ProjectProblem[] = [];
		const path = joinPath(directory, structureFile);
		const folder = files.exists(path) ? joinPath(directory, "migrate") : directory;
		const programs = programNames(folder, files);
		const all = programs.map((name) => programOf(joinPath(folder, name), files, dialect, problems));
		problems.push(
			...duplicateRevisions(
				programs.map((name) => ({
					revision: String(BigInt(versionOf(name))),
					file: joinPath(folder, name),
				})),
				"Rails",
			),
		);
		if (!files.exists(path)) return { migrations: all.flat(), problems };
		const file = readInto(path, files, problems);
		if (!file) return { migrations: [], problems };
		const versions = listedVersions(file.text);
		const known = new Set([...versions].map(Number));
		const there = new Set(programs.map((name) => Number(versionOf(name))));
		// The whole history is there: a dump of what it comes to would hide what is new in it.
		if (known.size > 0 && [...known].every((version) => there.has(version))) {
			return { migrations: all.flat(), problems };
		}
		const newest = [...versions].sort((a, b) => Number(a) - Number(b)).at(-1);
		const dump: MigrationSource = {
			id: newest ?? "structure",
			name: structureFile,
			up: [wholeFile(file, "none")],
			down: [],
			verify: [],
			// pg_dump writes \restrict and \unrestrict.
			placeholders: ["psql"],
			baseline: true,
		};
		const pending =
			versions.size === 0 ? [] : all.flat().filter(({ id }) => !known.has(Number(id)));
		return { migrations: [dump, ...pending], problems };
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
	const read = readRails(file.text);
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

function listedVersions(dump: string): ReadonlySet<string> {
	const at = dump.search(/INSERT INTO\s+(?:\S+\.)?["`]?schema_migrations\b/);
	if (at === -1) return new Set();
	return new Set([...dump.slice(at).matchAll(/\('(\d+)'\)/g)].map(([, version = ""]) => version));
}
