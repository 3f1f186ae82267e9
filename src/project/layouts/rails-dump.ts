import type { MigrationSource, ProjectProblem } from "../../core/migration.ts";
import type { SourceFile } from "../../core/source.ts";
import { joinPath, nameOf, parentOf, type Files } from "../files.ts";
import type { ReleasedFiles } from "./layout.ts";
import { embeddedSection } from "./program.ts";
import { railsReader } from "./rails-reader.ts";
import { readInto, wholeFile } from "./section.ts";

export const structureFile = "structure.sql";
const schemaFile = "schema.rb";

/** The dump of the schema that Rails writes after each migration. */
export interface Dump {
	/** True for the version of a migration that is in it. */
	holds(version: string): boolean;
	/** True when these migrations tell how everything in the dump came to be. */
	isToldBy(programs: readonly Program[]): boolean;
	readonly source: MigrationSource;
}

interface Program {
	readonly version: string;
	readonly text: string;
}

/**
 * Returns the dump of a directory as it was before the candidate release, where that is known: since then
 * it holds what is under review. structure.sql lies in the directory, schema.rb beside the migrations.
 */
export function dumpOf(
	directory: string,
	files: Files,
	released: ReleasedFiles | undefined,
	problems: ProjectProblem[],
): Dump | undefined {
	const structure = joinPath(directory, structureFile);
	if (files.exists(structure)) {
		const file = released ? released.read(structure).file : readInto(structure, files, problems);
		return file && structureDump(file);
	}
	const schema = joinPath(parentOf(directory), schemaFile);
	if (nameOf(directory) !== "migrate" || !files.exists(schema)) return undefined;
	const file = (released ?? files).read(schema).file;
	return file && schemaDump(file);
}

const common = { down: [], verify: [], baseline: true } as const;

function structureDump(file: SourceFile): Dump {
	const versions = listedVersions(file.text);
	const numbers = new Set([...versions].map(Number));
	const newest = [...versions].sort((a, b) => Number(a) - Number(b)).at(-1);
	return {
		holds: (version) => numbers.size === 0 || numbers.has(Number(version)),
		isToldBy(programs) {
			const there = new Set(programs.map(({ version }) => Number(version)));
			return numbers.size > 0 && [...numbers].every((version) => there.has(version));
		},
		source: {
			...common,
			id: newest ?? "structure",
			name: structureFile,
			up: [wholeFile(file, "none")],
			// pg_dump writes \restrict and \unrestrict.
			placeholders: ["psql"],
		},
	};
}

function listedVersions(dump: string): ReadonlySet<string> {
	const at = dump.search(/INSERT INTO\s+(?:\S+\.)?["`]?schema_migrations\b/);
	if (at === -1) return new Set();
	return new Set([...dump.slice(at).matchAll(/\('(\d+)'\)/g)].map(([, version = ""]) => version));
}

/**
 * schema.rb says its newest version only. Rails takes every migration that is not newer as run
 * (connection_adapters/abstract/schema_statements.rb, assume_migrated_upto_version).
 */
function schemaDump(file: SourceFile): Dump | undefined {
	const schema = railsReader.get().readRailsSchema(file.text);
	if (!schema) return undefined;
	const tables = [...file.text.matchAll(/^\s*create_table\s*\(?\s*["':](\w+)/gm)];
	return {
		holds: (version) => Number(version) <= Number(schema.version),
		isToldBy(programs) {
			const makers = programs.filter(({ text }) =>
				/create_|rename_table|create\s+table/i.test(text),
			);
			const words = new Set(makers.flatMap(({ text }) => text.match(/\w+/g) ?? []));
			return tables.every(([, name = ""]) => words.has(name));
		},
		source: {
			...common,
			id: schema.version,
			name: schemaFile,
			up: [embeddedSection(file, schema.pieces, "none")],
			placeholders: [],
		},
	};
}
