import { rowEach } from "../applied/history-table.ts";
import type { DatabaseId, MigrationSource, ProjectProblem, Section } from "../../core/migration.ts";
import type { SourceFile } from "../../core/source.ts";
import { compareText, joinPath, type Files } from "../files.ts";
import { lazily } from "../lazy.ts";
import { firstProgram, loadPrograms, readProgramFile, type ProgramRules } from "./program-files.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import { isMentionedAbove } from "./manifest.ts";
import { compareDigits, firstMarked, readInto, verifySections } from "./section.ts";

const vocabulary = lazily(
	async () =>
		(await import("../embedded/javascript/tools/node-pg-migrate.ts")).nodePgMigrateVocabulary,
);

const fileName = /^(\d+)[-_](.+)\.(?:sql|[cm]?[jt]s)$/;
const dialect: { readonly id: DatabaseId; readonly why: string } = {
	id: "postgres",
	why: "node-pg-migrate is for PostgreSQL",
};

/** node-pg-migrate: SQL files with `-- Up Migration` and `-- Down Migration`, beside programs. */
export const nodePgMigrate: Layout = {
	id: "node-pg-migrate",
	name: "node-pg-migrate",
	orderedBy: "the number at the start of the file name",
	applied: rowEach("pgmigrations", "name", "run_on, id"),
	whenGone: "it stops: the order of the files is not that in which they ran",
	ownsFolders: false,
	load: () => loadPrograms(vocabulary),

	detect(directory, files) {
		const marked = firstMarked(directory, files, marker("(?:up|down)"));
		if (marked !== undefined) return { why: `-- Up Migration in ${marked}`, dialect };
		const program = firstProgram(
			directory,
			files,
			fileName,
			/\bMigrationBuilder\b|\bpgm\s*\.\s*\w+\(/,
		);
		if (program !== undefined) return { why: `calls of pgm in ${program}`, dialect };
		const first = names(directory, files)[0];
		if (first === undefined || !/^\d{13,17}[-_]/.test(first)) return undefined;
		if (!isMentionedAbove(directory, files, "package.json", /"node-pg-migrate"/)) return undefined;
		return { why: `node-pg-migrate in package.json above files like ${first}`, dialect };
	},

	read(directory, files): LayoutReading {
		const problems: ProjectProblem[] = [];
		const migrations: MigrationSource[] = [];
		for (const name of names(directory, files)) {
			const path = joinPath(directory, name);
			const [, , title = ""] = fileName.exec(name) ?? [];
			const common = { id: name.replace(/\.\w+$/, ""), name: title, placeholders: [] };
			if (!name.endsWith(".sql")) {
				const read = readProgramFile(directory, name, files, rules, problems);
				if (read) migrations.push({ ...read, ...common });
				continue;
			}
			const file = readInto(path, files, problems);
			if (!file) continue;
			const { up, down } = sectionsOf(file);
			migrations.push({ ...common, up, down, verify: verifySections(path, files, problems) });
		}
		return { migrations, problems };
	},
};

/** pgm.noTransaction() commits what ran before and runs the program without a transaction. */
const rules: ProgramRules = {
	vocabulary,
	id: (name) => name,
	transaction: ({ text }) => (/\.\s*noTransaction\(/.test(text) ? "none" : "all"),
};

function names(directory: string, files: Files): readonly string[] {
	const digits = (name: string): string => /^\d+/.exec(name)?.[0] ?? "";
	return files
		.list(directory)
		.filter((name) => fileName.test(name) && !name.endsWith(".d.ts"))
		.filter((name) => !name.endsWith(".verify.sql"))
		.sort((a, b) => compareDigits(digits(a), digits(b)) || compareText(a, b));
}

function marker(verb: string): RegExp {
	return new RegExp(`^\\s*--[\\s-]*${verb}\\s+migration`, "im");
}

/** Without a mark the whole file is the way up (src/sqlMigration.ts). */
function sectionsOf(file: SourceFile): { readonly up: Section[]; readonly down: Section[] } {
	const [upAt, downAt] = [marker("up"), marker("down")].map((mark) => file.text.search(mark));
	const section = (start: number, other: number): Section => ({
		file,
		range: { start, end: other > start ? other : file.text.length },
		// All pending migrations run in one transaction (--single-transaction, the default).
		transaction: "all",
	});
	const [up = -1, down = -1] = [upAt, downAt];
	return {
		up: [up === -1 ? { ...section(0, 0) } : section(up, down)],
		down: down === -1 ? [] : [section(down, up)],
	};
}
