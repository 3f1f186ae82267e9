import { rowEach } from "../applied/history-table.ts";
import type { MigrationSource, ProjectProblem, TransactionClass } from "../../core/migration.ts";
import { compareText, joinPath, type Files } from "../files.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import { isAbove } from "./manifest.ts";
import {
	duplicateRevisions,
	folderNames,
	oneMessage,
	readInto,
	verifySections,
	wholeFile,
} from "./section.ts";

/** Diesel: one folder a migration with up.sql, down.sql and metadata.toml. */
export const diesel: Layout = {
	id: "diesel",
	name: "Diesel",
	orderedBy: "the names of the folders",
	applied: rowEach("__diesel_schema_migrations", "version"),
	ownsFolders: true,

	detect(directory, files) {
		const folders = migrationFolders(directory, files);
		const first = folders.find((folder) => files.exists(joinPath(directory, folder, "up.sql")));
		if (first === undefined) return undefined;
		const setup = folders.find((folder) => folder.endsWith("_diesel_initial_setup"));
		if (setup !== undefined) return { why: `the folder ${setup}` };
		const manifest = ["diesel.toml", "Cargo.toml"].find((name) => isAbove(directory, files, name));
		if (manifest !== undefined) return { why: `${manifest} above folders with up.sql` };
		// Hasura's folders have the time in milliseconds: thirteen digits.
		const isDated = /^\d{4}-\d\d-\d\d-|^\d{14}_/.test(first);
		return isDated ? { why: `folders with up.sql like ${first}` } : undefined;
	},

	read(directory, files, dialect): LayoutReading {
		const problems: ProjectProblem[] = [];
		const entries = migrationFolders(directory, files)
			.map((folder) => ({ folder, version: versionOf(folder) }))
			.sort((a, b) => compareText(a.version, b.version) || compareText(a.folder, b.folder));
		problems.push(
			...duplicateRevisions(
				entries.map(({ folder, version }) => ({
					revision: version,
					file: joinPath(directory, folder, "up.sql"),
				})),
				"Diesel",
			),
		);
		const migrations: MigrationSource[] = [];
		for (const { folder, version } of entries) {
			const path = joinPath(directory, folder, "up.sql");
			const file = readInto(path, files, problems);
			if (!file) continue;
			const isWrapped = runsInTransaction(joinPath(directory, folder, "metadata.toml"), files);
			const transaction: TransactionClass = isWrapped ? "file" : oneMessage(dialect);
			const downPath = joinPath(directory, folder, "down.sql");
			const down = files.exists(downPath) ? readInto(downPath, files, problems) : undefined;
			migrations.push({
				id: version,
				name: folder.replace(/^[\d-]*_?/, ""),
				up: [wholeFile(file, transaction)],
				down: down ? [wholeFile(down, transaction)] : [],
				verify: verifySections(path, files, problems),
				placeholders: [],
			});
		}
		return { migrations, problems };
	},

	write({ directory, revision, name, sql, runs, down = "" }, existing) {
		const isDated = existing.some((file) => /\/\d{4}-\d\d-\d\d-[^/]*\/up\.sql$/.test(file));
		const shown = isDated ? revision.replace(/^(\d{4})(\d\d)(\d\d)/, "$1-$2-$3-") : revision;
		const folder = joinPath(directory, "..", `${shown}_${name}`);
		const settings = {
			path: joinPath(folder, "metadata.toml"),
			text: "run_in_transaction = false\n",
		};
		return [
			{ path: joinPath(folder, "up.sql"), text: sql },
			{ path: joinPath(folder, "down.sql"), text: down },
			...(runs === "alone" ? [settings] : []),
		];
	},
};

function migrationFolders(directory: string, files: Files): readonly string[] {
	return folderNames(directory, files).filter(
		(folder) =>
			/^\d/.test(folder) &&
			["up.sql", "down.sql"].some((name) => files.exists(joinPath(directory, folder, name))),
	);
}

/** The text before the first underscore without dashes (migrations_internals/src/lib.rs). */
function versionOf(folder: string): string {
	return folder.replace(/_.*$/, "").replaceAll("-", "");
}

/** A metadata.toml without the key means false: the field has serde's default for a bool. */
function runsInTransaction(path: string, files: Files): boolean {
	if (!files.exists(path)) return true;
	return /^\s*run_in_transaction\s*=\s*true\b/m.test(files.read(path).file?.text ?? "");
}
