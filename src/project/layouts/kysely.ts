import { rowEach } from "../applied/history-table.ts";
import type { DatabaseId, ProjectProblem } from "../../core/migration.ts";
import { lazily } from "../lazy.ts";
import { databaseOfDriver } from "./driver.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import { firstProgram, programNames, loadPrograms, readProgramFile } from "./program-files.ts";

const vocabulary = lazily(
	async () => (await import("../embedded/javascript/tools/kysely.ts")).kyselyVocabulary,
);

const programName = /^[^.].*\.[cm]?[jt]s$/;
const usesKysely = /\bKysely\s*<|from\s+["']kysely["']|require\(["']kysely["']\)/;

/** Kysely: programs with `up(db)` and `down(db)` (src/migration/migrator.ts of 0.28). */
export const kysely: Layout = {
	id: "kysely",
	name: "Kysely",
	orderedBy: "the file name",
	applied: rowEach("kysely_migration", "name", "timestamp, name"),
	whenGone: "it stops: a migration that ran before is missing",
	ownsFolders: false,
	load: () => loadPrograms(vocabulary),

	detect(directory, files) {
		const first = firstProgram(directory, files, programName, usesKysely);
		if (first === undefined) return undefined;
		const driver = databaseOfDriver(directory, files, ["kysely.config.ts"]);
		return { why: `Kysely in ${first}`, driver };
	},

	read(directory, files, dialect): LayoutReading {
		const problems: ProjectProblem[] = [];
		const transaction = hasTransactions(dialect) ? "all" : "none";
		const migrations = programNames(directory, files, programName)
			.map((name) =>
				readProgramFile(
					directory,
					name,
					files,
					{
						vocabulary,
						id: (file) => file.replace(/\.\w+$/, ""),
						transaction: () => transaction,
					},
					problems,
				),
			)
			.filter((one) => one !== undefined);
		return { migrations, problems };
	},
};

/** The dialects of Kysely that say supportsTransactionalDdl. */
function hasTransactions(dialect: DatabaseId): boolean {
	return dialect !== "mysql" && dialect !== "mariadb";
}
