import { sqlxChecksums } from "../applied/checksums.ts";
import type { MigrationSource, ProjectProblem, Section } from "../../core/migration.ts";
import { compareText, folderName, joinPath, type Files } from "../files.ts";
import type { Detection, Layout, LayoutReading } from "./layout.ts";
import { isAbove, isMentionedAbove, textAbove } from "./manifest.ts";
import {
	compareDigits,
	duplicateRevisions,
	oneMessage,
	readInto,
	sqlNames,
	verifySections,
	wholeFile,
	wayOutByLine,
} from "./section.ts";

/** sqlx: 20240131120000_name.sql, or .up.sql beside .down.sql, next to a crate that uses sqlx. */
export const sqlx: Layout = {
	id: "sqlx",
	name: "sqlx",
	// SqliteConnectOptions sets PRAGMA foreign_keys = ON (sqlx-sqlite/src/options/mod.rs).
	sqliteForeignKeys: "on",
	orderedBy: "the number at the start of the file name",
	applied: {
		table: "_sqlx_migrations",
		rows: "SELECT version, {hex checksum}, NOT success FROM {table} ORDER BY installed_on, version",
		holds: "each",
		checksumsOf: sqlxChecksums,
	},
	whenGone: 'it stops: the migration "was previously applied but is missing"',
	ownsFolders: false,

	detect(directory, files) {
		const names = sqlNames(directory, files).filter((name) => /^\d+_/.test(name));
		const [first] = names;
		if (first === undefined || files.list(directory).includes("atlas.sum")) return undefined;
		const sign = ["sqlx.toml", ".sqlx"].find((name) => isAbove(directory, files, name));
		if (sign !== undefined)
			return { why: `${sign} above files like ${first}`, ...driverOf(directory, files) };
		if (isMentionedAbove(directory, files, "Cargo.toml", /^\s*(?:\[.*\.)?sqlx\b/m)) {
			return { why: `sqlx in Cargo.toml above files like ${first}`, ...driverOf(directory, files) };
		}
		const parent = folderName(joinPath(directory, ".."), files);
		if (/(?:^|[-_])sqlx(?:[-_]|$)/.test(parent)) return { why: `the folder ${parent}` };
		const bare = names.find((name) => isBare(files.read(joinPath(directory, name)).file?.text));
		return bare === undefined ? undefined : { why: `-- no-transaction in ${bare}` };
	},

	read(directory, files, dialect): LayoutReading {
		const problems: ProjectProblem[] = [];
		const all = sqlNames(directory, files).filter((name) => name.includes("_"));
		problems.push(
			...all
				.filter((name) => !/^\d+_/.test(name))
				.map((name) => badName(joinPath(directory, name))),
		);
		const ups = all
			.filter((name) => /^\d+_/.test(name) && !name.endsWith(".down.sql"))
			.sort((a, b) => compareDigits(revisionOf(a), revisionOf(b)) || compareText(a, b));
		problems.push(
			...duplicateRevisions(
				ups.map((name) => ({
					revision: revisionOf(name).replace(/^0+(?=\d)/, ""),
					file: joinPath(directory, name),
				})),
				"sqlx",
			),
		);
		const downs = new Map(
			all.filter((name) => name.endsWith(".down.sql")).map((name) => [revisionOf(name), name]),
		);
		const section = (path: string): readonly Section[] => {
			const file = readInto(path, files, problems);
			if (!file) return [];
			// MySQL's driver passes over the line, but there every DDL statement commits anyway.
			const bare = oneMessage(dialect);
			if (isBare(file.text)) return [wholeFile(file, bare)];
			// Behind a byte order mark sqlx does not see the line.
			if (file.text.startsWith("\uFEFF")) return [wholeFile(file, "file")];
			const then = { then: bare, counts: "file" } as const;
			return [
				wholeFile(file, "file", { wayOut: wayOutByLine(file, 0, "-- no-transaction", then) }),
			];
		};
		const migrations: MigrationSource[] = [];
		for (const name of ups) {
			const path = joinPath(directory, name);
			const up = section(path);
			if (up.length === 0) continue;
			const down = downs.get(revisionOf(name));
			migrations.push({
				id: revisionOf(name),
				name: name.replace(/^\d+_/, "").replace(/(?:\.up)?\.sql$/, ""),
				up,
				down: down === undefined ? [] : section(joinPath(directory, down)),
				verify: verifySections(path, files, problems),
				placeholders: [],
			});
		}
		return { migrations, problems: [...problems, ...uselessMarkers(migrations)] };
	},

	write({ directory, revision, name, sql, runs, down = "" }, existing) {
		const stem = joinPath(directory, `${revision}_${name}`);
		const text = `${runs === "alone" ? "-- no-transaction\n" : ""}${sql}`;
		if (!existing.some((file) => file.endsWith(".up.sql"))) return [{ path: `${stem}.sql`, text }];
		return [
			{ path: `${stem}.up.sql`, text },
			{ path: `${stem}.down.sql`, text: down },
		];
	},
};

/** The crate's features name the drivers; that for MySQL is that for MariaDB too. */
function driverOf(directory: string, files: Files): Pick<Detection, "dialect"> {
	const manifest = textAbove(directory, files, "Cargo.toml") ?? "";
	const features = /^(?:sqlx\s*=\s*\{|\[.*\.sqlx\])[^}]*?\bfeatures\s*=\s*\[([^\]]*)\]/m.exec(
		manifest,
	)?.[1];
	const named = [...(features ?? "").matchAll(/"(postgres|mysql|sqlite)"/g)].map(
		([, name]) => name,
	);
	const [only] = named;
	if (named.length !== 1 || (only !== "postgres" && only !== "sqlite")) return {};
	return { dialect: { id: only, why: `sqlx's feature "${only}" in Cargo.toml` } };
}

function revisionOf(name: string): string {
	return /^\d+/.exec(name)?.[0] ?? "";
}

/** These must be the very first bytes (sqlx-core/src/migrate/source.rs). */
function isBare(text: string | undefined): boolean {
	return text?.startsWith("-- no-transaction") === true;
}

function uselessMarkers(migrations: readonly MigrationSource[]): readonly ProjectProblem[] {
	return migrations
		.flatMap(({ up }) => up.map(({ file }) => file))
		.flatMap((file) => {
			const match = /^-- no-transaction\b/m.exec(file.text);
			if (!match || match.index === 0) return [];
			return [
				{
					code: "badMarker",
					severity: "warning",
					file: file.path,
					range: { start: match.index, end: match.index + match[0].length },
					message: `${file.path}: "-- no-transaction" has no effect here: sqlx runs the file in a transaction`,
					hint: "It must be the first thing in the file, before any blank line, comment or byte order mark.",
				} satisfies ProjectProblem,
			];
		});
}

function badName(path: string): ProjectProblem {
	return {
		code: "badFileName",
		severity: "error",
		file: path,
		message: `${path} stops sqlx: what stands before the first underscore is no number`,
		hint: "Name it <number>_<description>.sql, or move it out of the directory.",
	};
}
