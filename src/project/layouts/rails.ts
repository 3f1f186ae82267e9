import type { MigrationSource, ProjectProblem } from "../../core/migration.ts";
import { joinPath, type Files } from "../files.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import { readInto, wholeFile } from "./section.ts";

const structureFile = "structure.sql";

/**
 * Rails with db/structure.sql: a dump of the schema with the versions of the migrations that are in it.
 * It is where a history starts, not a history. Ruby migrations that are not in it come after it.
 */
export const rails: Layout = {
	id: "rails",
	name: "Rails structure.sql",
	orderedBy: "the version at the start of the file name",
	ownsFolders: false,

	detect(directory, files) {
		const path = joinPath(directory, structureFile);
		if (!files.list(directory).includes(structureFile)) return undefined;
		if (files.list(directory).includes("migrate/")) return { why: `${structureFile} and migrate/` };
		const isListed = /INSERT INTO\s+(?:\S+\.)?["`]?schema_migrations\b/.test(
			files.read(path).file?.text ?? "",
		);
		return isListed ? { why: `schema_migrations in ${structureFile}` } : undefined;
	},

	read(directory, files): LayoutReading {
		const problems: ProjectProblem[] = [];
		const path = joinPath(directory, structureFile);
		const file = readInto(path, files, problems);
		if (!file) return { migrations: [], problems };
		const versions = listedVersions(file.text);
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
		const pending = versions.size === 0 ? [] : unlisted(directory, versions, files);
		return { migrations: [dump, ...pending], problems };
	},
};

function listedVersions(dump: string): ReadonlySet<string> {
	const at = dump.search(/INSERT INTO\s+(?:\S+\.)?["`]?schema_migrations\b/);
	if (at === -1) return new Set();
	return new Set([...dump.slice(at).matchAll(/\('(\d+)'\)/g)].map(([, version = ""]) => version));
}

function unlisted(
	directory: string,
	versions: ReadonlySet<string>,
	files: Files,
): readonly MigrationSource[] {
	const known = new Set([...versions].map(Number));
	return files.list(joinPath(directory, "migrate")).flatMap((name) => {
		const [, version, title = ""] = /^(\d+)_(.*)\.rb$/.exec(name) ?? [];
		if (version === undefined || known.has(Number(version))) return [];
		const programFile = joinPath(directory, "migrate", name);
		return [
			{ id: version, name: title, up: [], down: [], verify: [], placeholders: [], programFile },
		];
	});
}
