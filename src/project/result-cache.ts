import { createHash } from "node:crypto";
import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import path from "node:path";
import { deserialize, serialize } from "node:v8";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { endsOfReleases, type JudgedPast } from "../core/engine/judged-past.ts";
import type { LintResult } from "../core/engine/lint.ts";
import type { Migration } from "../core/migration.ts";
import type { CodeObject, CodeSearch } from "../core/reference.ts";
import { errorCode } from "./files.ts";

/** What judging a project gave, and what the rules asked the code of the repository for it. */
export interface Judgement {
	readonly result: LintResult;
	readonly asked: readonly Answer[];
}

/** What judging the first migrations of a project gave, and what the rules asked for it. */
export interface PastJudgement {
	readonly past: JudgedPast;
	readonly asked: readonly Answer[];
}

interface Answer {
	readonly object: CodeObject;
	readonly answer: CodeSearch;
}

/** Judgements of earlier runs, each under the hash of everything that it follows from but the code. */
export interface ResultCache {
	/** Returns what is stored for a history: `cause` is all that its judgement follows from beside the migrations. */
	open(cause: object, migrations: readonly Migration[]): StoredHistory;
}

/** The judgements of one history. A directory that cannot be written to is left alone: the next run judges again. */
export interface StoredHistory {
	/** Returns the judgement of the whole; undefined when there is none or its file is damaged. */
	read(): Judgement | undefined;
	write(judgement: Judgement): void;
	/** After how many migrations pasts are worth keeping. */
	readonly ends: readonly number[];
	/** Returns the past of the most migrations that is as `isUsable` wants it. */
	latestPast(isUsable: (past: PastJudgement) => boolean): PastJudgement | undefined;
	writePasts(pasts: readonly PastJudgement[]): void;
}

/** Enough for the branches and options that one goes back and forth between. */
const keptResults = 20;
const keptPasts = 16;

/** Returns where results are stored when nobody says so: with the caches of other tools, if there are any. */
export function cacheDirectory(configDirectory: string): string {
	const modules = path.join(configDirectory, "node_modules");
	return existsSync(modules)
		? path.join(modules, ".cache", "lockkeeper")
		: path.join(configDirectory, ".lockkeeper-cache");
}

function sha256(content: string | Uint8Array): string {
	return createHash("sha256").update(content).digest("hex");
}

/** Returns the content of a file of ours; undefined when there is none or it is not what was written. */
function readWhole(file: string): Uint8Array | undefined {
	try {
		const bytes = readFileSync(file);
		const lineEnd = bytes.indexOf("\n");
		const body = bytes.subarray(lineEnd + 1);
		return bytes.toString("latin1", 0, lineEnd) === sha256(body) ? body : undefined;
	} catch (error) {
		if (errorCode(error) === undefined) throw error;
		return undefined;
	}
}

/** Writes a file beside its place and moves it there, so that two runs at once do each other no harm. */
function writeWhole(file: string, body: Uint8Array): void {
	const directory = path.dirname(file);
	const temporary = `${file}.${process.pid}`;
	mkdirSync(directory, { recursive: true });
	writeFileSync(path.join(directory, ".gitignore"), "*\n");
	writeFileSync(temporary, Buffer.concat([Buffer.from(`${sha256(body)}\n`), body]));
	renameSync(temporary, file);
}

