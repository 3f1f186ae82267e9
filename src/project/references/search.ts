import { closeSync, openSync, readSync } from "node:fs";
import path from "node:path";
import type { CodeObject, CodeSearch, Reference, SearchCode } from "../../core/reference.ts";
import { positionAt } from "../../core/source.ts";
import { compareText, pathFrom, relativePath } from "../files.ts";
import { matchesGlob } from "../glob.ts";
import { codeFiles, repositoryOf } from "./code-files.ts";
import { maskComments } from "./mask.ts";
import { modelsOf, modelWords, type CodeText } from "./models.ts";
import {
	attributesOf,
	placesOfColumn,
	placesOfConstraint,
	placesOfFunction,
	placesOfTable,
	placesOfType,
	placesOfValue,
	type Place,
	type TableNames,
} from "./places.ts";
import { camelCase, wordIndex, type WordIndex } from "./words.ts";

/** Larger files are data or generated. */
const largestFile = 512 * 1024;

/** Files with longer lines than people write are made by a program. */
const longestLine = 1000;

function isWritten(bytes: Uint8Array): boolean {
	if (bytes.includes(0)) return false;
	if (bytes.length < 10 * longestLine) return true;
	let lines = 1;
	for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) lines++;
	return bytes.length < lines * longestLine;
}

/** One for all files: most of them are looked at once and never again. */
const buffer = Buffer.allocUnsafe(largestFile + 1);

/** Returns the bytes of a file that people have written; they stand until the next file is read. */
function readCode(file: string): Buffer | undefined {
	let descriptor: number | undefined;
	try {
		descriptor = openSync(file, "r");
		let length = 0;
		for (let read = -1; read !== 0 && length <= largestFile; length += read) {
			read = readSync(descriptor, buffer, length, buffer.length - length, null);
		}
		const bytes = buffer.subarray(0, length);
		return length <= largestFile && isWritten(bytes) ? bytes : undefined;
	} catch {
		// Gone since git listed it, or not ours to read: it is not counted.
		return undefined;
	} finally {
		if (descriptor !== undefined) closeSync(descriptor);
	}
}

/** The code of a repository, read once when it is first asked for. */
class Code {
	readonly #root: string;
	readonly #cwd: string;
	readonly #files: readonly string[];
	readonly #words: WordIndex = wordIndex();
	readonly #texts = new Map<number, CodeText>();
	readonly count: number;

	constructor(cwd: string, root: string, files: readonly string[]) {
		this.#root = root;
		this.#cwd = cwd;
		this.#files = files;
		let count = 0;
		for (const [at, file] of this.#files.entries()) {
			const bytes = readCode(path.join(root, file));
			if (bytes === undefined) continue;
			count++;
			this.#words.add(at, bytes);
		}
		this.count = count;
	}

