import type { DatabaseId, MigrationSource, ProjectProblem, Section } from "../../core/migration.ts";
import type { SourceFile } from "../../core/source.ts";
import { compareText, joinPath, nameOf, pathFrom, type Files } from "../files.ts";
import { databaseNamed } from "../database-names.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import { entriesOf, isChangelog, type ChangelogEntry } from "./liquibase-changelog.ts";
import { linesOf, oneMessage, readInto, sqlFilesBelow, sqlNames, wholeFile } from "./section.ts";

const header = /^\uFEFF?\s*--\s*liquibase\s*formatted/i;

/** A change set by the name of its file: the folders depend on where the tool was started. */
const withoutFolders = (id: string): string => id.replace(/^.*\/(?=[^/]*::)/, "");

/** Liquibase: formatted SQL, in the order of the changelog that includes it or of the paths. */
export const liquibase: Layout = {
	id: "liquibase",
	name: "Liquibase",
	orderedBy: "the changelog",
	applied: {
		table: "databasechangelog",
		rows: `SELECT {concat filename, '::', id, '::', author}, NULL, exectype = 'FAILED'
			FROM {table} WHERE exectype <> 'SKIPPED' ORDER BY orderexecuted`,
		holds: "each",
		revisionOf: ({ id }) => withoutFolders(id),
		revisionIn: withoutFolders,
	},
	ownsFolders: true,
	ownsDatabaseFolders: true,

	detect(directory, files) {
		const root = rootChangelog(directory, files);
		if (root !== undefined) return { why: `${nameOf(root)} includes SQL files` };
		// Every directory is asked: a look at the first and the last file must do.
		const names = sqlNames(directory, files).filter((name) => !isTemplate(name));
		const formatted = [...names.slice(0, 3), ...names.slice(3).slice(-1)].find((name) =>
			header.test(files.read(joinPath(directory, name)).file?.text ?? ""),
		);
		return formatted === undefined
			? undefined
			: { why: `--liquibase formatted sql in ${formatted}` };
	},

	read(directory, files, dialect): LayoutReading {
		const problems: ProjectProblem[] = [];
		const root = rootChangelog(directory, files);
		const entries: readonly ChangelogEntry[] =
			root === undefined
				? formattedBelow(directory, files).map((path) => ({ kind: "file", path }))
				: entriesOf(root, files, problems);
		const migrations = entries.flatMap((entry) => {
			if (entry.kind === "change") return [changeOf(entry, directory, files)];
			const file = readInto(entry.path, files, problems);
			return file ? changesetsOf(file, pathFrom(directory, entry.path, files.cwd), dialect) : [];
		});
		if (root !== undefined) problems.push(...notIncluded(directory, entries, files));
		return { migrations, problems };
	},
};

/** Returns the changelog of a directory that no other one there includes and that leads to SQL files. */
function rootChangelog(directory: string, files: Files): string | undefined {
	const found = files
		.list(directory)
		.filter((name) => /changelog|master/i.test(name) && /\.(?:ya?ml|xml)$/i.test(name))
		.map((name) => joinPath(directory, name))
		.filter((path) => isChangelog(path, files));
	const leading = found.filter((path) =>
		entriesOf(path, files, []).some(
			({ kind, path: included }) => kind === "file" && /\.sql$/i.test(included),
		),
	);
	const isNamedRoot = (path: string): boolean => /master|root|main/i.test(nameOf(path));
	return leading.find(isNamedRoot) ?? leading[0];
}

/** A template of a generator: what it writes may be a migration, itself it is none. */
function isTemplate(name: string): boolean {
	return /\.(?:j2|jinja2?|tmpl|tpl)\.sql$/i.test(name);
}

function formattedBelow(directory: string, files: Files): readonly string[] {
	return [...sqlFilesBelow(directory, files)]
		.filter((path) => !isTemplate(path))
		.filter((path) => header.test(files.read(path).file?.text ?? ""))
		.sort(compareText);
}

/** A change that stands in the changelog itself: SQL where it is SQL, else a program of Liquibase's. */
function changeOf(
	{ path, id, author, sql, repeatable }: Extract<ChangelogEntry, { kind: "change" }>,
	directory: string,
	files: Files,
): MigrationSource {
	const file = files.read(path).file;
	const common = {
		id: `${pathFrom(directory, path, files.cwd)}::${id}::${author}`,
		name: id,
		down: [],
		verify: [],
		placeholders: ["dollarBrace"] as const,
		...(repeatable ? { repeatable } : {}),
	};
	if (!file || sql.length === 0) return { ...common, up: [], programFile: path };
	return { ...common, up: sql.map((range) => ({ file, range, transaction: "file" })) };
}

interface Changeset {
	readonly author: string;
	readonly id: string;
	readonly attributes: ReadonlyMap<string, string>;
	readonly start: number;
	end: number;
	readonly rollbacks: Section[];
}

