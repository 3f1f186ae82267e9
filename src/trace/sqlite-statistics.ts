import type { StatisticsFile, TableStatistics } from "../core/statistics.ts";
import { quoteIdentifier } from "../dialect/sqlite/quote.ts";
import type { Row } from "./engine.ts";
import { rounded } from "./server-statistics.ts";

interface Asks {
	query(sql: string): Promise<readonly Row[]>;
}

/** Pages of a table and of its indexes; undefined where the library was built without dbstat. */
async function sizesOf(
	database: Asks,
): Promise<ReadonlyMap<string, Pick<TableStatistics, "bytes" | "indexBytes">> | undefined> {
	try {
		const rows = await database.query(
			`SELECT s.tbl_name, sum(CASE WHEN s.type = 'table' THEN d.pgsize ELSE 0 END) AS own,
				sum(CASE WHEN s.type = 'index' THEN d.pgsize ELSE 0 END) AS indexes
			FROM dbstat AS d JOIN sqlite_schema AS s ON s.name = d.name GROUP BY s.tbl_name`,
		);
		return new Map(
			rows.map(([table, own, indexes]) => [
				table ?? "",
				{ bytes: rounded(Number(own)), indexBytes: rounded(Number(indexes)) },
			]),
		);
	} catch {
		return undefined;
	}
}

/** Counts the rows of all tables of a SQLite file. Throws what SQLite refuses. */
export async function readSqliteStatistics(database: Asks): Promise<StatisticsFile> {
	const [head] = await database.query(
		"SELECT strftime('%Y-%m-%dT%H:%M:%SZ', 'now') AS taken, sqlite_version() AS version",
	);
	const [taken, version] = head ?? [];
	const names = await database.query(
		`SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'
			AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'lockkeeper\\_%' ESCAPE '\\' ORDER BY name`,
	);
	const sizes = await sizesOf(database);
	const tables: Record<string, TableStatistics> = {};
	for (const [name] of names) {
		const table = name ?? "";
		const [count] = await database.query(`SELECT count(*) FROM ${quoteIdentifier(table)}`);
		tables[table] = { rows: rounded(Number(count?.[0])), ...sizes?.get(table) };
	}
	return {
		version: 1,
		taken: taken ?? "",
		server: {
			dialect: "sqlite",
			version: version ?? "",
			major: Number.parseInt(version ?? "", 10),
		},
		tables,
	};
}
