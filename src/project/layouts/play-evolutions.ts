import type { MigrationSource, ProjectProblem, Section } from "../../core/migration.ts";
import type { SourceFile } from "../../core/source.ts";
import { joinPath, type Files } from "../files.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import {
	compareDigits,
	firstMarked,
	linesOf,
	noUpMarker,
	readInto,
	sqlNames,
	verifySections,
} from "./section.ts";

const marker = /^(?:#|--).*!(Ups|Downs).*$/;

/** Play Evolutions: conf/evolutions/<database>/<number>.sql with `# --- !Ups` and `# --- !Downs`. */
export const playEvolutions: Layout = {
	id: "play-evolutions",
	name: "Play Evolutions",
	orderedBy: "the number of the file",
	applied: {
		table: "play_evolutions",
		rows: "SELECT id, NULL, state <> 'applied' FROM {table} ORDER BY id",
		holds: "each",
	},
	whenGone: "it runs the Downs of the migration, and data are lost",
	ownsFolders: false,

	detect(directory, files) {
		const numbers = firstMarked(directory, files, /^(?:#|--).*!Ups/m, /^\d+\.sql$/);
		return numbers === undefined ? undefined : { why: `!Ups in ${numbers}` };
	},

	read(directory, files): LayoutReading {
		const problems: ProjectProblem[] = [];
		const migrations: MigrationSource[] = [];
		for (const name of numberedNames(directory, files)) {
			const path = joinPath(directory, name);
			const file = readInto(path, files, problems);
			if (!file) continue;
			const { ups, downs } = sectionsOf(file);
			if (ups.length === 0) problems.push(noUpMarker(path, "# --- !Ups", "Play"));
			const id = name.replace(/\.sql$/, "");
			migrations.push({
				id,
				name: id,
				up: ups,
				down: downs,
				verify: verifySections(path, files, problems),
				placeholders: ["doubledSemicolon"],
			});
		}
		return { migrations, problems: [...problems, ...unread(directory, files)] };
	},
};

/**
 * Lines that begin with # are comments of Play and no SQL: they part the sections. Play runs each
 * statement by itself (play.evolutions.autocommit is on unless set).
 */
function sectionsOf(file: SourceFile): { readonly ups: Section[]; readonly downs: Section[] } {
	const found = { ups: new Array<Section>(), downs: new Array<Section>() };
	let current: Section[] | undefined;
	let start = 0;
	const close = (end: number): void => {
		if (!current || file.text.slice(start, end).trim() === "") return;
		current.push({ file, range: { start, end }, transaction: "none" });
	};
	for (const line of linesOf(file.text)) {
		const verb = marker.exec(line.text.trim())?.[1];
		if (verb === undefined && !line.text.startsWith("#")) continue;
		close(line.range.start);
		if (verb !== undefined) current = verb === "Ups" ? found.ups : found.downs;
		start = line.next;
	}
	close(file.text.length);
	return found;
}

/** Play opens 1.sql, 2.sql and so on until one is missing: other names and later numbers never run. */
function unread(directory: string, files: Files): readonly ProjectProblem[] {
	const names = sqlNames(directory, files);
	let missing = 1;
	while (names.includes(`${missing}.sql`)) missing++;
	return names
		.filter((name) => !/^\d+\.sql$/.test(name) || Number(name.slice(0, -4)) > missing)
		.map((name) => ({
			code: "notInHistory",
			severity: "warning",
			file: joinPath(directory, name),
			message: `${joinPath(directory, name)} is not run by Play, which reads 1.sql, 2.sql ... until one is missing (${missing}.sql)`,
			hint: "Give it the next number, or move it out of the directory.",
		}));
}

/** Returns the numbered files in order, also those after a gap: they are on their way. */
function numberedNames(directory: string, files: Files): readonly string[] {
	return sqlNames(directory, files)
		.filter((name) => /^\d+\.sql$/.test(name))
		.sort((a, b) => compareDigits(a.slice(0, -4), b.slice(0, -4)));
}
