import type { ProjectProblem } from "../../core/migration.ts";
import { databaseNamed } from "../database-names.ts";
import { joinPath, nameOf, type Files } from "../files.ts";
import { filesBelow } from "./flyway-locations.ts";
import { hasSuffix, scriptOf, type FlywayNames } from "./flyway-names.ts";
import { isVerifyFile } from "./section.ts";

/** Flyway reads V5__x.sql.conf; V5__x.conf it passes over without a word. */
export function strayConfigs(directory: string, files: Files): readonly ProjectProblem[] {
	const names = files.list(directory);
	return names
		.filter((name) => /\.conf$/i.test(name) && !/\.sql\.conf$/i.test(name))
		.filter((name) => names.includes(name.replace(/\.conf$/i, ".sql")))
		.map((name) => ({
			code: "badFileName",
			severity: "warning",
			file: joinPath(directory, name),
			message: `${joinPath(directory, name)} has no effect: Flyway looks for ${name.replace(/\.conf$/i, ".sql.conf")}`,
			hint: "Rename it, or remove it.",
		}));
}

/** With validateMigrationNaming Flyway stops at a file whose name it cannot read. */
export function badNames(
	folders: readonly string[],
	files: Files,
	names: FlywayNames,
): readonly ProjectProblem[] {
	return folders
		.flatMap((folder) => filesBelow(folder, files, (name) => databaseNamed(name) === undefined, 5))
		.filter((file) => hasSuffix(file, names) && !isVerifyFile(file) && !isCallback(file))
		.filter((file) => !scriptOf(file, names))
		.map((file) => ({
			code: "badFileName",
			severity: "error",
			file,
			message: `${file} stops Flyway: its name is no ${names.prefixes.V}1${names.separator}orders${names.suffixes[0] ?? ""}, and validateMigrationNaming is on`,
			hint: "Rename it, or move it out of the locations.",
		}));
}

/** Scripts that run around migrations: afterMigrate.sql, beforeEachMigrate__grants.sql. */
function isCallback(file: string): boolean {
	return /^(?:before|after|create)[A-Z]\w*\./.test(nameOf(file));
}
