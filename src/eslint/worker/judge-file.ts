import path from "node:path";
import { loadConfig, type LoadedConfig } from "../../project/config-file.ts";
import { isWithin, relativePath } from "../../project/files.ts";
import { repositoryOf } from "../../project/references/code-files.ts";
import type { FileText, Verdict } from "../verdict.ts";
import { openWorkspace, type Workspace } from "./workspace.ts";

/**
 * How long what is known of the disk is trusted. The files of one run of ESLint follow each other within
 * milliseconds and share one look at the disk; between two edits in an editor more time goes by.
 */
const trustedForMilliseconds = 200;

interface Known<Value> {
	readonly value: Value;
	/** When the disk was last seen to be as it was. */
	seen: number;
}

const workspaces = new Map<string, Known<Workspace> & { readonly config: string }>();
const configs = new Map<string, Known<Awaited<ReturnType<typeof loadConfig>>>>();

function isFresh({ seen }: Known<unknown>): boolean {
	return performance.now() - seen < trustedForMilliseconds;
}

async function configFor(directory: string): ReturnType<typeof loadConfig> {
	const known = configs.get(directory);
	if (known && isFresh(known)) {
		known.seen = performance.now();
		return known.value;
	}
	// Messages name the file as it is seen from where ESLint runs.
	const cwd = process.cwd();
	const isBelow = isWithin(".", relativePath(cwd, directory));
	const value = await loadConfig(isBelow ? cwd : directory, undefined, [directory]);
	configs.set(directory, { value, seen: performance.now() });
	return value;
}

/** Where the migrations are searched for: beside the config, or where ESLint runs. */
function baseOf(file: string, { path: config, directory }: LoadedConfig): string {
	if (config !== undefined) return directory;
	const cwd = process.cwd();
	if (isWithin(".", relativePath(cwd, file))) return cwd;
	return repositoryOf(path.dirname(file)) ?? path.dirname(file);
}

async function workspaceAt(
	base: string,
	{ config }: LoadedConfig,
	file: string,
): Promise<Known<Workspace>> {
	const written = JSON.stringify(config);
	const known = workspaces.get(base);
	if (known?.config === written && !known.value.isNew(relativePath(base, file))) {
		if (isFresh(known) || !known.value.hasChanged()) return known;
	}
	const value = await openWorkspace(base, config);
	const opened = { value, config: written, seen: performance.now() };
	workspaces.set(base, opened);
	return opened;
}

/** Judges a file in its place in the history, with ESLint's text in place of the one on the disk. */
export async function judgeFile({ file, text }: FileText): Promise<Verdict> {
	const loaded = await configFor(path.dirname(file));
	if ("code" in loaded) {
		const { message, hint } = loaded;
		return { kind: "problem", message: `${message}. ${hint}`, line: 1, column: 1 };
	}
	const base = baseOf(file, loaded);
	const workspace = await workspaceAt(base, loaded, file);
	const verdict = await workspace.value.judge(relativePath(base, file), text);
	workspace.seen = performance.now();
	return verdict;
}
