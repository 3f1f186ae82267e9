import type {
	DatabaseId,
	ProjectProblem,
	Section,
	TransactionClass,
	WayOut,
} from "../../core/migration.ts";
import type { Range, SourceFile } from "../../core/source.ts";
import { compareText, joinPath, type Files } from "../files.ts";

/** Returns the whole file as one section. */
export function wholeFile(
	file: SourceFile,
	transaction: TransactionClass,
	more: Partial<Section> = {},
): Section {
	return { file, range: { start: 0, end: file.text.length }, transaction, ...more };
}

/**
 * Returns the class of a text that a tool sends as one message without a transaction of its own:
 * PostgreSQL makes one transaction of several statements, the others run each by itself
 * (https://www.postgresql.org/docs/current/protocol-flow.html, Multiple Statements in a Simple Query).
 */
export function oneMessage(dialect: DatabaseId): TransactionClass {
	return dialect === "postgres" || dialect === "cockroachdb" ? "implicit" : "none";
}

/** Returns the folders of a directory, without the slash. */
export function folderNames(directory: string, files: Files): readonly string[] {
	return files
		.list(directory)
		.filter((name) => name.endsWith("/"))
		.map((name) => name.slice(0, -1));
}

/** Returns the way out of the transaction that a line at a place of the file opens. */
export function wayOutByLine(
	{ text }: SourceFile,
	at: number,
	line: string,
	rest: Omit<WayOut, "edit">,
): WayOut {
	const lineEnd = /\r\n|\n|\r/.exec(text)?.[0] ?? "\n";
	return { edit: { range: { start: at, end: at }, text: `${line}${lineEnd}` }, ...rest };
}

/** A line of a file with its place, without its line end. */
export interface Line {
	readonly text: string;
	readonly range: Range;
	/** The offset after the line end. */
	readonly next: number;
}

/** Returns the lines of a text; LF, CRLF and CR end one. A byte order mark is not in the first. */
export function linesOf(text: string): readonly Line[] {
	const lines: Line[] = [];
	const lineEnd = /\r\n|\n|\r/g;
	let start = text.startsWith("\uFEFF") ? 1 : 0;
	for (;;) {
		lineEnd.lastIndex = start;
		const match = lineEnd.exec(text);
		const end = match ? match.index : text.length;
		const next = match ? lineEnd.lastIndex : text.length;
		lines.push({ text: text.slice(start, end), range: { start, end }, next });
		if (!match) return lines;
		start = next;
	}
}

/** Sidecars hold verification queries: they are no migrations. */
export function isVerifyFile(name: string): boolean {
	return /\.verify\.sql$/i.test(name);
}

/** Reads a file; what is wrong with it goes to the problems. */
export function readInto(
	file: string,
	files: Files,
	problems: ProjectProblem[],
): SourceFile | undefined {
	const reading = files.read(file);
	if (reading.file) return reading.file;
	problems.push(reading.problem);
	return undefined;
}

/** Returns the verification queries in the sidecar of a migration's file, if there is one. */
export function verifySections(
	file: string,
	files: Files,
	problems: ProjectProblem[],
): readonly Section[] {
	const sidecar = file.replace(/(?:\.up)?\.sql$/i, ".verify.sql");
	if (sidecar === file || !files.exists(sidecar)) return [];
	const read = readInto(sidecar, files, problems);
	return read ? [wholeFile(read, "none")] : [];
}

/** The SQL files of a listing: most layouts ask for those of the same directory. */
const sqlNamesOf = new WeakMap<readonly string[], readonly string[]>();

/** Returns the files of a directory whose names end in .sql, without folders and sidecars. */
export function sqlNames(directory: string, files: Files): readonly string[] {
	const listing = files.list(directory);
	const known = sqlNamesOf.get(listing);
	if (known) return known;
	const names = listing.filter((name) => /\.sql$/i.test(name) && !isVerifyFile(name));
	sqlNamesOf.set(listing, names);
	return names;
}

/** Returns the first SQL file of a directory whose text matches, of those with a name that does. */
export function firstMarked(
	directory: string,
	files: Files,
	marker: RegExp,
	name = /^\d/,
): string | undefined {
	return sqlNames(directory, files).find(
		(candidate) =>
			name.test(candidate) &&
			marker.test(
				(files.read(joinPath(directory, candidate)).file?.text ?? "").replace(/^\uFEFF/, ""),
			),
	);
}

/** Returns the .sql files of a directory and of the folders below it, without sidecars. */
export function sqlFilesBelow(
	directory: string,
	files: Files,
	enter: (folder: string) => boolean = () => true,
	depth = 5,
): readonly string[] {
	const found: string[] = sqlNames(directory, files).map((name) => joinPath(directory, name));
	if (depth === 0) return found;
	for (const entry of files.list(directory)) {
		if (!entry.endsWith("/")) continue;
		const folder = entry.slice(0, -1);
		if (folder === "node_modules" || folder.startsWith(".") || !enter(folder)) continue;
		found.push(...sqlFilesBelow(joinPath(directory, folder), files, enter, depth - 1));
	}
	return found;
}

/** Compares texts of decimal digits as numbers of any size: "9" before "10", "010" equal to "10". */
export function compareDigits(a: string, b: string): number {
	const left = a.replace(/^0+(?=\d)/, "");
	const right = b.replace(/^0+(?=\d)/, "");
	return left.length - right.length || compareText(left, right);
}

/** A file whose name begins with its number. */
export interface NumberedFile {
	readonly path: string;
	readonly digits: string;
	readonly title: string;
}

/** Returns files by their numbers; the first group of the pattern is the number, the second the title. */
export function numberedFiles(
	directory: string,
	names: readonly string[],
	pattern: RegExp,
): readonly NumberedFile[] {
	return names
		.flatMap((name) => {
			const match = pattern.exec(name);
			if (!match) return [];
			const [, digits = "", title = ""] = match;
			return [{ path: joinPath(directory, name), digits, title }];
		})
		.sort((a, b) => compareDigits(a.digits, b.digits));
}

/** Returns a problem for each file whose revision an earlier file has already. */
export function duplicateRevisions(
	entries: readonly { readonly revision: string; readonly file: string }[],
	tool: string,
): readonly ProjectProblem[] {
	const first = new Map<string, string>();
	const problems: ProjectProblem[] = [];
	for (const { revision, file } of entries) {
		const earlier = first.get(revision);
		if (earlier === undefined) {
			first.set(revision, file);
			continue;
		}
		problems.push({
			code: "duplicateRevision",
			severity: "error",
			file,
			message: `${file} and ${earlier} have the same revision ${revision}`,
			hint: `${tool} runs one file per revision. Give the newer one a revision of its own.`,
		});
	}
	return problems;
}

/** The same for numbers, which leading zeros do not tell apart. */
export function duplicateNumbers(
	entries: readonly Pick<NumberedFile, "digits" | "path">[],
	tool: string,
): readonly ProjectProblem[] {
	const revisions = entries.map(({ digits, path }) => ({
		revision: digits.replace(/^0+(?=\d)/, ""),
		file: path,
	}));
	return duplicateRevisions(revisions, tool);
}

/** The problem of a file that has no line of its tool's before the first statement. */
export function noUpMarker(path: string, marker: string, tool: string): ProjectProblem {
	return {
		code: "badMarker",
		severity: "error",
		file: path,
		message: `${path} has no "${marker}" line: ${tool} runs nothing of it`,
		hint: `Put "${marker}" on a line of its own before the first statement.`,
	};
}
