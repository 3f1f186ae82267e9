import { rowEach } from "../applied/history-table.ts";
import type { TransactionClass } from "../../core/migration.ts";
import type { Module } from "../embedded/javascript/parse.ts";
import { lazily } from "../lazy.ts";
import { textAbove } from "./manifest.ts";
import { databaseOfDriver } from "./driver.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import { firstProgram, programNames, loadPrograms, readProgramFile } from "./program-files.ts";
import type { ProjectProblem } from "../../core/migration.ts";

const vocabulary = lazily(
	async () => (await import("../embedded/javascript/tools/knex.ts")).knexVocabulary,
);

const programName = /^[^.].*\.[cm]?[jt]s$/;
const usesKnex =
	/\bknex\s*\.\s*(?:schema|raw)\b|\.schema\s*\.\s*(?:withSchema\([^)]*\)\s*\.\s*)?(?:createTable|alterTable|table|raw|dropTable|hasTable)\w*\(\s*['"`\w]|import\b[^;]*\bKnex\b[^;]*from\s*["']knex["']|@param\s*\{[^}]*\bknex\b/i;

const settingsNames = ["knexfile.js", "knexfile.ts", "knexfile.cjs", "knexfile.mjs"];

/** Knex: programs with `up` and `down` (lib/migrations/migrate/Migrator.js of 3.3). */
export const knex: Layout = {
	id: "knex",
	name: "Knex",
	orderedBy: "the file name",
	applied: rowEach("knex_migrations", "name", "id"),
	whenGone: 'it stops: "the migration directory is corrupt"',
	ownsFolders: false,
	load: () => loadPrograms(vocabulary),

	detect(directory, files) {
		const first = firstProgram(directory, files, programName, usesKnex);
		if (first === undefined) return undefined;
		const driver = databaseOfDriver(directory, files, settingsNames);
		return { why: `calls of Knex in ${first}`, driver };
	},

	read(directory, files): LayoutReading {
		const problems: ProjectProblem[] = [];
		const config = settingsNames
			.map((name) => textAbove(directory, files, name))
			.find((text) => text !== undefined);
		const isOff = /\bdisableTransactions\s*:\s*true\b/.test(config ?? "");
		const transaction = (module: Module): TransactionClass =>
			isOff || optsOut(module) ? "none" : "all";
		const migrations = programNames(directory, files, programName)
			.map((name) =>
				readProgramFile(
					directory,
					name,
					files,
					{ vocabulary, id: (file) => file, transaction },
					problems,
				),
			)
			.filter((one) => one !== undefined);
		return { migrations, problems };
	},
};

/** exports.config = { transaction: false } */
function optsOut({ properties }: Module): boolean {
	const config = properties.get("config");
	if (config?.kind !== "map") return false;
	return config.entries.some(
		({ key, value }) =>
			key.kind === "text" &&
			key.parts.some((part) => part.kind === "characters" && part.text === "transaction") &&
			value.kind === "name" &&
			value.name === "false",
	);
}
