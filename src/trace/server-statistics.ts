import type { StatisticsFile, TableStatistics, WriteRates } from "../core/statistics.ts";
import { versionOf, type Row, type Session } from "./engine.ts";

/** The oldest server that is read. */
export const oldestVersion = 10;

/**
 * Tables, materialized views and partitioned tables of the database, with the size of their files and
 * what the server has counted. reltuples is -1 (0 before PostgreSQL 14) until the first VACUUM or ANALYZE.
 * The functions for sizes lock the table in ACCESS SHARE mode for a moment
 * (https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-DBSIZE).
 */
const tablesQuery = `
	SELECT n.nspname || '.' || c.relname,
		c.relkind::text,
		CASE WHEN c.relispartition THEN (
			SELECT pn.nspname || '.' || pc.relname
			FROM pg_catalog.pg_inherits i
			JOIN pg_catalog.pg_class pc ON pc.oid = i.inhparent
			JOIN pg_catalog.pg_namespace pn ON pn.oid = pc.relnamespace
			WHERE i.inhrelid = c.oid LIMIT 1) END,
		c.reltuples::float8::text,
		coalesce(s.n_live_tup, 0)::text,
		pg_catalog.pg_relation_size(c.oid)::text,
		pg_catalog.pg_table_size(c.oid)::text,
		pg_catalog.pg_indexes_size(c.oid)::text,
		coalesce(s.n_tup_ins, 0)::text,
		coalesce(s.n_tup_upd, 0)::text,
		coalesce(s.n_tup_del, 0)::text,
		coalesce(s.n_tup_hot_upd, 0)::text,
		coalesce(s.seq_scan, 0)::text
	FROM pg_catalog.pg_class c
	JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
	LEFT JOIN pg_catalog.pg_stat_all_tables s ON s.relid = c.oid
	WHERE c.relkind IN ('r', 'p', 'm') AND c.relpersistence <> 't'
		AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
	ORDER BY 1`;

/**
 * When the server began to count. A database's own stats_reset is empty until somebody resets it; all
 * counters together begin anew at initdb and after a crash, and those of the archiver and the
 * background writer then say when.
 */
const timesQuery = `
	SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
		to_char(t.since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
		(extract(epoch FROM now() - t.since) / 3600)::float8::text
	FROM (SELECT coalesce(
		(SELECT stats_reset FROM pg_catalog.pg_stat_database WHERE datname = current_database()),
		least((SELECT stats_reset FROM pg_catalog.pg_stat_archiver),
			(SELECT stats_reset FROM pg_catalog.pg_stat_bgwriter))) AS since) t`;

/** Three significant digits: what changed little leaves the file as it is. */
export function rounded(value: number): number {
	return value < 1000 ? Math.round(value) : Number(value.toPrecision(3));
}

interface Counted {
	readonly name: string;
	readonly kind: string;
	readonly parent: string | undefined;
	readonly rows: number | undefined;
	readonly bytes: number;
	readonly indexBytes: number;
	readonly writes: WriteRates;
	readonly hotUpdates: number;
	readonly scans: number;
}

function countedIn(row: Row): Counted {
	const [name, kind, parent] = row;
	const [analyzed = 0, live = 0, file = 0, bytes = 0, indexBytes = 0, ...activity] = row
		.slice(3)
		.map(Number);
	const [inserts = 0, updates = 0, deletes = 0, hotUpdates = 0, scans = 0] = activity;
	// A table with a file and without a count has never been analyzed: it is not empty, it is not known.
	const rows = analyzed > 0 ? analyzed : live > 0 ? live : file === 0 ? 0 : undefined;
	return {
		name: name ?? "",
		kind: kind ?? "",
		parent: parent ?? undefined,
		rows,
		bytes,
		indexBytes,
		writes: { inserts, updates, deletes },
		hotUpdates,
		scans,
	};
}

function sumOf(parts: readonly Counted[], parent: Counted): Counted {
	const add = (pick: (part: Counted) => number): number =>
		parts.reduce((sum, part) => sum + pick(part), 0);
	return {
		...parent,
		rows: parts.some(({ rows }) => rows === undefined) ? undefined : add(({ rows }) => rows ?? 0),
		bytes: add(({ bytes }) => bytes),
		indexBytes: add(({ indexBytes }) => indexBytes),
		writes: {
			inserts: add(({ writes }) => writes.inserts),
			updates: add(({ writes }) => writes.updates),
			deletes: add(({ writes }) => writes.deletes),
		},
		hotUpdates: add(({ hotUpdates }) => hotUpdates),
		scans: add(({ scans }) => scans),
	};
}

/** The tables that hold the rows of a partitioned one. */
function leavesOf(parent: string, all: readonly Counted[]): readonly Counted[] {
	return all
		.filter((one) => one.parent === parent)
		.flatMap((one) => (one.kind === "p" ? leavesOf(one.name, all) : [one]));
}

function statisticsOf(
	counted: Counted,
	hours: number | undefined,
	partitions: number | undefined,
): TableStatistics {
	const hourly = (count: number): number => rounded(count / (hours ?? 1));
	const { writes } = counted;
	return {
		...(counted.rows !== undefined && { rows: rounded(counted.rows) }),
		bytes: rounded(counted.bytes),
		indexBytes: rounded(counted.indexBytes),
		...(hours !== undefined && {
			writesPerHour: {
				inserts: hourly(writes.inserts),
				updates: hourly(writes.updates),
				deletes: hourly(writes.deletes),
			},
			hotUpdatesPerHour: hourly(counted.hotUpdates),
			sequentialScansPerHour: hourly(counted.scans),
		}),
		...(counted.parent !== undefined && { partitionOf: counted.parent }),
		...(partitions !== undefined && { partitions }),
	};
}

/** Hours that the counters must have run: less says nothing about an hour. */
export const shortestCount = 1;

/** Why statistics could not be read. */
export interface TooOld {
	readonly tooOld: string;
}

/**
 * Reads sizes and traffic of all tables. Rates are left out when the server counts for fewer than
 * `shortest` hours. Throws what the server refuses.
 */
export async function readServerStatistics(
	session: Pick<Session, "query">,
	shortest = shortestCount,
): Promise<StatisticsFile | TooOld> {
	const version = await versionOf(session);
	if (version.major < oldestVersion) return { tooOld: version.text };
	const [times] = await session.query(timesQuery);
	const all = (await session.query(tablesQuery)).map(countedIn);
	const counting = Number(times?.[2] ?? Number.NaN);
	const hours = counting >= shortest ? counting : undefined;
	const tables = all.map((one): readonly [string, TableStatistics] => {
		if (one.kind !== "p") return [one.name, statisticsOf(one, hours, undefined)];
		const leaves = leavesOf(one.name, all);
		return [one.name, statisticsOf(sumOf(leaves, one), hours, leaves.length)];
	});
	return {
		version: 1,
		taken: times?.[0] ?? "",
		...(hours !== undefined && { countedSince: times?.[1] ?? "" }),
		server: { version: version.text, major: version.major },
		tables: Object.fromEntries(tables),
	};
}
