import { rowEach } from "../applied/history-table.ts";
import type { MigrationSource, ProjectProblem, Section } from "../../core/migration.ts";
import { compareText, joinPath, type Files } from "../files.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import { textAbove } from "./manifest.ts";
import {
	compareDigits,
	duplicateRevisions,
	firstMarked,
	oneMessage,
	readInto,
	sqlNames,
	verifySections,
	wholeFile,
} from "./section.ts";

const fileName = /^(\d+)_(.*)\.up\.sql$/;

/** morph (Mattermost): golang-migrate's names, but every file runs in a transaction. */
export const morph: Layout = {
	id: "morph",
	name: "morph",
	orderedBy: "the number at the start of the file name",
	applied: rowEach("db_migrations", "version"),
	ownsFolders: false,

	detect(directory, files) {
		const first = sqlNames(directory, files).find((name) => fileName.test(name));
		if (first === undefined) return undefined;
		const bare = firstMarked(directory, files, /^-- morph:/, fileName);
		if (bare !== undefined) return { why: `-- morph: in ${bare}` };
		const module = textAbove(directory, files, "go.mod") ?? "";
		if (!/\bmattermost\/morph\b/.test(module) || /\bgolang-migrate\/migrate\b/.test(module)) {
			return undefined;
		}
		return { why: `mattermost/morph in go.mod above files like ${first}` };
	},

	read(directory, files, dialect): LayoutReading {
		const problems: ProjectProblem[] = [];
		const names = upNames(directory, files);
		problems.push(
			...duplicateRevisions(
				names.map((name) => ({
					revision: digitsOf(name).replace(/^0+(?=\d)/, ""),
					file: joinPath(directory, name),
				})),
				"morph",
			),
		);
		const section = (path: string): readonly Section[] => {
			const file = readInto(path, files, problems);
			if (!file) return [];
			// Only as the first bytes of the file (drivers/postgres/postgres.go).
			const isBare = file.text.startsWith("-- morph:nontransactional");
			return [wholeFile(file, isBare ? oneMessage(dialect) : "file")];
		};
		const migrations: MigrationSource[] = [];
		for (const name of names) {
			const path = joinPath(directory, name);
			const up = section(path);
			if (up.length === 0) continue;
			const downPath = path.replace(/\.up\.sql$/, ".down.sql");
			migrations.push({
				id: digitsOf(name),
				name: fileName.exec(name)?.[2] ?? name,
				up,
				down: files.exists(downPath) ? section(downPath) : [],
				verify: verifySections(path, files, problems),
				placeholders: ["doubleBrace"],
			});
		}
		return { migrations, problems };
	},
};

function digitsOf(name: string): string {
	return /^\d+/.exec(name)?.[0] ?? "";
}

function upNames(directory: string, files: Files): readonly string[] {
	return sqlNames(directory, files)
		.filter((name) => fileName.test(name))
		.sort((a, b) => compareDigits(digitsOf(a), digitsOf(b)) || compareText(a, b));
}
