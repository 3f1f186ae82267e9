import { prismaChecksums } from "../applied/checksums.ts";
import type { DatabaseId, MigrationSource, ProjectProblem } from "../../core/migration.ts";
import { ancestorsOf, joinPath, type Files } from "../files.ts";
import type { Detection, Layout, LayoutReading } from "./layout.ts";
import { readInto, verifySections, wholeFile } from "./section.ts";

const lockFile = "migration_lock.toml";

const providers: Readonly<Record<string, DatabaseId>> = {
	postgresql: "postgres",
	postgres: "postgres",
	mysql: "mysql",
	sqlite: "sqlite",
	cockroachdb: "cockroachdb",
	sqlserver: "sqlserver",
};

/** Prisma Migrate: one folder a migration, each with migration.sql, beside migration_lock.toml. */
export const prisma: Layout = {
	id: "prisma",
	name: "Prisma Migrate",
	// The schema engine brings its own SQLite ("bundled" in quaint/Cargo.toml of prisma-engines), which is built with
	// SQLITE_DEFAULT_FOREIGN_KEYS=1 (libsqlite3-sys/build.rs of rusqlite).
	sqliteForeignKeys: "on",
	orderedBy: "the names of the folders",
	applied: {
		table: "_prisma_migrations",
		rows: `SELECT migration_name, checksum, finished_at IS NULL FROM {table}
			WHERE rolled_back_at IS NULL ORDER BY started_at`,
		holds: "each",
		checksumsOf: prismaChecksums,
	},
	whenGone: "prisma migrate dev asks to reset the database",
	ownsFolders: true,

	detect(directory, files) {
		const lock = joinPath(directory, lockFile);
		if (files.exists(lock)) return { why: lockFile, ...lockedDialect(lock, files) };
		const beside = joinPath(directory, "../schema.prisma");
		if (!files.exists(beside) || migrationFolders(directory, files).length === 0) return undefined;
		return { why: "schema.prisma beside folders with migration.sql" };
	},

	read(directory, files, dialect): LayoutReading {
		const problems: ProjectProblem[] = [];
		const migrations: MigrationSource[] = [];
		const isPostgres = dialect === "postgres";
		const perStatementDetection = isPostgres && splitsForConcurrently(directory, files);
		for (const folder of migrationFolders(directory, files)) {
			const path = joinPath(directory, folder, "migration.sql");
			const file = readInto(path, files, problems);
			if (!file) continue;
			// One simple-query message on PostgreSQL; the drivers of the others run each statement.
			const transaction = isPostgres ? "implicit" : "none";
			const detection = perStatementDetection ? { perStatementDetection } : {};
			migrations.push({
				id: folder,
				name: folder.replace(/^\d+_/, ""),
				up: [wholeFile(file, transaction, detection)],
				down: [],
				verify: verifySections(path, files, problems),
				placeholders: [],
			});
		}
		return { migrations, problems: [...problems, ...emptyFolders(directory, files)] };
	},

	// A single statement of a message commits by itself: CONCURRENTLY needs nothing more.
	write({ directory, revision, name, sql }) {
		return [{ path: joinPath(directory, "..", `${revision}_${name}`, "migration.sql"), text: sql }];
	},
};

function migrationFolders(directory: string, files: Files): readonly string[] {
	return folders(directory, files).filter((folder) =>
		files.list(joinPath(directory, folder)).includes("migration.sql"),
	);
}

function folders(directory: string, files: Files): readonly string[] {
	return files
		.list(directory)
		.filter((name) => name.endsWith("/"))
		.map((name) => name.slice(0, -1));
}

/** Prisma stops on a folder that has no migration.sql (P3015). */
function emptyFolders(directory: string, files: Files): readonly ProjectProblem[] {
	return folders(directory, files)
		.filter((folder) => /^\d/.test(folder))
		.filter((folder) => !files.list(joinPath(directory, folder)).includes("migration.sql"))
		.map((folder) => ({
			code: "missingFile",
			severity: "warning",
			file: joinPath(directory, folder),
			message: `${joinPath(directory, folder)} holds no migration.sql`,
			hint: "Prisma stops here (P3015). Remove the folder or put its migration.sql back.",
		}));
}

function lockedDialect(lock: string, files: Files): Pick<Detection, "dialect"> {
	const text = files.read(lock).file?.text ?? "";
	const provider = /^\s*provider\s*=\s*"([^"]*)"/m.exec(text)?.[1];
	const id = provider === undefined ? undefined : providers[provider];
	return id ? { dialect: { id, why: `provider "${provider}" in ${lockFile}` } } : {};
}

/**
 * From 7.4 Prisma runs a file statement by statement when it holds CREATE INDEX CONCURRENTLY
 * (prisma-engines#5767); before that CONCURRENTLY works only as the single statement of its file.
 */
function splitsForConcurrently(directory: string, files: Files): boolean {
	for (const folder of ancestorsOf(directory, files)) {
		const manifest = joinPath(folder, "package.json");
		const text = files.exists(manifest) ? files.read(manifest).file?.text : undefined;
		const version = /"(?:prisma|@prisma\/client)"\s*:\s*"[^"\d]*(\d+)\.(\d+)/.exec(text ?? "");
		if (version) return Number(version[1]) + Number(version[2]) / 1000 >= 7.004;
	}
	return false;
}
