import { createHash } from "node:crypto";
import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import path from "node:path";
import type { LintResult } from "../core/engine/lint.ts";
import type { CodeObject, CodeSearch } from "../core/reference.ts";
import { errorCode } from "./files.ts";

/** What judging a project gave, and what the rules asked the code of the repository for it. */
export interface Judgement {
	readonly result: LintResult;
	readonly asked: readonly Answer[];
}

interface Answer {
	readonly object: CodeObject;
	readonly answer: CodeSearch;
}

/** Judgements of earlier runs, each under the hash of everything that it follows from but the code. */
export interface ResultCache {
	/** Returns the hash of what a judgement follows from. */
	keyOf(cause: object): string;
	/** Returns the judgement of the same cause, undefined when there is none or its file is damaged. */
	read(key: string): Judgement | undefined;
	/** Stores a judgement. A directory that cannot be written to is left alone: the next run judges again. */
	write(key: string, judgement: Judgement): void;
}

/** Enough for the branches and options that one goes back and forth between. */
const keptResults = 20;

/** Returns where results are stored when nobody says so: with the caches of other tools, if there are any. */
export function cacheDirectory(configDirectory: string): string {
	const modules = path.join(configDirectory, "node_modules");
	return existsSync(modules)
		? path.join(modules, ".cache", "lockkeeper")
		: path.join(configDirectory, ".lockkeeper-cache");
}

function sha256(text: string): string {
	return createHash("sha256").update(text).digest("hex");
}

interface Stored {
	readonly result: Omit<LintResult, "gone">;
	readonly gone: readonly (readonly [number, CodeObject])[];
	readonly asked: readonly Answer[];
}

/** The hash in the first line vouches that the rest is what was written. */
function isStored(value: unknown): value is Stored {
	return typeof value === "object" && value !== null && "result" in value && "asked" in value;
}

function readStored(file: string): Judgement | undefined {
	try {
		const text = readFileSync(file, "utf8");
		const lineEnd = text.indexOf("\n");
		const body = text.slice(lineEnd + 1);
		if (text.slice(0, lineEnd) !== sha256(body)) return undefined;
		const stored: unknown = JSON.parse(body);
		if (!isStored(stored)) return undefined;
		const { result, gone, asked } = stored;
		return { result: { ...result, gone: new Map(gone) }, asked };
	} catch (error) {
		if (errorCode(error) === undefined) throw error;
		return undefined;
	}
}

/** Removes all but the newest results; another run may remove them at the same time. */
function prune(directory: string): void {
	const files = readdirSync(directory)
		.filter((name) => !name.startsWith("."))
		.map((name) => path.join(directory, name))
		.map((file) => ({ file, time: statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
		.sort((a, b) => b.time - a.time);
	for (const { file } of files.slice(keptResults)) rmSync(file, { force: true });
}

/**
 * Returns the cache of results in a directory. `version` is that of lockkeeper: each judges for itself.
 * Files are written beside their place and moved there, so that two runs at once do each other no harm.
 */
export function resultCache(directory: string, version: string): ResultCache {
	const fileOf = (key: string): string => path.join(directory, `${key}.json`);
	return {
		keyOf: (cause) => sha256(JSON.stringify([version, cause])),
		read: (key) => readStored(fileOf(key)),
		write(key, { result: { gone, ...result }, asked }) {
			const body = JSON.stringify({ result, gone: [...gone], asked } satisfies Stored);
			const temporary = `${fileOf(key)}.${process.pid}`;
			try {
				mkdirSync(directory, { recursive: true });
				writeFileSync(path.join(directory, ".gitignore"), "*\n");
				writeFileSync(temporary, `${sha256(body)}\n${body}`);
				renameSync(temporary, fileOf(key));
				prune(directory);
			} catch (error) {
				if (errorCode(error) === undefined) throw error;
			}
		},
	};
}
