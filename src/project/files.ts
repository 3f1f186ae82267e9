import {
	existsSync,
	readdirSync,
	readFileSync,
	realpathSync,
	statSync,
	type Dirent,
} from "node:fs";
import path from "node:path";
import type { ProjectProblem } from "../core/migration.ts";
import type { SourceFile } from "../core/source.ts";
import { decode } from "./decode.ts";

/** A text file, or why it could not be read. */
export type FileReading =
	| { readonly file: SourceFile; readonly problem?: never }
	| { readonly file?: never; readonly problem: ProjectProblem };

/**
 * The files that layouts read. Paths are relative to the working directory, with forward slashes; a
 * file is decoded once.
 */
export interface Files {
	/** The working directory as an absolute path with forward slashes. */
	readonly cwd: string;
	read(file: string): FileReading;
	exists(file: string): boolean;
	/** The files and folders of a directory in string order, folders with a slash at the end. */
	list(directory: string): readonly string[];
}

/** Joins parts of a path with forward slashes; `.` and empty parts vanish. */
export function joinPath(...parts: readonly string[]): string {
	return parts.every(isPlain) ? parts.join("/") : path.posix.join(...parts);
}

/** True for a relative path in which nothing is left to resolve. Most are, and resolving takes several times longer. */
function isPlain(file: string): boolean {
	return !/(?:^|\/)\.{0,2}(?:\/|$)|[\\:]/.test(file);
}

/** Returns the directory of a path with forward slashes, `.` for a bare name. */
export function parentOf(file: string): string {
	const slash = file.lastIndexOf("/");
	// Most paths are as plain as that, and it is asked of every file several times.
	const isPlainName = slash > 0 && slash < file.length - 1 && file[slash - 1] !== "/";
	return isPlainName ? file.slice(0, slash) : path.posix.dirname(file);
}

/** Returns the last part of a path with forward slashes. */
export function nameOf(file: string): string {
	const slash = file.lastIndexOf("/");
	return slash < file.length - 1 ? file.slice(slash + 1) : path.posix.basename(file);
}

/** Returns the name of a directory, also for one written as `.` or `..`. */
export function folderName(directory: string, files: Files): string {
	return path.posix.basename(path.posix.resolve(files.cwd, directory));
}

/** Returns a directory and those above it, nearest first, to the repository's root or sixteen steps. */
export function ancestorsOf(directory: string, files: Files): readonly string[] {
	const found: string[] = [];
	for (let folder = directory; found.length < 16; folder = joinPath(folder, "..")) {
		found.push(folder);
		if (files.exists(joinPath(folder, ".git"))) break;
		if (path.posix.resolve(files.cwd, folder) === "/") break;
	}
	return found;
}

/** Compares by UTF-16 code units, as tools that sort file names do; never by a locale. */
export function compareText(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}

/** True for a path in a directory or below it. */
export function isWithin(directory: string, file: string): boolean {
	return !/^\.\.(?:\/|$)/.test(pathFrom(directory, file, deepDirectory));
}

/** Enough folders that a path with `..` stays below the root; their names do not matter. */
const deepDirectory = `/${"folder/".repeat(40)}`;

/** Returns a path as seen from a directory; both are relative to the same working directory. */
export function pathFrom(directory: string, file: string, cwd: string): string {
	return path.posix.relative(path.posix.resolve(cwd, directory), path.posix.resolve(cwd, file));
}

/** Returns the path relative to the working directory with forward slashes, `.` for itself. */
export function relativePath(cwd: string, file: string): string {
	if (isPlain(file)) return file;
	const relative = path.relative(cwd, path.resolve(cwd, file));
	return relative === "" ? "." : relative.split(path.sep).join("/");
}

/** Returns the files of the disk as seen from a working directory. */
export function diskFiles(cwd: string): Files {
	const readings = new Map<string, FileReading>();
	const listings = new Map<string, Listing>();
	const listed = (directory: string): Listing => {
		const known = listings.get(directory);
		if (known) return known;
		const listing = listDisk(path.resolve(cwd, directory));
		listings.set(directory, listing);
		return listing;
	};
	return {
		cwd: path.resolve(cwd).split(path.sep).join("/"),
		read(file) {
			const known = readings.get(file);
			if (known) return known;
			// ../1.1/V2__x.sql seen from 1.1 is V2__x.sql: one name for each file.
			const isRegular = listings.get(parentOf(file))?.regular.has(nameOf(file)) === true;
			const reading = readFromDisk(path.resolve(cwd, file), relativePath(cwd, file), isRegular);
			readings.set(file, reading);
			return reading;
		},
		exists(file) {
			const listing = listings.get(parentOf(file));
			return (!listing || mayHold(listing, nameOf(file))) && existsSync(path.resolve(cwd, file));
		},
		list: (directory) => listed(directory).names,
	};
}

/** What a directory holds. */
interface Listing {
	/** As `Files` gives them. */
	readonly names: readonly string[];
	/** The names of regular files. */
	readonly regular: ReadonlySet<string>;
	/** Whatever it is, in lower case; undefined where that cannot be told. */
	readonly all?: ReadonlySet<string>;
}

/** False when nothing has the name: some file systems find a name in whatever case or normal form it is written. */
function mayHold({ all }: Listing, name: string): boolean {
	return !all || !/^[\w.-]*[\w-]$/.test(name) || all.has(name.toLowerCase());
}

