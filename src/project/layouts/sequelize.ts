import { rowEach } from "../applied/history-table.ts";
import type { ProjectProblem } from "../../core/migration.ts";
import { lazily } from "../lazy.ts";
import { databaseOfDriver } from "./driver.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import {
	firstProgram,
	programNames,
	loadPrograms,
	readProgramFile,
	type ProgramRules,
} from "./program-files.ts";

const vocabulary = lazily(
	async () => (await import("../embedded/javascript/tools/sequelize.ts")).sequelizeVocabulary,
);

const programName = /^[^.].*\.[cm]?[jt]s$/;
const usesSequelize = /\bqueryInterface\b|\bQueryInterface\b/;

const settingsNames = ["config/config.json", "config/config.js", "config/database.js"];

/** Neither sequelize-cli nor umzug opens a transaction; programs pass one along themselves. */
const rules: ProgramRules = {
	vocabulary,
	id: (name) => name,
	transaction: ({ text }) => (/\bsequelize\s*\.\s*transaction\(/.test(text) ? "file" : "none"),
};

/** Sequelize CLI and umzug: programs with `up` and `down` that get a queryInterface. */
export const sequelize: Layout = {
	id: "sequelize",
	name: "Sequelize",
	// It runs PRAGMA FOREIGN_KEYS=ON when it connects, unless the option foreignKeys is false
	// (lib/dialects/sqlite/connection-manager.js; packages/sqlite3/src/connection-manager.ts since 7).
	sqliteForeignKeys: "on",
	orderedBy: "the file name",
	applied: rowEach("SequelizeMeta", "name"),
	ownsFolders: false,
	load: () => loadPrograms(vocabulary),

	detect(directory, files) {
		const first = firstProgram(directory, files, programName, usesSequelize);
		if (first === undefined) return undefined;
		const driver = databaseOfDriver(directory, files, settingsNames);
		return { why: `queryInterface in ${first}`, driver };
	},

	read(directory, files): LayoutReading {
		const problems: ProjectProblem[] = [];
		const migrations = programNames(directory, files, programName)
			.map((name) => readProgramFile(directory, name, files, rules, problems))
			.filter((one) => one !== undefined);
		return { migrations, problems };
	},
};
