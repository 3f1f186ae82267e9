import { rowNewest } from "../applied/history-table.ts";
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
	// mattn/go-sqlite3 leaves SQLite's own default without _foreign_keys in the URL (sqlite3.go, Open) and without the
	// build tag sqlite_foreign_keys (sqlite3_opt_foreign_keys.go).
	sqliteForeignKeys: "off",
	orderedBy: "the number at the start of the file name",
	applied: rowNewest("schema_migrations", "version", "dirty"),
	whenGone: "it stops on databases where this is the current version",
	ownsFolders: false,

	detect(directory, files) {
		const first = sqlNames(directory, files).find((name) => /^\d+_.*\.up\.sql$/i.test(name));
		return first === undefined ? undefined : { why: `file names like ${first}` };
	},

	read(directory, files, dialect): LayoutReading {
		const problems: ProjectProblem[] = [];
		const isMaragu = usesMaragu(directory, files);
		const ups = entries(directory, files, "up", isMaragu);
		const downs = entries(directory, files, "down", isMaragu);
		const downOf = new Map(downs.map((entry) => [entry.key, entry]));
		problems.push(
			...duplicateRevisions(
				ups.map(({ key, path }) => ({ revision: key, file: path })),
				"golang-migrate",
			),
		);
		const transaction = isMaragu ? "file" : transactionClass(dialect);
		const section = (path: string): readonly Section[] => {
			const file = readInto(path, files, problems);
			return file ? [wholeFile(file, transaction)] : [];
		};
		const migrations: MigrationSource[] = [];
		for (const { path, id, key, name } of ups) {
			const up = section(path);
			if (up.length === 0) continue;
			const down = downOf.get(key);
			migrations.push({
				id,
				name,
				up,
				down: down ? section(down.path) : [],
				verify: verifySections(path, files, problems),
				placeholders: [],
			});
		}
		return { migrations, problems };
	},

	write({ directory, revision, name, sql, down }) {
		const stem = joinPath(directory, `${revision}_${name}`);
		const back = down === undefined ? [] : [{ path: `${stem}.down.sql`, text: down }];
		return [{ path: `${stem}.up.sql`, text: sql }, ...back];
	},
};

interface Entry {
	readonly path: string;
	/** As the tool writes it in its history. */
	readonly id: string;
	/** What the tool compares: the number, with maragu.dev/migrate the whole name. */
	readonly key: string;
	readonly name: string;
}

function entries(
	directory: string,
	files: Files,
	direction: "up" | "down",
	isMaragu: boolean,
): readonly Entry[] {
	const found = sqlNames(directory, files).flatMap((file) => {
		const match = fileName.exec(file);
		if (match?.[3]?.toLowerCase() !== direction) return [];
		const [, digits = "", name = ""] = match;
		const path = joinPath(directory, file);
		if (isMaragu) return [{ path, id: `${digits}_${name}`, key: `${digits}_${name}`, name }];
		return [{ path, id: digits, key: digits.replace(/^0+(?=\d)/, ""), name }];
	});
	return found.sort((a, b) => {
		const byText = compareText(a.path, b.path);
		return isMaragu ? byText : compareDigits(a.key, b.key) || byText;
	});
}

/**
 * PostgreSQL gets the whole file as one message; the SQLite driver wraps it, the MySQL one does not
 * (golang-migrate database/postgres/postgres.go, database/sqlite3/README.md).
 */
function transactionClass(dialect: DatabaseId): TransactionClass {
	if (dialect === "sqlite") return "file";
	return dialect === "mysql" || dialect === "mariadb" ? "none" : "implicit";
}

/**
 * maragu.dev/migrate uses the same names, but its revision is the whole name and each file runs in a
 * transaction. Without go.mod it shows in numbers that occur twice before the last one: golang-migrate
 * refuses to run a directory with such numbers, so its users never get further.
 */
function usesMaragu(directory: string, files: Files): boolean {
	const module = ancestorsOf(directory, files)
		.map((folder) => joinPath(folder, "go.mod"))
		.find((path) => files.exists(path));
	const text = module === undefined ? "" : (files.read(module).file?.text ?? "");
	if (/\bgolang-migrate\/migrate\b/.test(text)) return false;
	if (/\bmaragu\.dev\/migrate\b|\bmaragudk\/migrate\b/.test(text)) return true;
	const keys = entries(directory, files, "up", false).map(({ key }) => key);
	return keys.some((key, index) => key === keys[index + 1] && key !== keys.at(-1));
}
