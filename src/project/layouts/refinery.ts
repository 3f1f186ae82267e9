import { rowEach } from "../applied/history-table.ts";
import type { MigrationSource, ProjectProblem } from "../../core/migration.ts";
import { compareText, joinPath, type Files } from "../files.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import { isAbove, isMentionedAbove } from "./manifest.ts";
import {
	compareDigits,
	duplicateRevisions,
	readInto,
	sqlNames,
	verifySections,
	wholeFile,
} from "./section.ts";

const fileName = /^([UV])(\d+(?:\.\d+)?)__(\w+)\.(sql|rs)$/;

/** refinery: Flyway's names in a Rust crate. U means that it may run out of order, not undo. */
export const refinery: Layout = {
	id: "refinery",
	name: "refinery",
	orderedBy: "the version number in the file name",
	applied: rowEach("refinery_schema_history", "version"),
	whenGone: 'it stops: the migration "is missing from the filesystem"',
	comparesNames: true,
	ownsFolders: false,

	detect(directory, files) {
		const first = files.list(directory).find((name) => fileName.test(name));
		if (first === undefined) return undefined;
		if (isAbove(directory, files, "refinery.toml")) return { why: "refinery.toml" };
		if (isMentionedAbove(directory, files, "Cargo.toml", /\brefinery\b/)) {
			return { why: `refinery in Cargo.toml above files like ${first}` };
		}
		const program = files
			.list(directory)
			.find((name) => name.endsWith(".rs") && fileName.test(name));
		return program === undefined ? undefined : { why: `file names like ${program}` };
	},

	read(directory, files): LayoutReading {
		const problems: ProjectProblem[] = [];
		const found = entries(directory, files);
		problems.push(
			...duplicateRevisions(
				found.map(({ path, version }) => ({ revision: version, file: path })),
				"refinery",
			),
		);
		const migrations: MigrationSource[] = [];
		for (const { path, version, title } of found) {
			const common = { id: version, name: title, down: [], placeholders: [] };
			if (path.endsWith(".rs")) {
				migrations.push({ ...common, up: [], verify: [], programFile: path });
				continue;
			}
			const file = readInto(path, files, problems);
			if (!file) continue;
			const verify = verifySections(path, files, problems);
			migrations.push({ ...common, up: [wholeFile(file, "file")], verify });
		}
		return { migrations, problems: [...problems, ...strayNames(directory, files)] };
	},
};

interface Entry {
	readonly path: string;
	readonly version: string;
	readonly title: string;
}

function entries(directory: string, files: Files): readonly Entry[] {
	return files
		.list(directory)
		.flatMap((name) => {
			const match = fileName.exec(name);
			if (!match) return [];
			const [, , version = "", title = ""] = match;
			return [{ path: joinPath(directory, name), version, title }];
		})
		.sort((a, b) => {
			const [left = "", leftRest = "0"] = a.version.split(".");
			const [right = "", rightRest = "0"] = b.version.split(".");
			const byVersion = compareDigits(left, right) || compareDigits(leftRest, rightRest);
			return byVersion || compareText(a.path, b.path);
		});
}

/** A name with a dash or without the second underscore is passed over without a word. */
function strayNames(directory: string, files: Files): readonly ProjectProblem[] {
	return sqlNames(directory, files)
		.filter((name) => /^[UV]\d/i.test(name) && !fileName.test(name))
		.map((name) => ({
			code: "badFileName",
			severity: "warning",
			file: joinPath(directory, name),
			message: `${joinPath(directory, name)} is skipped by refinery: its name is not V<number>__<words>.sql`,
			hint: "Use letters, digits and underscores, with two underscores after the number.",
		}));
}
