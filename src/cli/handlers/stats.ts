import { writeFileSync } from "node:fs";
import path from "node:path";
import type { StatisticsFile, TableStatistics } from "../../core/statistics.ts";
import { sizeWords } from "../../core/table-load.ts";
import type { AskedDatabase } from "../../project/applied/read-applied.ts";
import { loadConfig } from "../../project/config-file.ts";
import { askLive } from "../../project/live-database.ts";
import { statisticsPath } from "../../project/statistics.ts";
import { countOf } from "../../report/report.ts";
import { readMysqlStatistics } from "../../trace/mysql-statistics.ts";
import { oldestVersion, readServerStatistics, type TooOld } from "../../trace/server-statistics.ts";
import { readSqliteStatistics } from "../../trace/sqlite-statistics.ts";
import type { StatsArguments } from "../commands/stats.ts";
import { exitCodes, fail, print } from "../output.ts";

function isTable(entry: readonly [string, TableStatistics]): boolean {
	return entry[1].partitionOf === undefined;
}

const kinds = { postgres: "PostgreSQL", mysql: "MySQL", mariadb: "MariaDB", sqlite: "SQLite" };

function summary(file: string, { tables, server }: StatisticsFile): string {
	const own = Object.entries(tables).filter(isTable);
	const weight = ({ bytes, rows }: TableStatistics): number => bytes ?? rows ?? 0;
	const largest = [...own].sort(([, a], [, b]) => weight(b) - weight(a))[0];
	const size = largest && sizeWords(largest[1]);
	const words = size === undefined ? "" : `; the largest: ${largest?.[0] ?? ""} (${size})`;
	return `${file}: ${countOf(own.length, "table")} of ${kinds[server?.dialect ?? "postgres"]} ${server?.version ?? ""}${words}.\n`;
}

function readStatistics(database: AskedDatabase): Promise<StatisticsFile | TooOld> {
	const { dialect } = database;
	switch (dialect) {
		case "mysql":
		case "mariadb":
			return readMysqlStatistics(database, dialect);
		case "sqlite":
			return readSqliteStatistics(database);
		case "postgres":
			return readServerStatistics(database);
	}
}

/** Writes the statistics file and says how much it holds. */
export async function runStats({ url, config: named }: StatsArguments): Promise<void> {
	const cwd = process.cwd();
	const loaded = await loadConfig(cwd, named);
	if ("code" in loaded) {
		fail(loaded);
		return;
	}
	const statistics = await askLive(url, readStatistics);
	if ("tooOld" in statistics) {
		fail({
			message: `The server is PostgreSQL ${statistics.tooOld}.`,
			hint: `Statistics are read from PostgreSQL ${oldestVersion} on.`,
		});
		return;
	}
	if ("message" in statistics) {
		fail(statistics);
		return;
	}
	const file = statisticsPath(loaded.directory, loaded.config);
	writeFileSync(file, `${JSON.stringify(statistics, undefined, "\t")}\n`);
	process.exitCode = exitCodes.clean;
	print(summary(path.relative(cwd, file), statistics));
}
