import { rowEach } from "../applied/history-table.ts";
import type { ProjectProblem } from "../../core/migration.ts";
import { sequelizeVocabulary } from "../embedded/javascript/tools/sequelize.ts";
import { loadTypeScript } from "../embedded/javascript/typescript.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import { firstProgram, programNames, readProgramFile, type ProgramRules } from "./program-files.ts";

const programName = /^[^.].*\.[cm]?[jt]s$/;
const usesSequelize = /\bqueryInterface\b|\bQueryInterface\b/;

/** Neither sequelize-cli nor umzug opens a transaction; programs pass one along themselves. */
const rules: ProgramRules = {
	vocabulary: sequelizeVocabulary,
	id: (name) => name,
	transaction: ({ text }) => (/\bsequelize\s*\.\s*transaction\(/.test(text) ? "file" : "none"),
};

/** Sequelize CLI and umzug: programs with `up` and `down` that get a queryInterface. */
export const sequelize: Layout = {
	id: "sequelize",
	name: "Sequelize",
	orderedBy: "the file name",
	applied: rowEach("SequelizeMeta", "name"),
	ownsFolders: false,
	load: loadTypeScript,

	detect(directory, files) {
		const first = firstProgram(directory, files, programName, usesSequelize);
		return first === undefined ? undefined : { why: `queryInterface in ${first}` };
	},

	read(directory, files): LayoutReading {
		const problems: ProjectProblem[] = [];
		const migrations = programNames(directory, files, programName)
			.map((name) => readProgramFile(directory, name, files, rules, problems))
			.filter((one) => one !== undefined);
		return { migrations, problems };
	},
};
