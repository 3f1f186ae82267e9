import { rowEach } from "../applied/history-table.ts";
import type { MigrationSource, ProjectProblem } from "../../core/migration.ts";
import { folderName, joinPath } from "../files.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import { duplicateRevisions, readInto, sqlNames, verifySections, wholeFile } from "./section.ts";

const fileName = /^(\d+)_(.*)\.sql$/;

/** Supabase CLI: supabase/migrations/20240131120000_name.sql. */
export const supabase: Layout = {
	id: "supabase",
	name: "Supabase CLI",
	orderedBy: "the file names as text",
	applied: rowEach("supabase_migrations.schema_migrations", "version"),
	whenGone: "supabase db push stops: a remote version is not found in the local directory",
	ownsFolders: false,

	detect(directory, files) {
		if (folderName(directory, files) !== "migrations") return undefined;
		const parent = joinPath(directory, "..");
		const hasConfig = files.exists(joinPath(parent, "config.toml"));
		if (folderName(parent, files) !== "supabase") return undefined;
		if (!hasConfig && sqlNames(directory, files).length === 0) return undefined;
		return {
			why: hasConfig ? "supabase/config.toml" : "supabase/migrations",
			dialect: { id: "postgres", why: "Supabase is PostgreSQL" },
		};
	},

	read(directory, files): LayoutReading {
		const problems: ProjectProblem[] = [];
		const migrations: MigrationSource[] = [];
		const entries = sqlNames(directory, files).flatMap((name, index) => {
			const match = fileName.exec(name);
			const path = joinPath(directory, name);
			if (!match) {
				problems.push(skipped(path));
				return [];
			}
			const [, revision = "", title = ""] = match;
			// The CLI passes over an old-style first file (apps/cli-go/pkg/migration/list.go).
			if (index === 0 && title === "init" && revision < "20211209000000") return [];
			return [{ path, revision, title }];
		});
		problems.push(
			...duplicateRevisions(
				entries.map(({ path, revision }) => ({ revision, file: path })),
				"The Supabase CLI",
			),
		);
		for (const { path, revision, title } of entries) {
			const file = readInto(path, files, problems);
			if (!file) continue;
			migrations.push({
				id: revision,
				name: title,
				// One pipeline with the row of the history table: one transaction.
				up: [wholeFile(file, "file")],
				down: [],
				verify: verifySections(path, files, problems),
				placeholders: [],
			});
		}
		return { migrations, problems };
	},

	refuses(wanted) {
		const alone = wanted.find(({ runs }) => runs === "alone");
		return (
			alone &&
			`The Supabase CLI runs every migration in a transaction, and ${alone.name} refuses to`
		);
	},

	write({ directory, revision, name, sql }) {
		return [{ path: joinPath(directory, `${revision}_${name}.sql`), text: sql }];
	},
};

function skipped(path: string): ProjectProblem {
	return {
		code: "badFileName",
		severity: "warning",
		file: path,
		message: `${path} is skipped by the Supabase CLI: its name is not <digits>_<name>.sql`,
		hint: "Rename it, or move it out of the directory of migrations.",
	};
}