	/** The files that have one of the words of each list, in order. */
	filesWith(...lists: readonly (readonly string[])[]): readonly CodeText[] {
		const sets = lists.map((words) => this.#words.filesWith(words));
		const [first = new Set<number>(), ...rest] = sets;
		return [...first]
			.filter((file) => rest.every((set) => set.has(file)))
			.flatMap((file) => this.#textOf(file) ?? []);
	}

	#textOf(at: number): CodeText | undefined {
		const known = this.#texts.get(at);
		if (known) return known;
		const file = this.#files[at] ?? "";
		const bytes = readCode(path.join(this.#root, file));
		if (bytes === undefined) return undefined;
		const text = bytes.toString("utf8");
		const extension = path.posix.extname(file).slice(1).toLowerCase();
		const code = { path: file, extension, text: maskComments(text, extension) };
		this.#texts.set(at, code);
		return code;
	}

	reference(code: CodeText, { start, certain }: Place): Reference {
		return {
			file: relativePath(this.#cwd, path.join(this.#root, code.path)),
			start: positionAt(code, start),
			certain,
		};
	}
}

/** Returns what the code calls a table, from every model of it. */
function namesOf(code: Code, schema: string, table: string): TableNames {
	const models = code.filesWith(modelWords(table)).flatMap((file) => modelsOf(file, table));
	const variables = models.flatMap(({ variable, isPrisma }) =>
		isPrisma || variable === undefined ? [] : [variable],
	);
	const prisma = models.flatMap(({ variable, isPrisma }) =>
		isPrisma && variable !== undefined ? [variable] : [],
	);
	return { schema, table, variables: [...new Set(variables)], prisma: [...new Set(prisma)] };
}

type Found = readonly (readonly [CodeText, readonly Place[]])[];

function findColumn(code: Code, object: Extract<CodeObject, { table: string }>): Found {
	const names = namesOf(code, object.schema, object.table);
	const owners = [...modelWords(object.table), ...names.variables, ...names.prisma];
	const attributes = code
		.filesWith(modelWords(object.table), [object.name])
		.flatMap((file) => attributesOf(file, object.table, object.name));
	return code
		.filesWith([object.name, camelCase(object.name), ...attributes], owners)
		.map((file) => [file, placesOfColumn(file, names, object.name, attributes)]);
}

function find(code: Code, object: CodeObject): Found {
	switch (object.kind) {
		case "column":
			return findColumn(code, object);
		case "constraint":
			return code
				.filesWith([object.name])
				.map((file) => [file, placesOfConstraint(file, object.name)]);
		case "table":
			return code
				.filesWith(modelWords(object.name))
				.map((file) => [file, placesOfTable(file, object.schema, object.name)]);
		case "type":
			return code.filesWith([object.name]).map((file) => [file, placesOfType(file, object.name)]);
		case "function":
			return code
				.filesWith([object.name])
				.map((file) => [file, placesOfFunction(file, object.schema, object.name)]);
		case "enumValue": {
			const words = object.name.match(/[\p{L}_][\p{L}\p{N}_]+/gu);
			if (!words) return [];
			return code
				.filesWith(
					[object.type, ...object.tables.flatMap(modelWords)],
					...words.map((word) => [word]),
				)
				.map((file) => [file, placesOfValue(file, object)]);
		}
	}
}

/** One reference a line, the certain one where there are several. */
function byLine(references: readonly Reference[]): readonly Reference[] {
	const lines = new Map<string, Reference>();
	for (const reference of references) {
		const line = `${reference.file}:${reference.start.line}`;
		if (reference.certain || !lines.has(line)) {
			if (lines.get(line)?.certain !== true) lines.set(line, reference);
		}
	}
	return [...lines.values()].sort(
		(a, b) =>
			Number(b.certain) - Number(a.certain) ||
			compareText(a.file, b.file) ||
			a.start.line - b.start.line,
	);
}

/** Which files of a repository are searched. */
export interface CodeScope {
	/** The directory to which the globs of `only` are relative. */
	readonly directory: string;
	/** Globs; the whole repository when left out. */
	readonly only?: readonly string[];
	/** Directories that are no code, migrations, relative to the working directory. */
	readonly without: readonly string[];
}

function filesToSearch(cwd: string, root: string, scope: CodeScope): readonly string[] {
	const { only, directory } = scope;
	const without = scope.without.map((folder) => relativePath(root, path.resolve(cwd, folder)));
	const files = codeFiles(root, without);
	if (!only) return files;
	const base = relativePath(root, path.resolve(cwd, directory));
	return files.filter((file) => {
		const name = pathFrom(base, file, root);
		return only.some((glob) => (glob === "." ? !name.startsWith("../") : matchesGlob(glob, name)));
	});
}

/**
 * Returns the search of the code of the repository that `cwd` lies in; undefined outside one. The files
 * are read when the first object is asked for.
 */
export function codeSearch(cwd: string, scope: CodeScope): SearchCode | undefined {
	const root = scope.only?.length === 0 ? undefined : repositoryOf(cwd);
	if (root === undefined) return undefined;
	let code: Code | undefined;
	const known = new Map<string, CodeSearch>();
	return (object) => {
		const key = JSON.stringify(object);
		const earlier = known.get(key);
		if (earlier) return earlier;
		const source = (code ??= new Code(cwd, root, filesToSearch(cwd, root, scope)));
		const references = find(source, object).flatMap(([file, places]) =>
			places.map((place) => source.reference(file, place)),
		);
		const search = { references: byLine(references), files: source.count };
		known.set(key, search);
		return search;
	};
}
