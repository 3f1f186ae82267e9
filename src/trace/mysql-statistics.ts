import type { StatisticsFile, TableStatistics, WriteRates } from "../core/statistics.ts";
import type { Row } from "./engine.ts";
import { rounded, shortestCount } from "./server-statistics.ts";

interface Asks {
	query(sql: string): Promise<readonly Row[]>;
}

/** Rows and lengths are what the server estimates from samples of each table. */
const tablesQuery = `
	SELECT t.TABLE_NAME, t.TABLE_ROWS, t.DATA_LENGTH, t.INDEX_LENGTH,
		(SELECT COUNT(*) FROM information_schema.PARTITIONS p WHERE p.TABLE_SCHEMA = t.TABLE_SCHEMA
			AND p.TABLE_NAME = t.TABLE_NAME AND p.PARTITION_NAME IS NOT NULL)
	FROM information_schema.TABLES t
	WHERE t.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')
		AND t.TABLE_NAME NOT LIKE 'lockkeeper\\_%'
	ORDER BY t.TABLE_NAME`;

const writesQuery = `
	SELECT OBJECT_NAME, COUNT_INSERT, COUNT_UPDATE, COUNT_DELETE
	FROM performance_schema.table_io_waits_summary_by_table WHERE OBJECT_SCHEMA = DATABASE()`;

interface Counted {
	/** Since when, in hours. */
	readonly hours: number;
	readonly since: string;
	readonly writes: ReadonlyMap<string, WriteRates>;
}

/**
 * What the server counted since it started; undefined where it does not count (MariaDB by itself), where the user may
 * not read it, or where it has counted for too short a time.
 */
async function readWrites(database: Asks): Promise<Counted | undefined> {
	try {
		const [setting] = await database.query("SELECT @@performance_schema");
		if (setting?.[0] !== "1") return undefined;
		const [uptime] = await database.query("SHOW GLOBAL STATUS LIKE 'Uptime'");
		const seconds = Math.floor(Number(uptime?.[1] ?? 0));
		if (seconds / 3600 < shortestCount) return undefined;
		const [since] = await database.query(
			`SELECT DATE_FORMAT(UTC_TIMESTAMP() - INTERVAL ${seconds} SECOND, '%Y-%m-%dT%H:%i:%sZ')`,
		);
		const rows = await database.query(writesQuery);
		const writes = rows.map(([table, ...counts]): readonly [string, WriteRates] => {
			const [inserts = 0, updates = 0, deletes = 0] = counts.map(Number);
			return [table ?? "", { inserts, updates, deletes }];
		});
		return { hours: seconds / 3600, since: since?.[0] ?? "", writes: new Map(writes) };
	} catch {
		return undefined;
	}
}

function statisticsOf(row: Row, counted: Counted | undefined): readonly [string, TableStatistics] {
	const name = row[0] ?? "";
	const [rows = 0, bytes = 0, indexBytes = 0, partitions = 0] = row.slice(1).map(Number);
	const writes = counted?.writes.get(name);
	const hourly = (count: number): number => rounded(count / (counted?.hours ?? 1));
	return [
		name,
		{
			rows: rounded(rows),
			bytes: rounded(bytes),
			indexBytes: rounded(indexBytes),
			...(writes && {
				writesPerHour: {
					inserts: hourly(writes.inserts),
					updates: hourly(writes.updates),
					deletes: hourly(writes.deletes),
				},
			}),
			...(partitions > 0 && { partitions }),
		},
	];
}

/**
 * Reads sizes and traffic of all tables of a MySQL or MariaDB database
 * (https://dev.mysql.com/doc/refman/8.0/en/information-schema-tables-table.html). Throws what the server refuses.
 */
export async function readMysqlStatistics(
	database: Asks,
	dialect: "mysql" | "mariadb",
): Promise<StatisticsFile> {
	// MySQL 8 remembers sizes for a day unless it is told to look.
	if (dialect === "mysql") {
		await database.query("SET SESSION information_schema_stats_expiry = 0").catch(() => []);
	}
	const [head] = await database.query(
		"SELECT DATE_FORMAT(UTC_TIMESTAMP(), '%Y-%m-%dT%H:%i:%sZ'), VERSION()",
	);
	const version = /\d+\.\d+\.\d+/.exec(head?.[1] ?? "")?.[0] ?? "";
	const counted = await readWrites(database);
	const rows = await database.query(tablesQuery);
	return {
		version: 1,
		taken: head?.[0] ?? "",
		...(counted && { countedSince: counted.since }),
		server: { dialect, version, major: Number.parseInt(version, 10) },
		tables: Object.fromEntries(rows.map((row) => statisticsOf(row, counted))),
	};
}
