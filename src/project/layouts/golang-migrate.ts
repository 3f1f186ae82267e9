import type {
	DatabaseId,
	MigrationSource,
	ProjectProblem,
	Section,
	TransactionClass,
} from "../../core/migration.ts";
import { ancestorsOf, compareText, joinPath, type Files } from "../files.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import {
	compareDigits,
	duplicateRevisions,
	readInto,
	sqlNames,
	verifySections,
	wholeFile,
} from "./section.ts";

const fileName = /^(\d+)_(.*)\.(up|down)\.sql$/i;

/** golang-migrate and maragu.dev/migrate: 12_name.up.sql beside 12_name.down.sql. */
export const golangMigrate: Layout = {
	id: "golang-migrate",
	name: "golang-migrate",
	ownsFolders: false,

	detect(directory, files) {
		const first = sqlNames(directory, files).find((name) => /^\d+_.*\.up\.sql$/i.test(name));
		return first === undefined ? undefined : { why: `file names like ${first}` };
	},

	read(directory, files, dialect): LayoutReading {
		const problems: ProjectProblem[] = [];
		const ups = entries(directory, files, "up");
		const downs = new Map(entries(directory, files, "down").map((entry) => [entry.key, entry]));
		problems.push(
			...duplicateRevisions(
				ups.map(({ key, path }) => ({ revision: key, file: path })),
				"golang-migrate",
			),
		);
		const transaction = transactionClass(directory, files, dialect);
		const section = (path: string): readonly Section[] => {
			const file = readInto(path, files, problems);
			return file ? [wholeFile(file, transaction)] : [];
		};
		const migrations: MigrationSource[] = [];
		for (const { path, digits, key, name } of ups) {
			const up = section(path);
			if (up.length === 0) continue;
			const down = downs.get(key);
			migrations.push({
				id: digits,
				name,
				up,
				down: down ? section(down.path) : [],
				verify: verifySections(path, files, problems),
				placeholders: [],
			});
		}
		return { migrations, problems };
	},
};

interface Entry {
	readonly path: string;
	readonly digits: string;
	/** The revision as a number, which is what the tool compares. */
	readonly key: string;
	readonly name: string;
}

function entries(directory: string, files: Files, direction: "up" | "down"): readonly Entry[] {
	return sqlNames(directory, files)
		.flatMap((file) => {
			const match = fileName.exec(file);
			if (match?.[3]?.toLowerCase() !== direction) return [];
			const digits = match[1] ?? "";
			const key = digits.replace(/^0+(?=\d)/, "");
			return [{ path: joinPath(directory, file), digits, key, name: match[2] ?? "" }];
		})
		.sort((a, b) => compareDigits(a.digits, b.digits) || compareText(a.path, b.path));
}

/**
 * PostgreSQL gets the whole file as one message; the SQLite driver wraps it, the MySQL one does not
 * (golang-migrate database/postgres/postgres.go, database/sqlite3/README.md). maragu.dev/migrate runs
 * every file in a transaction.
 */
function transactionClass(directory: string, files: Files, dialect: DatabaseId): TransactionClass {
	if (usesMaragu(directory, files)) return "file";
	if (dialect === "sqlite") return "file";
	return dialect === "mysql" || dialect === "mariadb" ? "none" : "implicit";
}

function usesMaragu(directory: string, files: Files): boolean {
	const module = ancestorsOf(directory, files)
		.map((folder) => joinPath(folder, "go.mod"))
		.find((path) => files.exists(path));
	const text = module === undefined ? "" : (files.read(module).file?.text ?? "");
	return /\bmaragu\.dev\/migrate\b|\bmaragudk\/migrate\b/.test(text);
}
