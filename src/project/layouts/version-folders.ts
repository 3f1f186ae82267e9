import type { MigrationSource, ProjectProblem } from "../../core/migration.ts";
import { folderName, joinPath, type Files } from "../files.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import { byRevision, revisionOf, sourceOf } from "./plain.ts";
import { folderNames, sqlNames } from "./section.ts";

const versionName = /^v?\d+(?:\.\d+)+$/i;

const migrationWords = /migrat|^(?:updates?|upgrades?|patches|deltas?|versions?|versioned)$/i;

/** Ordered SQL files in a folder for each version of the program: 0.9/01_orders.sql, 0.10/01_invoices.sql. */
export const versionFolders: Layout = {
	id: "version-folders",
	name: "SQL files in version folders",
	orderedBy: "the version in the folder's name, then the number in the file name",
	ownsFolders: true,

	detect(directory, files) {
		const chain = [directory, joinPath(directory, ".."), joinPath(directory, "../..")];
		if (!chain.some((folder) => migrationWords.test(folderName(folder, files)))) return undefined;
		const versions = versionsOf(directory, files).filter(
			(version) => numberedFiles(joinPath(directory, version), files).length > 0,
		);
		const [first] = versions;
		return first === undefined || versions.length < 2
			? undefined
			: { why: `numbered files in folders like ${first}` };
	},

	read(directory, files): LayoutReading {
		const problems: ProjectProblem[] = [];
		const migrations: MigrationSource[] = [];
		for (const version of versionsOf(directory, files)) {
			const folder = joinPath(directory, version);
			for (const name of [...numberedFiles(folder, files)].sort(byRevision)) {
				const source = sourceOf(joinPath(folder, name), files, problems);
				if (source) migrations.push({ ...source, id: `${version}/${source.id}` });
			}
		}
		return { migrations, problems };
	},
};

/** Returns the folders that are named for a version, in the order of the versions: 0.9 before 0.10. */
export function versionsOf(directory: string, files: Files): readonly string[] {
	return folderNames(directory, files)
		.filter((name) => versionName.test(name))
		.sort(byRevision);
}

function numberedFiles(folder: string, files: Files): readonly string[] {
	return sqlNames(folder, files).filter((name) => revisionOf(name) !== undefined);
}
