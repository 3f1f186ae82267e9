import type { Config } from "../core/config.ts";
import type { ProjectProblem } from "../core/migration.ts";
import { diskFiles } from "./files.ts";
import { readJson } from "./json.ts";

/** Row counts by table name, with or without schema. */
export interface Statistics {
	readonly rows: ReadonlyMap<string, number>;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function rowsIn(tables: unknown): Map<string, number> {
	const rows = new Map<string, number>();
	if (!isRecord(tables)) return rows;
	for (const [name, table] of Object.entries(tables)) {
		if (isRecord(table) && typeof table["rows"] === "number") rows.set(name, table["rows"]);
	}
	return rows;
}

/**
 * Returns what is known of table sizes: the statistics file `{ "tables": { "orders": { "rows": 1 } } }`
 * and, over it, the config's own `tables`.
 */
export function readStatistics(
	configDirectory: string,
	config: Config,
): Statistics | ProjectProblem {
	const own = rowsIn(config.tables);
	if (config.statistics === undefined) return { rows: own };
	const reading = diskFiles(configDirectory).read(config.statistics);
	if (!reading.file) return reading.problem;
	const json = readJson(reading.file);
	if ("value" in json && isRecord(json.value)) {
		return { rows: new Map([...rowsIn(json.value["tables"]), ...own]) };
	}
	return {
		code: "unreadableFile",
		severity: "error",
		file: config.statistics,
		message: `The statistics file ${config.statistics} is not a JSON object`,
		hint: 'It has the form { "tables": { "orders": { "rows": 40000000 } } }.',
	};
}
