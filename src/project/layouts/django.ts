import { rowEach } from "../applied/history-table.ts";
import type { DatabaseId, MigrationSource, ProjectProblem } from "../../core/migration.ts";
import type { SourceFile } from "../../core/source.ts";
import type { DjangoProgram } from "../embedded/django/read.ts";
import type { Models } from "../embedded/django/state.ts";
import { ancestorsOf, folderName, joinPath, parentOf, pathFrom, type Files } from "../files.ts";
import { lazily } from "../lazy.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import { embeddedSection } from "./program.ts";
import { folderNames, readInto } from "./section.ts";
import { parentsFirst } from "./topology.ts";

const reader = lazily(() => import("../embedded/django/read.ts"));

const maximumDepth = 8;

/** Django: the migrations of all apps of a project are one history, in the order of their dependencies. */
export const django: Layout = {
	id: "django",
	name: "Django",
	// The schema editor turns them off around a migration and checks all of them afterwards (__enter__ and __exit__ in
	// django/db/backends/sqlite3/schema.py).
	sqliteForeignKeys: "off",
	orderedBy: "the dependencies",
	applied: rowEach("django_migrations", "{concat app, '.', name}", "id"),
	ownsFolders: true,
	ownsDatabaseFolders: true,
	load: reader.load,

	detect(directory, files) {
		if (files.exists(joinPath(directory, "manage.py"))) {
			const first = appsBelow(directory, files)[0];
			if (first === undefined) return undefined;
			const app = pathFrom(directory, first, files.cwd);
			return { why: `manage.py above ${app}`, dialect: postgres };
		}
		const first = programNames(directory, files).find((name) =>
			isMigration(directory, name, files),
		);
		return first === undefined
			? undefined
			: { why: `a migration class in ${first}`, dialect: postgres };
	},

	home(directory, files) {
		const above = ancestorsOf(directory, files).find((folder) =>
			files.exists(joinPath(folder, "manage.py")),
		);
		return above ?? directory;
	},

	read(directory, files, dialect): LayoutReading {
		const problems: ProjectProblem[] = [];
		const folders = isApp(directory, files) ? [directory] : appsBelow(directory, files);
		const all = folders.flatMap((folder) => programsIn(folder, files, problems));
		const ids = new Set(all.map(({ id }) => id));
		// A squashed migration and those that it replaces do the same: the older ones tell what ran.
		const whole = all.filter(
			({ app, program }) =>
				program.replaces.length === 0 ||
				program.replaces.some((name) => !ids.has(`${app}.${name}`)),
		);
		const ordered = parentsFirst(
			whole,
			({ id }) => id,
			({ program }) => program.dependencies.map(([app, name]) => `${app}.${name}`),
		);
		const models: Models = new Map();
		return { migrations: ordered.map((one) => sourceOf(one, models, dialect)), problems };
	},
};

const postgres: { readonly id: DatabaseId; readonly why: string } = {
	id: "postgres",
	why: "nothing says otherwise",
};

interface Program {
	readonly id: string;
	readonly app: string;
	readonly name: string;
	readonly file: SourceFile;
	readonly program: DjangoProgram;
}

function programNames(directory: string, files: Files): readonly string[] {
	return files.list(directory).filter((name) => name.endsWith(".py") && !name.startsWith("_"));
}

function isMigration(directory: string, name: string, files: Files): boolean {
	const text = files.read(joinPath(directory, name)).file?.text ?? "";
	return /\bdjango\b[^]*\bclass\s+Migration\s*\([\w.]*Migration\w*\)/.test(text);
}

function isApp(directory: string, files: Files): boolean {
	return (
		!files.exists(joinPath(directory, "manage.py")) && programNames(directory, files).length > 0
	);
}

function appsBelow(directory: string, files: Files, depth = 0): readonly string[] {
	if (depth > maximumDepth) return [];
	return folderNames(directory, files).flatMap((folder) => {
		if (/^(?:\.|node_modules$|venv$|env$|site-packages$|tests?$|dist$|build$)/.test(folder))
			return [];
		const path = joinPath(directory, folder);
		const isOne =
			folder === "migrations" &&
			programNames(path, files).some((name) => isMigration(path, name, files));
		return isOne ? [path] : appsBelow(path, files, depth + 1);
	});
}

/** The label is that of the app's config, else the name of its folder. */
function labelOf(folder: string, files: Files): string {
	const app = parentOf(folder);
	const text = files.read(joinPath(app, "apps.py")).file?.text ?? "";
	return (
		/^\s+label\s*(?::\s*\w+\s*)?=\s*["'](\w+)["']/m.exec(text)?.[1] ??
		folderName(joinPath(folder, ".."), files)
	);
}

function programsIn(folder: string, files: Files, problems: ProjectProblem[]): readonly Program[] {
	const app = labelOf(folder, files);
	return programNames(folder, files).flatMap((fileName) => {
		const file = readInto(joinPath(folder, fileName), files, problems);
		const program = file && reader.get().parseDjango(file.text);
		if (!program) return [];
		const name = fileName.replace(/\.py$/, "");
		return [{ id: `${app}.${name}`, app, name, file, program }];
	});
}

/** One transaction a migration on PostgreSQL, unless it says atomic = False. */
function sourceOf(
	{ id, app, name, file, program }: Program,
	models: Models,
	dialect: DatabaseId,
): MigrationSource {
	const { up, down } = reader.get().runDjango(program, app, models);
	const hasTransaction = program.atomic && dialect !== "mysql" && dialect !== "mariadb";
	const transaction = hasTransaction ? "file" : "none";
	return {
		id,
		name,
		up: [embeddedSection(file, up, transaction)],
		down: down.length > 0 ? [embeddedSection(file, down, transaction)] : [],
		verify: [],
		placeholders: [],
	};
}
