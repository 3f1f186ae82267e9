import { atlasSums } from "../applied/checksums.ts";
import type {
	MigrationSource,
	ProjectProblem,
	Section,
	TransactionClass,
} from "../../core/migration.ts";
import type { SourceFile } from "../../core/source.ts";
import { joinPath, nameOf, type Files } from "../files.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import { linesOf, readInto, sqlNames, verifySections, type Line } from "./section.ts";

const sumFile = "atlas.sum";

/**
 * Atlas with its own file names. Where its sum lies beside files of another tool, that tool's layout reads
 * them: it stands before this one.
 */
export const atlas: Layout = {
	id: "atlas",
	name: "Atlas",
	orderedBy: "the file names as text",
	applied: {
		table: "atlas_schema_revisions.atlas_schema_revisions",
		also: ["atlas_schema_revisions"],
		rows: `SELECT version, NULL, applied < total FROM {table}
			WHERE version <> '.atlas_cloud_identifier' ORDER BY executed_at, version`,
		holds: "each",
	},
	whenGone: "it stops: atlas.sum does not fit",
	ownsFolders: false,

	detect(directory, files) {
		return files.list(directory).includes(sumFile) ? { why: sumFile } : undefined;
	},

	read(directory, files): LayoutReading {
		const problems: ProjectProblem[] = [];
		const migrations: MigrationSource[] = [];
		for (const name of sqlNames(directory, files)) {
			const path = joinPath(directory, name);
			const file = readInto(path, files, problems);
			if (!file) continue;
			const header = headerOf(file.text);
			const isCheckpoint = header.has("checkpoint");
			if (isCheckpoint && migrations.length > 0) {
				problems.push(passedOver(path));
				continue;
			}
			const parts = partsOf(file, transactionClass(header), header.has("txtar"));
			migrations.push({
				id: /^[^_.]+/.exec(name)?.[0] ?? name,
				name: name.replace(/^[^_.]+_?/, "").replace(/\.sql$/i, ""),
				up: parts.up,
				down: parts.down,
				verify: [...parts.verify, ...verifySections(path, files, problems)],
				placeholders: ["doubleBrace"],
				...(isCheckpoint ? { baseline: true } : {}),
			});
		}
		return {
			migrations,
			problems: [...problems, ...unsummed(directory, files), ...changedSince(directory, files)],
		};
	},
};

/** Directives count only in comments at the top that a blank line ends (sql/migrate/dir.go). */
function headerOf(text: string): ReadonlyMap<string, string> {
	const header = new Map<string, string>();
	for (const { text: line } of linesOf(text)) {
		if (line.trim() === "") return header;
		if (!/^(?:--|#)/.test(line)) break;
		const [, name, value = ""] = /^(?:--|#)\s*atlas:(\w+)\s*(.*?)\s*$/.exec(line) ?? [];
		if (name !== undefined) header.set(name, value);
	}
	return new Map();
}

function transactionClass(header: ReadonlyMap<string, string>): TransactionClass {
	const mode = header.get("txmode");
	return mode === "none" || mode === "all" ? mode : "file";
}

interface Parts {
	readonly up: readonly Section[];
	readonly down: readonly Section[];
	readonly verify: readonly Section[];
}

/** An archive (atlas:txtar) holds checks.sql, migration.sql and down.sql under lines with their names. */
function partsOf(file: SourceFile, transaction: TransactionClass, isArchive: boolean): Parts {
	const whole: Section = { file, range: { start: 0, end: file.text.length }, transaction };
	if (!isArchive) return { up: [whole], down: [], verify: [] };
	const nameOfPart = ({ text }: Line): string | undefined =>
		/^-- (\S+\.sql) --\s*$/.exec(text)?.[1];
	const marks = linesOf(file.text).filter((line) => nameOfPart(line) !== undefined);
	const parts = marks.map((line, index) => {
		const end = marks[index + 1]?.range.start ?? file.text.length;
		return {
			name: nameOfPart(line) ?? "",
			section: { ...whole, range: { start: line.next, end } },
		};
	});
	const named = (pattern: RegExp): readonly Section[] =>
		parts.filter(({ name }) => pattern.test(name)).map(({ section }) => section);
	return {
		up: named(/^migration\.sql$/),
		down: named(/^down\.sql$/),
		verify: named(/^checks(?:\.sql|\/)/).map((part) => ({ ...part, transaction: "none" })),
	};
}

/** The first file that is not what it was when the sum was written: all sums after it differ too. */
function changedSince(directory: string, files: Files): readonly ProjectProblem[] {
	const path = joinPath(directory, sumFile);
	const sum = files.exists(path) ? (files.read(path).file?.text ?? "") : "";
	const listed = [...sum.matchAll(/^(\S.*?) h1:(\S+)/gm)];
	const texts = listed.flatMap(([, name = ""]) => {
		const text = files.read(joinPath(directory, name)).file?.text;
		return text === undefined ? [] : [{ name, text }];
	});
	// A file that is gone is told by the list; the sums after it cannot be compared.
	if (texts.length < listed.length) return [];
	const sums = atlasSums(texts);
	const changed = listed.find(([, name = "", written]) => sums.get(name) !== written)?.[1];
	if (changed === undefined) return [];
	return [
		{
			code: "checksumDiffers",
			severity: "warning",
			file: joinPath(directory, changed),
			message: `${joinPath(directory, changed)} was changed after ${sumFile} was written: Atlas refuses to run the directory`,
			hint: "Take the change back if it is released; else run atlas migrate hash.",
		},
	];
}

/** Atlas runs nothing while a file is not in its sum. */
function unsummed(directory: string, files: Files): readonly ProjectProblem[] {
	const path = joinPath(directory, sumFile);
	const sum = files.exists(path) ? files.read(path).file?.text : undefined;
	if (sum === undefined) return [];
	const listed = new Set([...sum.matchAll(/^(\S.*?) h1:/gm)].map(([, name]) => name));
	return sqlNames(directory, files)
		.filter((name) => !listed.has(name))
		.filter(
			(name) =>
				headerOf(files.read(joinPath(directory, name)).file?.text ?? "").get("sum") !== "ignore",
		)
		.map((name) => ({
			code: "notInHistory",
			severity: "warning",
			file: joinPath(directory, name),
			message: `${joinPath(directory, name)} is not in ${sumFile}: Atlas refuses to run the directory`,
			hint: "Run atlas migrate hash.",
		}));
}

function passedOver(path: string): ProjectProblem {
	return {
		code: "supersededBaseline",
		severity: "info",
		file: path,
		message: `${path} is a checkpoint: it is not read, because the files before ${nameOf(path)} are still there`,
		hint: "Nothing to do. It only serves to set up an empty database.",
	};
}