const changesetLine =
	/^\s*--\s*changeset\s+(?:"([^"]*)"|([^\s:]+)):(?:"([^"]*)"|(\S+))(?:\s+(.*))?$/i;

/** Returns the changesets of a file in order; without a header the whole file is one. */
function changesetsOf(
	file: SourceFile,
	name: string,
	dialect: DatabaseId,
): readonly MigrationSource[] {
	if (!header.test(file.text)) {
		const up = [wholeFile(file, "file")];
		const title = nameOf(name).replace(/\.sql$/i, "");
		return [
			{
				id: `${name}::raw::includeAll`,
				name: title,
				up,
				down: [],
				verify: [],
				placeholders: ["dollarBrace"],
			},
		];
	}
	return parseChangesets(file)
		.filter(({ attributes }) => runsOn(attributes.get("dbms"), dialect))
		.filter(({ attributes }) => attributes.get("ignore") !== "true")
		.map(({ author, id, attributes, start, end, rollbacks }) => {
			const isOn = (attribute: string): boolean =>
				attributes.get(attribute)?.toLowerCase() === "true";
			const isBare = attributes.get("runintransaction")?.toLowerCase() === "false";
			const isWhole = attributes.get("splitstatements")?.toLowerCase() === "false";
			// Without a transaction the pieces between the delimiters commit by themselves.
			const transaction = !isBare ? "file" : isWhole ? oneMessage(dialect) : "none";
			const repeatable = isOn("runonchange") || isOn("runalways");
			return {
				id: `${attributes.get("logicalfilepath") ?? name}::${id}::${author}`,
				name: id,
				up: [{ file, range: { start, end }, transaction }],
				down: rollbacks.map((section) => ({ ...section, transaction })),
				verify: [],
				placeholders: ["dollarBrace"],
				...(repeatable ? { repeatable } : {}),
			} satisfies MigrationSource;
		});
}

function parseChangesets(file: SourceFile): readonly Changeset[] {
	const found: Changeset[] = [];
	let blockStart: number | undefined;
	for (const line of linesOf(file.text)) {
		const match = changesetLine.exec(line.text);
		const current = found.at(-1);
		if (match) {
			if (current) current.end = line.range.start;
			const [, quotedAuthor, author = "", quotedId, id = "", rest = ""] = match;
			found.push({
				author: quotedAuthor ?? author,
				id: quotedId ?? id,
				attributes: attributesOf(rest),
				start: line.next,
				end: file.text.length,
				rollbacks: [],
			});
			continue;
		}
		if (!current) continue;
		const add = (start: number, end: number): void => {
			const sql = file.text.slice(start, end).trim();
			if (sql === "" || /^(?:empty|not required)\s*;?$/i.test(sql)) return;
			current.rollbacks.push({ file, range: { start, end }, transaction: "file" });
		};
		const inline = /^\s*--\s*rollback\s+/i.exec(line.text);
		if (inline) add(line.range.start + inline[0].length, line.range.end);
		if (/^\s*\/\*\s*liquibase\s+rollback\b/i.test(line.text)) blockStart = line.next;
		const close = blockStart === undefined ? -1 : line.text.indexOf("*/");
		if (blockStart !== undefined && close !== -1) {
			if (blockStart <= line.range.start) add(blockStart, line.range.start + close);
			blockStart = undefined;
		}
	}
	return found;
}

function attributesOf(text: string): ReadonlyMap<string, string> {
	const attributes = new Map<string, string>();
	for (const match of text.matchAll(/(\w+):(?:"([^"]*)"|(\S+))/g)) {
		attributes.set((match[1] ?? "").toLowerCase(), match[2] ?? match[3] ?? "");
	}
	return attributes;
}

/** `dbms:postgresql,!h2`: one of the named and none of the refused. */
function runsOn(written: string | undefined, dialect: DatabaseId): boolean {
	const words = (written ?? "")
		.split(",")
		.map((word) => word.trim())
		.filter((word) => word !== "");
	const is = (word: string): boolean => word === "all" || databaseNamed(word) === dialect;
	if (words.some((word) => word.startsWith("!") && is(word.slice(1)))) return false;
	const wanted = words.filter((word) => !word.startsWith("!"));
	return wanted.length === 0 || wanted.some(is);
}

function notIncluded(
	directory: string,
	entries: readonly ChangelogEntry[],
	files: Files,
): readonly ProjectProblem[] {
	const included = new Set(entries.map(({ path }) => path));
	return formattedBelow(directory, files)
		.filter((path) => !included.has(path))
		.map((path) => ({
			code: "notInHistory",
			severity: "warning",
			file: path,
			message: `${path} is not in Liquibase's changelog: it never runs`,
			hint: "Include it in the changelog, or remove the file.",
		}));
}
