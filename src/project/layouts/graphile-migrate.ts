import { graphileHash } from "../applied/checksums.ts";
import { rowEach } from "../applied/history-table.ts";
import type { DatabaseId, MigrationSource, ProjectProblem, Section } from "../../core/migration.ts";
import type { SourceFile } from "../../core/source.ts";
import { joinPath, type Files } from "../files.ts";
import { readJson } from "../json.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import {
	compareDigits,
	duplicateRevisions,
	readInto,
	sqlNames,
	verifySections,
	wayOutByLine,
} from "./section.ts";

const fileName = /^(\d{6,})(?:-(.*))?\.sql$/;
const configNames = [".gmrc", ".gmrc.json", ".gmrc.js", ".gmrc.cjs"];
const dialect: { readonly id: DatabaseId; readonly why: string } = {
	id: "postgres",
	why: "graphile-migrate is for PostgreSQL",
};

/** graphile-migrate: committed/000001.sql and so on, then what is being worked on in current. */
export const graphileMigrate: Layout = {
	id: "graphile-migrate",
	name: "graphile-migrate",
	orderedBy: "the number of the file, current.sql last",
	applied: rowEach("graphile_migrate.migrations", "substring(filename from '^[0-9]+')", "date"),
	whenGone: "it stops: the chain of hashes is broken",
	ownsFolders: true,

	detect(directory, files) {
		const first = committedNames(directory, files)[0];
		const config = configNames.find((name) => files.exists(joinPath(directory, "..", name)));
		if (
			config !== undefined &&
			(first !== undefined || currentPaths(directory, files).length > 0)
		) {
			return { why: config, dialect };
		}
		if (first === undefined) return undefined;
		const text = files.read(joinPath(directory, "committed", first)).file?.text ?? "";
		if (!text.startsWith("--! Previous:")) return undefined;
		return { why: `--! Previous: in committed/${first}`, dialect };
	},

	read(directory, files): LayoutReading {
		const problems: ProjectProblem[] = [];
		const names = committedNames(directory, files);
		const entries = names.map((name) => ({
			revision: fileName.exec(name)?.[1] ?? name,
			file: joinPath(directory, "committed", name),
		}));
		problems.push(...duplicateRevisions(entries, "graphile-migrate"));
		const committed = entries.flatMap(({ revision, file: path }) => {
			const file = readInto(path, files, problems);
			if (!file) return [];
			problems.push(...changedSince(file));
			const title = /^--! Message: (.*)$/m.exec(file.text)?.[1]?.trim() ?? revision;
			return [sourceOf(revision, title, [file], verifySections(path, files, problems))];
		});
		const current = currentPaths(directory, files).flatMap(
			(path) => readInto(path, files, problems) ?? [],
		);
		// An empty current migration is committed by nobody.
		const written = current.filter(({ text }) => text.replace(/--.*$/gm, "").trim() !== "");
		const last = written.length > 0 ? [sourceOf("current", "current", written, [])] : [];
		const migrations = [...resetScripts(directory, files, problems), ...committed, ...last];
		return { migrations, problems };
	},
};

function committedNames(directory: string, files: Files): readonly string[] {
	if (!files.list(directory).includes("committed/")) return [];
	return sqlNames(joinPath(directory, "committed"), files)
		.filter((name) => fileName.test(name))
		.sort((a, b) => compareDigits(/^\d+/.exec(a)?.[0] ?? "", /^\d+/.exec(b)?.[0] ?? ""));
}

/** A committed file says the hash of its body and of what went before: another one stops the tool. */
function changedSince({ path, text }: SourceFile): readonly ProjectProblem[] {
	const start = bodyStart(text);
	const header = text.slice(0, start);
	const written = /^--! Hash: sha1:(\S+)/m.exec(header)?.[1];
	const previous = /^--! Previous: (\S+)/m.exec(header)?.[1] ?? "-";
	if (written === undefined || /^--! AllowInvalidHash/m.test(header)) return [];
	const before = previous === "-" ? "" : previous;
	if (graphileHash(before, text.slice(start)) === written) return [];
	return [
		{
			code: "checksumDiffers",
			severity: "warning",
			file: path,
			message: `${path} was changed after it was committed: its hash is another one, and graphile-migrate stops`,
			hint: "Take the change back and write a new migration; released files stay as they are.",
		},
	];
}

/** Returns current.sql, or the numbered files of current/ in the order of their numbers. */
function currentPaths(directory: string, files: Files): readonly string[] {
	const single = joinPath(directory, "current.sql");
	if (files.exists(single)) return [single];
	if (!files.list(directory).includes("current/")) return [];
	const number = (name: string): string => /^\d+/.exec(name)?.[0] ?? "";
	return sqlNames(joinPath(directory, "current"), files)
		.filter((name) => /^\d+(?:-[-\w]*)?\.sql$/.test(name))
		.sort((a, b) => compareDigits(number(a), number(b)))
		.map((name) => joinPath(directory, "current", name));
}

function sourceOf(
	id: string,
	name: string,
	texts: readonly SourceFile[],
	verify: readonly Section[],
): MigrationSource {
	const up = texts.map((file): Section => {
		const start = bodyStart(file.text);
		const isBare = /^--!\s*no-transaction\b/.test(file.text.slice(start));
		const range = { start, end: file.text.length };
		if (isBare) return { file, range, transaction: "implicit" };
		// A committed file has a header with the hash of the rest.
		if (start > 0) return { file, range, transaction: "file" };
		const wayOut = wayOutByLine(file, 0, "--! no-transaction", {
			then: "implicit",
			counts: "file",
		});
		return { file, range, transaction: "file", wayOut };
	});
	return { id, name, up, down: [], verify, placeholders: ["psql"] };
}

/** The header of a committed file ends with the first blank line (src/header.ts). */
function bodyStart(text: string): number {
	return (
		/^--! (?:Previous:|AllowInvalidHash).*(?:\r?\n--!.*)*\r?\n\r?\n/.exec(text)?.[0].length ?? 0
	);
}

/** What `graphile-migrate reset` runs before the first migration is the schema it starts from. */
function resetScripts(
	directory: string,
	files: Files,
	problems: ProjectProblem[],
): readonly MigrationSource[] {
	const config = [".gmrc", ".gmrc.json"]
		.map((name) => joinPath(directory, "..", name))
		.find((path) => files.exists(path));
	const file = config === undefined ? undefined : files.read(config).file;
	if (!file) return [];
	const reading = readJson(file);
	const settings: unknown = "value" in reading ? reading.value : undefined;
	if (typeof settings !== "object" || !settings || !("afterReset" in settings)) return [];
	const actions: readonly unknown[] = Array.isArray(settings.afterReset) ? settings.afterReset : [];
	return actions.flatMap((action) => {
		// The mark says that the script runs as the superuser.
		const script = typeof action === "string" ? action.replace(/^!/, "") : undefined;
		if (script?.endsWith(".sql") !== true) return [];
		const text = readInto(joinPath(directory, script), files, problems);
		return text ? [{ ...sourceOf(script, script, [text], []), baseline: true }] : [];
	});
}
