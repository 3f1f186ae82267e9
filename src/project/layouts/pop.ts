import { rowEach } from "../applied/history-table.ts";
import type { DatabaseId, MigrationSource, ProjectProblem, Section } from "../../core/migration.ts";
import { databaseNamed } from "../database-names.ts";
import { compareText, joinPath, type Files } from "../files.ts";
import { readFizz } from "../embedded/fizz/read.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import { textAbove } from "./manifest.ts";
import { embeddedSection } from "./program.ts";
import { duplicateRevisions, oneMessage, readInto, verifySections, wholeFile } from "./section.ts";

const fileName = /^(\d+)_([^.]+)(?:\.([a-z0-9]+))?(\.autocommit)?\.(up|down)\.(sql|fizz)$/;

/** pop (gobuffalo) and popx (ory): 12_name.postgres.up.sql takes the place of 12_name.up.sql. */
export const pop: Layout = {
	id: "pop",
	name: "pop",
	orderedBy: "the number at the start of the file name",
	applied: { ...rowEach("schema_migration", "version"), also: ["schema_migrations"] },
	ownsFolders: false,

	detect(directory, files) {
		const found = entries(directory, files);
		const first = found.find(({ direction }) => direction === "up");
		if (!first) return undefined;
		const databases = [...new Set(found.flatMap(({ database }) => database ?? []))];
		const special = found.find(({ database, isBare }) => database !== undefined || isBare);
		if (special) return { why: `file names like ${special.name}`, databases };
		const module = textAbove(directory, files, "go.mod") ?? "";
		const used = /\bgobuffalo\/pop\b|\bory\/(?:pop|x\/popx)\b/.exec(module)?.[0];
		if (used !== undefined && !/\bgolang-migrate\/migrate\b/.test(module)) {
			return { why: `${used} in go.mod above files like ${first.name}` };
		}
		const text = files.read(joinPath(directory, first.name)).file?.text ?? "";
		const isTemplate = /\{\{\s*(?:index \.Options|identifier \.Parameters)\b/.test(text);
		return isTemplate ? { why: `pop's template in ${first.name}` } : undefined;
	},

	read(directory, files, dialect): LayoutReading {
		const problems: ProjectProblem[] = [];
		const all = entries(directory, files);
		const ups = chosen(all, "up", dialect, problems, directory);
		const downs = new Map(
			chosen(all, "down", dialect, [], directory).map((entry) => [entry.version, entry]),
		);
		const section = ({ name, isBare }: Entry): readonly Section[] => {
			const file = readInto(joinPath(directory, name), files, problems);
			if (!file) return [];
			const transaction = isBare ? oneMessage(dialect) : "file";
			return name.endsWith(".fizz")
				? [embeddedSection(file, readFizz(file.text), transaction)]
				: [wholeFile(file, transaction)];
		};
		const migrations: MigrationSource[] = [];
		for (const entry of ups) {
			const path = joinPath(directory, entry.name);
			const up = section(entry);
			if (up.length === 0) continue;
			const down = downs.get(entry.version);
			migrations.push({
				id: entry.version,
				name: entry.title,
				up,
				down: down ? section(down) : [],
				verify: verifySections(path, files, problems),
				placeholders: ["doubleBrace"],
			});
		}
		return { migrations, problems };
	},
};

interface Entry {
	readonly name: string;
	readonly version: string;
	readonly title: string;
	readonly database: DatabaseId | undefined;
	readonly isBare: boolean;
	readonly direction: "up" | "down";
}

function entries(directory: string, files: Files): readonly Entry[] {
	return files.list(directory).flatMap((name) => {
		const match = fileName.exec(name);
		if (!match) return [];
		const [, version = "", title = "", part, bare, direction] = match;
		const database = part === undefined ? undefined : databaseNamed(part);
		if (part !== undefined && part !== "autocommit" && database === undefined) return [];
		const isBare = bare !== undefined || part === "autocommit";
		return [
			{ name, version, title, database, isBare, direction: direction === "up" ? "up" : "down" },
		];
	});
}

/**
 * Returns the files of a direction that run on a database, by version as text (migration_info.go): its
 * own ones before those for every database.
 */
function chosen(
	all: readonly Entry[],
	direction: "up" | "down",
	dialect: DatabaseId,
	problems: ProjectProblem[],
	directory: string,
): readonly Entry[] {
	const database = dialect === "mariadb" ? "mysql" : dialect;
	const fitting = all.filter(
		(entry) =>
			entry.direction === direction &&
			(entry.database === undefined || entry.database === database),
	);
	const own = new Set(
		fitting.filter((entry) => entry.database !== undefined).map(({ version }) => version),
	);
	const kept = fitting
		.filter((entry) => entry.database !== undefined || !own.has(entry.version))
		.sort((a, b) => compareText(a.version, b.version) || compareText(a.name, b.name));
	const revisions = kept.map(({ version, name }) => ({
		revision: version,
		file: joinPath(directory, name),
	}));
	problems.push(...duplicateRevisions(revisions, "pop"));
	return kept;
}
