import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parseConfig, type Config, type ConfigProblem } from "../core/config.ts";
import { positionAt } from "../core/source.ts";
import {
	ancestorsOf,
	diskFiles,
	errorMessage,
	joinPath,
	relativePath,
	type Files,
} from "./files.ts";
import { readJson } from "./json.ts";

/** A config with the file that it stands in, or an empty one when there is none. */
export interface LoadedConfig {
	readonly config: Config;
	/** Relative to the working directory; undefined when no file was found. */
	readonly path?: string;
	/** Absolute; the paths in the config are relative to it. */
	readonly directory: string;
}

/** Why a config file cannot be used. */
export interface ConfigFileProblem {
	readonly code: "notFound" | "unreadable" | "brokenJson" | "cannotImport" | "invalid";
	/** Relative to the working directory. */
	readonly file: string;
	readonly message: string;
	readonly hint: string;
	/** What is wrong with its content, for `invalid`. */
	readonly details: readonly ConfigProblem[];
}

const extensions = ["json", "jsonc", "ts", "mts", "js", "mjs"];

/**
 * Returns the config file that is named, or the nearest one upward from the first of the paths (the
 * working directory without paths) to the repository's root, or an empty config.
 */
export async function loadConfig(
	cwd: string,
	named?: string,
	paths: readonly string[] = [],
): Promise<LoadedConfig | ConfigFileProblem> {
	const files = diskFiles(cwd);
	const file =
		named === undefined
			? findConfig(files, relativePath(cwd, paths[0] ?? "."))
			: relativePath(cwd, named);
	if (file === undefined) return { config: {}, directory: path.resolve(cwd) };
	if (!files.exists(file)) {
		return problem("notFound", file, `${file} does not exist`, "Check the path of --config.");
	}
	const value = /\.jsonc?$/.test(file)
		? readJsonConfig(file, files)
		: await importConfig(path.resolve(cwd, file), file);
	if ("code" in value) return value;
	const config = parseConfig(value.value);
	if (isProblems(config)) {
		const message = `${file}: ${config.map((one) => one.message).join("; ")}`;
		const hints = config.flatMap((one) => one.hint ?? []);
		const hint = hints.length > 0 ? hints.join(" ") : "See lockkeeper.schema.json.";
		return { ...problem("invalid", file, message, hint), details: config };
	}
	return { config, path: file, directory: path.dirname(path.resolve(cwd, file)) };
}

function isProblems(config: Config | readonly ConfigProblem[]): config is readonly ConfigProblem[] {
	return Array.isArray(config);
}

function findConfig(files: Files, start: string): string | undefined {
	for (const directory of ancestorsOf(start, files)) {
		for (const extension of extensions) {
			const file = joinPath(directory, `lockkeeper.config.${extension}`);
			if (files.exists(file)) return file;
		}
	}
	return undefined;
}

type Value = { readonly value: unknown } | ConfigFileProblem;

function readJsonConfig(file: string, files: Files): Value {
	const reading = files.read(file);
	if (!reading.file) {
		return problem("unreadable", file, reading.problem.message, reading.problem.hint);
	}
	const json = readJson(reading.file);
	if ("value" in json) return json;
	const { line, column } = positionAt(reading.file, json.at);
	const place = `${file}:${line}:${column}`;
	return problem("brokenJson", file, `${place}: ${json.message}`, "Mend the JSON at this place.");
}

async function importConfig(absolute: string, file: string): Promise<Value> {
	const isTypeScript = /\.m?ts$/.test(file);
	try {
		if (!isTypeScript || readsTypeScript()) {
			const module: unknown = await import(pathToFileURL(absolute).href);
			return defaultExport(module, file);
		}
		const jiti = await importWithJiti(absolute);
		if (jiti) return defaultExport(jiti.module, file);
	} catch (error) {
		const said = errorMessage(error);
		return problem("cannotImport", file, `${file} cannot be loaded: ${said}`, "Mend the file.");
	}
	return problem(
		"cannotImport",
		file,
		`${file} is TypeScript, which Node ${process.versions.node} cannot load by itself`,
		"Use Node 22.18 or later, install jiti (npm install --save-dev jiti), or write lockkeeper.config.json.",
	);
}

/** Node strips types without a flag from 22.18 (nodejs.org/api/typescript.html). */
function readsTypeScript(): boolean {
	const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
	return major > 22 ? major > 23 || minor >= 6 : major === 22 && minor >= 18;
}

async function importWithJiti(absolute: string): Promise<{ readonly module: unknown } | undefined> {
	const location = resolveFrom(absolute, "jiti");
	if (location === undefined) return undefined;
	const library: unknown = await import(pathToFileURL(location).href);
	if (!hasFunction(library, "createJiti")) return undefined;
	const jiti: unknown = library.createJiti(absolute);
	if (!hasFunction(jiti, "import")) return undefined;
	return { module: await jiti.import(absolute) };
}

function resolveFrom(file: string, name: string): string | undefined {
	try {
		return createRequire(file).resolve(name);
	} catch {
		return undefined;
	}
}

function hasFunction<Key extends string>(
	value: unknown,
	key: Key,
): value is Record<Key, (argument: string) => unknown> {
	if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
	return typeof Reflect.get(value, key) === "function";
}

function defaultExport(module: unknown, file: string): Value {
	if (typeof module === "object" && module !== null && "default" in module) {
		return { value: module.default };
	}
	return problem(
		"cannotImport",
		file,
		`${file} has no default export`,
		"Write: export default defineConfig({ ... }).",
	);
}

function problem(
	code: ConfigFileProblem["code"],
	file: string,
	message: string,
	hint: string,
): ConfigFileProblem {
	return { code, file, message, hint, details: [] };
}
