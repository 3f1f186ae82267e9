import { rowEach } from "../applied/history-table.ts";
import type { ProjectProblem } from "../../core/migration.ts";
import type { Module } from "../embedded/javascript/parse.ts";
import { lazily } from "../lazy.ts";
import { databaseOfDriver } from "./driver.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import {
	firstProgram,
	isSet,
	programNames,
	loadPrograms,
	readProgramFile,
	type ProgramRules,
} from "./program-files.ts";
import { compareDigits } from "./section.ts";

const vocabulary = lazily(
	async () => (await import("../embedded/javascript/tools/typeorm.ts")).typeormVocabulary,
);

const programName = /^[^.].*\.[cm]?[jt]s$/;
const usesTypeorm = /\bMigrationInterface\b|\bqueryRunner\s*\.\s*\w+\(/;

const settingsNames = [
	...["data-source.ts", "data-source.js", "src/data-source.ts", "ormconfig.ts", "ormconfig.js"],
	...["ormconfig.json", "typeorm.config.ts"],
];

const rules: ProgramRules = {
	vocabulary,
	id: classOf,
	// `transaction = false` is refused in the default mode `all`; then the project runs them one by one.
	transaction: (module) => (isSet(module, "transaction", "false") ? "none" : "all"),
};

/** TypeORM: classes with `up` and `down`, in the order of the time in their names (docs/docs/migrations). */
export const typeorm: Layout = {
	id: "typeorm",
	name: "TypeORM",
	// beforeMigration() runs PRAGMA foreign_keys = OFF before the transaction of the migrations, afterMigration() ON
	// (src/migration/MigrationExecutor.ts, src/driver/better-sqlite3/BetterSqlite3QueryRunner.ts and its like).
	sqliteForeignKeys: "off",
	orderedBy: "the time in the name of the class",
	applied: rowEach("migrations", "name", "timestamp"),
	ownsFolders: false,
	load: () => loadPrograms(vocabulary),

	detect(directory, files) {
		const first = firstProgram(directory, files, programName, usesTypeorm);
		if (first === undefined) return undefined;
		const driver = databaseOfDriver(directory, files, settingsNames);
		return { why: `a migration class of TypeORM in ${first}`, driver };
	},

	read(directory, files): LayoutReading {
		const problems: ProjectProblem[] = [];
		const migrations = programNames(directory, files, programName)
			.map((name) => readProgramFile(directory, name, files, rules, problems))
			.filter((one) => one?.module.functions.has("up"))
			.filter((one) => one !== undefined)
			.sort((a, b) => compareDigits(timeOf(a.id), timeOf(b.id)));
		return { migrations, problems };
	},
};

/** The class's name, unless its property `name` says another. */
function classOf(file: string, { className, properties }: Module): string {
	const name = properties.get("name");
	const [part] = name?.kind === "text" ? name.parts : [];
	if (part?.kind === "characters" && part.text !== "") return part.text;
	return className ?? file.replace(/\.\w+$/, "");
}

function timeOf(id: string): string {
	return /\d{10,}$/.exec(id)?.[0] ?? /\d+/.exec(id)?.[0] ?? "";
}