/** Returns the same files with one file replaced or added, in a new folder perhaps. */
export function withFile(files: Files, file: string, bytes: Uint8Array): Files {
	const reading = readingOf(file, bytes);
	const seenFrom = (wanted: string): string => pathFrom(wanted, file, files.cwd);
	return {
		cwd: files.cwd,
		read: (wanted) => (seenFrom(wanted) === "" ? reading : files.read(wanted)),
		exists: (wanted) => isWithin(wanted, file) || files.exists(wanted),
		list(wanted) {
			const names = files.list(wanted);
			const [name = "", ...below] = seenFrom(wanted).split("/");
			if (name === "" || name === "..") return names;
			const entry = below.length > 0 ? `${name}/` : name;
			return names.includes(entry) ? names : [...names, entry].sort(compareText);
		},
	};
}

/** Returns files that are read through a function, which gives undefined for those that are not there. */
export function releasedFiles(
	bytesOf: (file: string) => Uint8Array | undefined,
): Pick<Files, "read"> {
	return {
		read(file) {
			const bytes = bytesOf(file);
			return bytes ? readingOf(file, bytes) : { problem: fileNotFound(file) };
		},
	};
}

/** Returns the same files with other texts in some of them or added, by path from the working directory. */
export function withTexts(files: Files, texts: ReadonlyMap<string, string>): Files {
	if (texts.size === 0) return files;
	const readings = new Map(
		[...texts].map(([path, text]): [string, FileReading] => [path, { file: { path, text } }]),
	);
	const added = [...texts.keys()].filter((file) => !files.exists(file));
	const all = added.reduce((some, file) => withFile(some, file, new Uint8Array()), files);
	return {
		...all,
		read: (wanted) => readings.get(relativePath(files.cwd, wanted)) ?? all.read(wanted),
	};
}

/** Returns the text that bytes are, as the reading of a file. */
export function readingOf(file: string, bytes: Uint8Array): FileReading {
	const decoded = decode(bytes);
	if ("text" in decoded) return { file: { path: file, text: decoded.text } };
	const { code, message, hint } = decoded;
	return { problem: { code, severity: "error", file, message: `${file} ${message}`, hint } };
}

function readFromDisk(absolute: string, file: string, isRegular: boolean): FileReading {
	try {
		const found = isRegular ? undefined : statSync(absolute);
		// Reading a pipe or a device could wait for ever.
		if (found && !found.isFile() && !found.isDirectory()) return { problem: noRegularFile(file) };
		return readingOf(file, readFileSync(absolute));
	} catch (error) {
		return { problem: unreadable(file, error) };
	}
}

function noRegularFile(file: string): ProjectProblem {
	return {
		code: "unreadableFile",
		severity: "error",
		file,
		message: `${file} cannot be read: it is a pipe or a device`,
		hint: "Write - instead of the name to read standard input.",
	};
}

/** The problem of a file that is not there. */
export function fileNotFound(file: string): ProjectProblem {
	return {
		code: "fileNotFound",
		severity: "error",
		file,
		message: `${file} does not exist`,
		hint: "Check the path; it is relative to the working directory.",
	};
}

function unreadable(file: string, error: unknown): ProjectProblem {
	const reason = errorCode(error);
	if (reason === "ENOENT" || reason === "ENOTDIR") return fileNotFound(file);
	const why =
		reason === "EACCES" || reason === "EPERM"
			? "permission denied"
			: reason === "EISDIR"
				? "it is a directory"
				: (reason ?? String(error));
	return {
		code: "unreadableFile",
		severity: "error",
		file,
		message: `${file} cannot be read: ${why}`,
		hint: "Make the file readable for the user that runs lockkeeper, or exclude it in the config.",
	};
}

/** Returns what went wrong, in the words of whoever threw it. */
export function errorMessage(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

/** Returns the system's name of an error, e.g. ENOENT. */
export function errorCode(error: unknown): string | undefined {
	if (!(error instanceof Error) || !("code" in error)) return undefined;
	return typeof error.code === "string" ? error.code : undefined;
}

function listDisk(directory: string): Listing {
	try {
		const entries = readdirSync(directory, { withFileTypes: true });
		return {
			names: entries.flatMap((entry) => nameIn(directory, entry) ?? []).sort(compareText),
			regular: new Set(entries.filter((entry) => entry.isFile()).map(({ name }) => name)),
			all: new Set(entries.map(({ name }) => name.toLowerCase())),
		};
	} catch (error) {
		if (errorCode(error) === undefined) throw error;
		return { names: [], regular: new Set() };
	}
}

/** Returns the name of a file or, with a slash, of a folder; undefined for what is neither. */
function nameIn(directory: string, entry: Dirent): string | undefined {
	if (entry.isFile()) return entry.name;
	if (entry.isDirectory()) return `${entry.name}/`;
	// Reading a pipe or a device could wait for ever.
	if (!entry.isSymbolicLink()) return undefined;
	const full = path.join(directory, entry.name);
	const target = statSync(full, { throwIfNoEntry: false });
	if (target?.isDirectory()) return leadsUp(full, directory) ? undefined : `${entry.name}/`;
	return target === undefined || target.isFile() ? entry.name : undefined;
}

/** A link to a folder above it would be walked in circles. */
function leadsUp(link: string, directory: string): boolean {
	const fromTarget = path.relative(realpathSync(link), realpathSync(directory));
	return fromTarget.split(path.sep)[0] !== "..";
}
