import { rowEach } from "../applied/history-table.ts";
import type { DatabaseId, MigrationSource, ProjectProblem } from "../../core/migration.ts";
import { ancestorsOf, compareText, joinPath, type Files } from "../files.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import {
	compareDigits,
	duplicateRevisions,
	folderNames,
	readInto,
	verifySections,
	wholeFile,
} from "./section.ts";

const dialect: { readonly id: DatabaseId; readonly why: string } = {
	id: "postgres",
	why: "Hasura's default database",
};

/** Hasura CLI: migrations/<database>/<milliseconds>_<name>/ with up.sql and down.sql. */
export const hasura: Layout = {
	id: "hasura",
	name: "Hasura CLI",
	orderedBy: "the number at the start of the folder name",
	applied: rowEach("hdb_catalog.schema_migrations", "version"),
	ownsFolders: true,

	detect(directory, files) {
		const first = migrationFolders(directory, files)[0];
		if (first === undefined) return undefined;
		const config = ancestorsOf(directory, files)
			.slice(0, 4)
			.map((folder) => joinPath(folder, "config.yaml"))
			.find((path) => isHasuraConfig(path, files));
		if (config !== undefined) return { why: "config.yaml of the Hasura CLI", dialect };
		return /^\d{13}_/.test(first)
			? { why: `folders with up.sql like ${first}`, dialect }
			: undefined;
	},

	read(directory, files): LayoutReading {
		const problems: ProjectProblem[] = [];
		const entries = migrationFolders(directory, files)
			.map((folder) => ({ folder, revision: /^\d+/.exec(folder)?.[0] ?? "" }))
			.sort((a, b) => compareDigits(a.revision, b.revision) || compareText(a.folder, b.folder));
		problems.push(
			...duplicateRevisions(
				entries.map(({ folder, revision }) => ({
					revision,
					file: joinPath(directory, folder, "up.sql"),
				})),
				"The Hasura CLI",
			),
		);
		const migrations: MigrationSource[] = [];
		for (const { folder, revision } of entries) {
			const path = joinPath(directory, folder, "up.sql");
			const downPath = joinPath(directory, folder, "down.sql");
			// The CLI takes a folder with down.sql alone: it does nothing on the way up.
			const up = files.exists(path) ? readInto(path, files, problems) : undefined;
			const down = files.exists(downPath) ? readInto(downPath, files, problems) : undefined;
			if (!up && !down) continue;
			migrations.push({
				id: revision,
				name: folder.replace(/^\d+_?/, ""),
				// Each run_sql call is one transaction (hasura/graphql-engine#2939).
				up: up ? [wholeFile(up, "file")] : [],
				down: down ? [wholeFile(down, "file")] : [],
				verify: verifySections(path, files, problems),
				placeholders: [],
			});
		}
		return { migrations, problems };
	},
};

function migrationFolders(directory: string, files: Files): readonly string[] {
	return folderNames(directory, files).filter(
		(folder) =>
			/^\d+_/.test(folder) &&
			["up.sql", "down.sql"].some((name) => files.exists(joinPath(directory, folder, name))),
	);
}

function isHasuraConfig(path: string, files: Files): boolean {
	if (!files.exists(path)) return false;
	const text = files.read(path).file?.text ?? "";
	return /^version:\s*[123]\b/m.test(text) && /^(?:endpoint|metadata_directory):/m.test(text);
}
