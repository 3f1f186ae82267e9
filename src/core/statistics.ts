import { jsonSchemaOf, problemsOf, type ConfigProblem, type Shape } from "./config-shape.ts";

/** Writes an hour, on average since the server counts. */
export interface WriteRates {
	readonly inserts: number;
	readonly updates: number;
	readonly deletes: number;
}

/** What is known of a table of a live database. */
export interface TableStatistics {
	readonly rows?: number;
	/** Of the table itself with its TOAST table, in bytes. */
	readonly bytes?: number;
	/** Of all its indexes, in bytes. */
	readonly indexBytes?: number;
	readonly writesPerHour?: WriteRates;
	/** Updates an hour that needed no change of an index. */
	readonly hotUpdatesPerHour?: number;
	readonly sequentialScansPerHour?: number;
	/** schema.name of the partitioned table that it belongs to. */
	readonly partitionOf?: string;
	/** How many partitions it has; its figures are those of all of them together. */
	readonly partitions?: number;
}

/** What `lockkeeper stats` writes and lint reads. By hand, `tables` with `rows` is enough. */
export interface StatisticsFile {
	readonly $schema?: string;
	readonly version?: number;
	/** When it was read, in UTC by the server's clock: 2026-11-21T17:00:00Z. */
	readonly taken?: string;
	/** Since when the server counts writes and scans. */
	readonly countedSince?: string;
	/** `dialect` is left out for PostgreSQL. */
	readonly server?: {
		readonly dialect?: "mysql" | "mariadb" | "sqlite";
		readonly version: string;
		readonly major: number;
	};
	/** By name, with or without schema. */
	readonly tables: Readonly<Record<string, TableStatistics>>;
}

/** The name of a statistics file beside the config. */
export const statisticsFileName = "lockkeeper.statistics.json";

const count = (description: string): Shape => ({ kind: "integer", description, minimum: 0 });
const text = (description: string): Shape => ({ kind: "text", description });

const table: Shape = {
	kind: "object",
	required: [],
	fields: {
		rows: count("About how many rows it has."),
		bytes: count("Size of the table with its TOAST table, in bytes."),
		indexBytes: count("Size of all its indexes, in bytes."),
		writesPerHour: {
			kind: "object",
			description: "Writes an hour, on average since countedSince.",
			required: ["inserts", "updates", "deletes"],
			fields: {
				inserts: count("Inserted rows an hour."),
				updates: count("Updated rows an hour."),
				deletes: count("Deleted rows an hour."),
			},
		},
		hotUpdatesPerHour: count("Updates an hour that changed no index."),
		sequentialScansPerHour: count("Reads of the whole table an hour."),
		partitionOf: text("The partitioned table that it belongs to."),
		partitions: count("How many partitions it has; its figures are theirs together."),
	} satisfies Record<keyof TableStatistics, Shape>,
};

const shape: Shape = {
	kind: "object",
	required: ["tables"],
	fields: {
		$schema: text("Where editors find the schema of this file."),
		version: { kind: "integer", description: "The version of this format: 1.", minimum: 1 },
		taken: text("When it was read, in UTC by the server's clock."),
		countedSince: text("Since when the server counts writes and scans."),
		server: {
			kind: "object",
			required: ["version", "major"],
			fields: {
				dialect: {
					kind: "choice",
					description: "What it is; PostgreSQL when left out.",
					values: ["mysql", "mariadb", "sqlite"],
				},
				version: text("The server's version, for example 16.4."),
				major: { kind: "integer", description: "Its major version.", minimum: 3 },
			},
		},
		tables: { kind: "record", description: "By name, with or without schema.", value: table },
	} satisfies Record<keyof StatisticsFile, Shape>,
};

/** Returns the JSON Schema (draft 7) of a statistics file. */
export function statisticsJsonSchema(): Readonly<Record<string, unknown>> {
	return {
		$schema: "http://json-schema.org/draft-07/schema#",
		title: statisticsFileName,
		...jsonSchemaOf(shape),
	};
}

function isStatistics(value: unknown, problems: ConfigProblem[]): value is StatisticsFile {
	problems.push(...problemsOf(value, shape, "statistics"));
	return problems.length === 0;
}

/** Returns the statistics, or everything that is wrong with them. */
export function parseStatistics(value: unknown): StatisticsFile | readonly ConfigProblem[] {
	const problems: ConfigProblem[] = [];
	return isStatistics(value, problems) ? value : problems;
}
