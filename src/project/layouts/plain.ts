import type { MigrationSource, ProjectProblem } from "../../core/migration.ts";
import { compareText, joinPath, nameOf } from "../files.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import { compareDigits, readInto, sqlNames, verifySections, wholeFile } from "./section.ts";

/** SQL files whose names say their order, run by psql or by a script. */
export const plain: Layout = {
	id: "plain",
	name: "ordered SQL files",
	orderedBy: "the number in the file name",
	ownsFolders: false,

	detect(directory, files) {
		const first = sqlNames(directory, files).find((name) => revisionOf(name) !== undefined);
		return first === undefined ? undefined : { why: `numbered files like ${first}` };
	},

	read(directory, files): LayoutReading {
		const problems: ProjectProblem[] = [];
		const migrations: MigrationSource[] = [];
		const names = sqlNames(directory, files).filter((name) => !isDown(name));
		const numbered = names.filter((name) => revisionOf(name) !== undefined);
		const ordered = (numbered.length > 0 ? numbered : [...names]).sort(byRevision);
		for (const name of ordered) {
			const source = sourceOf(joinPath(directory, name), files, problems);
			if (!source) continue;
			const tool = foreignTool(source);
			if (tool === undefined) migrations.push(source);
			else problems.push(notRead(joinPath(directory, name), tool));
		}
		return { migrations, problems };
	},

	// psql commits after each statement.
	write({ directory, revision, name, sql, runs }, existing) {
		const head = /^([a-z]*[_-]?)\d/i.exec(nameOf(existing.at(-1) ?? ""))?.[1] ?? "";
		const text = runs === "alone" ? sql : `BEGIN;\n${sql}COMMIT;\n`;
		return [{ path: joinPath(directory, `${head}${revision}_${name}.sql`), text }];
	},
};

/** Returns one file as a migration of its own; what is wrong with it goes to the problems. */
export function sourceOf(
	path: string,
	files: Parameters<Layout["read"]>[1],
	problems: ProjectProblem[],
): MigrationSource | undefined {
	const file = readInto(path, files, problems);
	if (!file) return undefined;
	const id = nameOf(path).replace(/\.sql$/i, "");
	return {
		id,
		name: id.replace(/^[\d._-]+/, "") || id,
		up: [wholeFile(file, "none")],
		down: [],
		verify: verifySections(path, files, problems),
		placeholders: ["psql"],
	};
}

/** Files of these tools hold more than what is run: read as plain SQL they would mislead. */
const foreignMarkers: readonly (readonly [RegExp, string])[] = [
	[/^-- \+migrate (?:Up|Down)\b/m, "sql-migrate"],
	[/^-- rambler (?:up|down)\b/m, "Rambler"],
	[/^---- create above \/ drop below ----/m, "tern"],
	[/^# --- !(?:Ups|Downs)\b/m, "Play Evolutions"],
	[/^-- (?:Up|Down) Migration\b/m, "node-pg-migrate"],
	[/^-- \/\/@UNDO\b/m, "MyBatis Migrations"],
	[/^\uFEFF?--\s*liquibase formatted sql\b/, "Liquibase"],
];

function foreignTool(source: MigrationSource): string | undefined {
	const text = source.up[0]?.file.text ?? "";
	return foreignMarkers.find(([pattern]) => pattern.test(text))?.[1];
}

function notRead(file: string, tool: string): ProjectProblem {
	return {
		code: "unknownLayout",
		severity: "error",
		file,
		message: `${file} is a migration of ${tool}, not plain SQL`,
		hint: "Name the tool's layout under projects in the config, or exclude the directory.",
	};
}

/** Returns the numbers that a name begins with or that stand after one word: update-1.36.4.sql. */
export function revisionOf(name: string): readonly string[] | undefined {
	const match = /^(?:[a-z]+(?:[_-][a-z]+)?[_-]?)?(\d+(?:[._-]\d+)*)/i.exec(name);
	return match?.[1]?.split(/[._-]/);
}

function isDown(name: string): boolean {
	return /[._-](?:down|rollback|revert|undo)\.sql$/i.test(name);
}

/** Compares names by the numbers in them: v0.9 before v0.10. */
export function byRevision(a: string, b: string): number {
	const left = revisionOf(a) ?? [];
	const right = revisionOf(b) ?? [];
	for (let at = 0; at < Math.max(left.length, right.length); at++) {
		const difference = compareDigits(left[at] ?? "0", right[at] ?? "0");
		if (difference !== 0) return difference;
	}
	return compareText(a, b);
}
