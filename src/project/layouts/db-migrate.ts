import { rowEach } from "../applied/history-table.ts";
import type { ProjectProblem } from "../../core/migration.ts";
import { lazily } from "../lazy.ts";
import { databaseOfDriver } from "./driver.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import { isAbove } from "./manifest.ts";
import {
	firstProgram,
	programNames,
	loadPrograms,
	readProgramFile,
	type ProgramRules,
} from "./program-files.ts";

const vocabulary = lazily(
	async () => (await import("../embedded/javascript/tools/db-migrate.ts")).dbMigrateVocabulary,
);

const programName = /^\d{14}-.*\.[cm]?[jt]s$/;
const usesDatabase =
	/\bdb\s*\.\s*(?:runSql|createTable|addColumn|removeColumn|changeColumn|renameColumn|dropTable|addIndex|insert|all)\b|exports\.setup\b/;

/** Each program runs in a transaction unless --non-transactional is given (lib/skeleton and driver of 0.11). */
const rules: ProgramRules = {
	vocabulary,
	id: (file) => `/${file.replace(/\.\w+$/, "")}`,
	transaction: () => "file",
};

/** db-migrate: programs that get a `db`, or send the files of the folder `sqls`. */
export const dbMigrate: Layout = {
	id: "db-migrate",
	name: "db-migrate",
	orderedBy: "the file name",
	applied: rowEach("migrations", "name", "id"),
	ownsFolders: true,
	load: () => loadPrograms(vocabulary),

	detect(directory, files) {
		const first = firstProgram(directory, files, programName, usesDatabase);
		if (first === undefined) return undefined;
		const why = isAbove(directory, files, "database.json")
			? `database.json above files like ${first}`
			: `calls of db-migrate in ${first}`;
		return { why, driver: databaseOfDriver(directory, files, ["database.json"]) };
	},

	read(directory, files): LayoutReading {
		const problems: ProjectProblem[] = [];
		const migrations = programNames(directory, files, programName)
			.map((name) => readProgramFile(directory, name, files, rules, problems))
			.filter((one) => one !== undefined);
		return { migrations, problems };
	},
};
