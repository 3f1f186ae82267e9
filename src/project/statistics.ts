import path from "node:path";
import type { Config } from "../core/config.ts";
import type { ProjectProblem } from "../core/migration.ts";
import type { WrittenVersion } from "../core/server-version.ts";
import { positionAt } from "../core/source.ts";
import {
	parseStatistics,
	statisticsFileName,
	type StatisticsFile,
	type TableStatistics,
} from "../core/statistics.ts";
import { diskFiles } from "./files.ts";
import { readJson } from "./json.ts";

/** What is known of the tables of a live database. */
export interface Statistics {
	/** Row counts by table name, with or without schema. */
	readonly rows: ReadonlyMap<string, number>;
	readonly tables: ReadonlyMap<string, TableStatistics>;
	/** Version of the server that they are from: of PostgreSQL the major one. */
	readonly serverVersion?: WrittenVersion;
	/** The file, and when it was made, if it says so. */
	readonly source?: { readonly file: string; readonly taken?: string };
}

/** Returns where the statistics are that go with a config: those it names, or beside it. Absolute. */
export function statisticsPath(configDirectory: string, config: Config): string {
	return path.resolve(configDirectory, config.statistics ?? statisticsFileName);
}

function broken(file: string, message: string): ProjectProblem {
	return {
		code: "brokenStatistics",
		severity: "error",
		file,
		message,
		hint: 'lockkeeper stats writes the file; by hand { "tables": { "orders": { "rows": 40000000 } } } is enough.',
	};
}

function readFile(
	configDirectory: string,
	config: Config,
): StatisticsFile | ProjectProblem | undefined {
	const files = diskFiles(configDirectory);
	const name = config.statistics ?? statisticsFileName;
	if (config.statistics === undefined && !files.exists(name)) return undefined;
	const reading = files.read(name);
	if (!reading.file) return reading.problem;
	const json = readJson(reading.file);
	if (!("value" in json)) {
		const { line, column } = positionAt(reading.file, json.at);
		return broken(name, `${name}:${line}:${column}: ${json.message}`);
	}
	const parsed = parseStatistics(json.value);
	if ("tables" in parsed) return parsed;
	return broken(name, `${name}: ${parsed.map(({ message }) => message).join("; ")}`);
}

/** A SQLite file is read by the library that is here: which one the application has, it does not say. */
function versionIn(file: StatisticsFile | undefined): Pick<Statistics, "serverVersion"> {
	if (!file?.server || file.server.dialect === "sqlite") return {};
	const { dialect, major, version } = file.server;
	return { serverVersion: dialect === undefined ? major : version };
}

/**
 * Returns what is known of the tables: the statistics file that the config names or that stands beside
 * it, and, over it, the config's own `tables`.
 */
export function readStatistics(
	configDirectory: string,
	config: Config,
): Statistics | ProjectProblem {
	const file = readFile(configDirectory, config);
	if (file && "code" in file) return file;
	const tables = new Map<string, TableStatistics>(Object.entries(file?.tables ?? {}));
	const all = [...tables, ...Object.entries(config.tables ?? {})];
	return {
		rows: new Map(all.flatMap(([name, { rows }]) => (rows === undefined ? [] : [[name, rows]]))),
		tables,
		...versionIn(file),
		...(file && {
			source: {
				file: config.statistics ?? statisticsFileName,
				...(file.taken !== undefined && { taken: file.taken }),
			},
		}),
	};
}

const oldestDays = 90;

/** Returns a note when statistics are older than 90 days; `today` in milliseconds since 1970. */
export function agedStatistics(
	{ source }: Statistics,
	today: number | undefined,
): readonly ProjectProblem[] {
	if (today === undefined || source?.taken === undefined) return [];
	const days = Math.floor((today - Date.parse(source.taken)) / 86_400_000);
	if (!(days > oldestDays)) return [];
	return [
		{
			code: "staleStatistics",
			severity: "info",
			file: source.file,
			message: `${source.file} is ${days} days old: tables may have grown since`,
			hint: "lockkeeper stats --url <database> writes it anew.",
		},
	];
}
