import { rowEach } from "../applied/history-table.ts";
import type { ProjectProblem, TransactionClass } from "../../core/migration.ts";
import type { Module } from "../embedded/javascript/parse.ts";
import { lazily } from "../lazy.ts";
import { databaseOfDriver } from "./driver.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import { firstProgram, programNames, loadPrograms, readProgramFile } from "./program-files.ts";

const vocabulary = lazily(
	async () => (await import("../embedded/javascript/tools/mikro-orm.ts")).mikroOrmVocabulary,
);

const programName = /^Migration\d{14}\w*\.[cm]?[jt]s$/;

const settingsNames = [
	...["mikro-orm.config.ts", "mikro-orm.config.js"],
	...["src/mikro-orm.config.ts", "src/mikro-orm.config.js"],
];

/** MikroORM: classes whose `up` and `down` call this.addSql (packages/migrations/src/Migration.ts). */
export const mikroOrm: Layout = {
	id: "mikro-orm",
	name: "MikroORM",
	orderedBy: "the file name",
	applied: rowEach("mikro_orm_migrations", "name", "id"),
	ownsFolders: false,
	load: () => loadPrograms(vocabulary),

	detect(directory, files) {
		const first = firstProgram(directory, files, programName, /\baddSql\b|mikro-orm\/migrations/);
		if (first === undefined) return undefined;
		const driver = databaseOfDriver(directory, files, settingsNames);
		return { why: `a class of MikroORM in ${first}`, driver };
	},

	read(directory, files): LayoutReading {
		const problems: ProjectProblem[] = [];
		const migrations = programNames(directory, files, programName)
			.map((name) =>
				readProgramFile(
					directory,
					name,
					files,
					{ vocabulary, id: (file) => file.replace(/\.\w+$/, ""), transaction },
					problems,
				),
			)
			.filter((one) => one !== undefined);
		return { migrations, problems };
	},
};

/** isTransactional() { return false; } leaves the transaction out. */
function transaction({ functions }: Module): TransactionClass {
	const [first] = functions.get("isTransactional")?.body ?? [];
	const isOff =
		first?.kind === "expression" && first.value.kind === "name" && first.value.name === "false";
	return isOff ? "none" : "all";
}