function leavingAlone(write: () => void): void {
	try {
		write();
	} catch (error) {
		if (errorCode(error) === undefined) throw error;
	}
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

function isPast(value: unknown): value is PastJudgement {
	return typeof value === "object" && value !== null && "past" in value && "asked" in value;
}

function readResult(file: string): Judgement | undefined {
	const body = readWhole(file);
	const stored: unknown = body && JSON.parse(Buffer.from(body).toString("utf8"));
	if (!isStored(stored)) return undefined;
	const { result, gone, asked } = stored;
	return { result: { ...result, gone: new Map(gone) }, asked };
}

function readPast(file: string): PastJudgement | undefined {
	const body = readWhole(file);
	const stored: unknown = body && deserialize(inflateRawSync(body));
	return isPast(stored) ? stored : undefined;
}

/** A fifteenth of the size: the same words stand in it again and again. */
function packed(past: PastJudgement): Uint8Array {
	return deflateRawSync(serialize(past), { level: 1 });
}

function namesIn(directory: string): readonly string[] {
	try {
		return readdirSync(directory);
	} catch (error) {
		if (errorCode(error) === undefined) throw error;
		return [];
	}
}

/** Removes all but the newest files of a kind; another run may remove them at the same time. */
function prune(directory: string, ending: RegExp, kept: number): void {
	const files = namesIn(directory)
		.filter((name) => ending.test(name))
		.map((name) => path.join(directory, name))
		.map((file) => ({ file, time: statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
		.sort((a, b) => b.time - a.time);
	for (const { file } of files.slice(kept)) rmSync(file, { force: true });
}

/** A run that was killed may leave a file with the id of its process behind. */
const resultFile = /\.json(?:\.\d+)?$/;
const pastFile = /^(\d+)-.*\.past(?:\.\d+)?$/;

/**
 * Migrations are written and changed at the end of a history. Pasts end before the last migration, and where the
 * number of migrations is a multiple of these: they serve as the history grows.
 */
const strides = [1, 8, 64, 512];

/** Returns after how many migrations pasts are kept: where releases end, before the last migration. */
function endsToKeep(ends: readonly number[], count: number): readonly number[] {
	const wanted = strides.flatMap((stride) => {
		const most = Math.floor((count - 1) / stride) * stride;
		return ends.findLast((end) => end <= most) ?? [];
	});
	return [...new Set(wanted)];
}

interface Keys {
	/** Of the whole history. */
	readonly key: string;
	/** Of its first migrations, by their number. */
	readonly pasts: ReadonlyMap<number, string>;
}

/** Returns the hashes of a history and of its first migrations, each of all that its judgement follows from. */
function keysOf(cause: object, migrations: readonly Migration[], ends: ReadonlySet<number>): Keys {
	const hash = createHash("sha256").update(JSON.stringify(cause));
	const pasts = new Map<number, string>();
	for (const [at, migration] of migrations.entries()) {
		if (ends.has(at)) pasts.set(at, hash.copy().digest("hex"));
		hash.update(JSON.stringify(migration));
	}
	return { key: hash.digest("hex"), pasts };
}

/** Returns the cache of results in a directory. `version` is that of lockkeeper: each judges for itself. */
export function resultCache(directory: string, version: string): ResultCache {
	// Node writes the data of a past, and another version of it may not read that.
	const writer = [version, process.versions.v8];
	return {
		open(cause, migrations) {
			const names = new Set(namesIn(directory));
			const possible = endsOfReleases(migrations);
			const ends = endsToKeep(possible, migrations.length);
			const stored = [...names].flatMap((name) => Number(pastFile.exec(name)?.[1] ?? 0));
			const { key, pasts } = keysOf({ writer, cause }, migrations, new Set([...ends, ...stored]));
			const result = path.join(directory, `${key}.json`);
			const nameOf = (end: number): string => `${end}-${pasts.get(end) ?? ""}.past`;
			const pathOf = (end: number): string => path.join(directory, nameOf(end));
			return {
				ends,
				read: () => readResult(result),
				write({ result: { gone, ...rest }, asked }) {
					const content = { result: rest, gone: [...gone], asked } satisfies Stored;
					leavingAlone(() => {
						writeWhole(result, Buffer.from(JSON.stringify(content)));
						prune(directory, resultFile, keptResults);
					});
				},
				latestPast(isUsable) {
					for (const end of possible.toReversed()) {
						const past = names.has(nameOf(end)) ? readPast(pathOf(end)) : undefined;
						if (past && isUsable(past)) return past;
					}
					return undefined;
				},
				writePasts(found) {
					leavingAlone(() => {
						const now = new Date();
						// Those that are of use stay the longest.
						for (const end of ends) if (names.has(nameOf(end))) utimesSync(pathOf(end), now, now);
						for (const past of found) {
							writeWhole(pathOf(past.past.migrations), packed(past));
						}
						prune(directory, pastFile, keptPasts);
					});
				},
			};
		},
	};
}
