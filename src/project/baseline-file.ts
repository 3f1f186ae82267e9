import path from "node:path";
import type { ProjectProblem } from "../core/migration.ts";
import { positionAt } from "../core/source.ts";
import { baselineFileName, parseBaseline, type Baseline } from "../report/baseline.ts";
import { diskFiles, relativePath } from "./files.ts";
import { readJson } from "./json.ts";

/** A baseline with the place it was read from. */
export interface LoadedBaseline {
	readonly baseline: Baseline;
	/** Relative to the working directory. */
	readonly file: string;
}

/** Returns where the baseline is that goes with a config: beside it, unless it is named. Absolute. */
export function baselinePath(cwd: string, configDirectory: string, named?: string): string {
	return named === undefined
		? path.join(configDirectory, baselineFileName)
		: path.resolve(cwd, named);
}

/** Returns how a baseline names a file of the report: relative to itself, with forward slashes. */
export function nameInBaseline(cwd: string, baseline: string, file: string): string {
	return path.relative(path.dirname(baseline), path.resolve(cwd, file)).split(path.sep).join("/");
}

function broken(file: string, message: string): ProjectProblem {
	return {
		code: "brokenBaseline",
		severity: "error",
		file,
		message,
		hint: "lockkeeper baseline writes it anew.",
	};
}

/** Reads a baseline; undefined when there is no such file. */
export function readBaseline(
	cwd: string,
	absolute: string,
): LoadedBaseline | ProjectProblem | undefined {
	const file = relativePath(cwd, absolute);
	const files = diskFiles(cwd);
	if (!files.exists(file)) return undefined;
	const reading = files.read(file);
	if (!reading.file) return reading.problem;
	const json = readJson(reading.file);
	if (!("value" in json)) {
		const { line, column } = positionAt(reading.file, json.at);
		return broken(file, `${file}:${line}:${column}: ${json.message}`);
	}
	const baseline = parseBaseline(json.value);
	if (!("findings" in baseline)) {
		return broken(file, `${file}: ${baseline.map(({ message }) => message).join("; ")}`);
	}
	if (baseline.version !== 1) {
		return broken(file, `${file} was written by a later lockkeeper (format ${baseline.version})`);
	}
	return { baseline, file };
}
