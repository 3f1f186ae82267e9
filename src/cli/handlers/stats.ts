import { writeFileSync } from "node:fs";
import path from "node:path";
import type { StatisticsFile, TableStatistics } from "../../core/statistics.ts";
import { sizeWords } from "../../core/table-load.ts";
import { loadConfig } from "../../project/config-file.ts";
import { askLive } from "../../project/live.ts";
import { statisticsPath } from "../../project/statistics.ts";
import { countOf } from "../../report/report.ts";
import { oldestVersion, readServerStatistics } from "../../trace/server-statistics.ts";
import type { StatsArguments } from "../commands/stats.ts";
import { exitCodes, fail, print } from "../output.ts";

function isTable(entry: readonly [string, TableStatistics]): boolean {
	return entry[1].partitionOf === undefined;
}

function summary(file: string, { tables, server }: StatisticsFile): string {
	const own = Object.entries(tables).filter(isTable);
	const largest = [...own].sort(([, a], [, b]) => (b.bytes ?? 0) - (a.bytes ?? 0))[0];
	const size = largest && sizeWords(largest[1]);
	const words = size === undefined ? "" : `; the largest: ${largest?.[0] ?? ""} (${size})`;
	return `${file}: ${countOf(own.length, "table")} of PostgreSQL ${server?.version ?? ""}${words}.\n`;
}

/** Writes the statistics file and says how much it holds. */
export async function runStats({ url, config: named }: StatsArguments): Promise<void> {
	const cwd = process.cwd();
	const loaded = await loadConfig(cwd, named);
	if ("code" in loaded) {
		fail(loaded);
		return;
	}
	const statistics = await askLive(url, (session) => readServerStatistics(session));
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
