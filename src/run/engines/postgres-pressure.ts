import type { Pressure, RunSession } from "../engine.ts";

/** Reads one row; what a server refuses (a right that is missing, a replica) is not known. */
async function rowOf(
	session: RunSession,
	sql: string,
	values: readonly string[] = [],
): Promise<readonly (number | undefined)[]> {
	const answer = await session.run(sql, values);
	if (!answer.ok) return [];
	return (answer.rows[0] ?? []).map((value) => {
		const number = value === null ? Number.NaN : Number(value);
		return Number.isFinite(number) ? number : undefined;
	});
}

/** replay_lag is NULL when nothing is on its way (monitoring.sgml, pg_stat_replication). */
const replicas = `SELECT max(extract(epoch FROM replay_lag)) * 1000,
	max(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)) FROM pg_stat_replication`;

/** Files of the log that are not archived yet: their names say where in the log they start. */
const log = `SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0'),
	(SELECT max(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)) FROM pg_replication_slots),
	CASE WHEN current_setting('archive_mode') <> 'off' THEN (
		SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), (substr(last_archived_wal, 9, 8) || '/0')::pg_lsn)
			- ('x' || substr(last_archived_wal, 17, 8))::bit(32)::bigint * pg_size_bytes(current_setting('wal_segment_size'))
		FROM pg_stat_archiver WHERE length(last_archived_wal) = 24) END`;

const transactions = `SELECT greatest(
	(SELECT max(extract(epoch FROM clock_timestamp() - xact_start)) FROM pg_stat_activity
		WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'),
	(SELECT max(extract(epoch FROM clock_timestamp() - prepared)) FROM pg_prepared_xacts)) * 1000,
	(SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid())`;

/**
 * Dead rows are worth waiting for where somebody takes them away: without autovacuum (an embedded server has none)
 * they stay. The statistics know a new table late, and a small one is scanned in no time.
 */
const rows = `SELECT CASE WHEN current_setting('autovacuum') = 'on' AND (
		EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'autovacuum launcher')
		OR NOT pg_has_role('pg_read_all_stats', 'MEMBER'))
	THEN n_dead_tup::float8 / greatest(n_live_tup, c.reltuples, 10000) END,
	(SELECT count(*) FROM pg_stat_progress_vacuum WHERE relid = s.relid)
	FROM pg_stat_all_tables s JOIN pg_class c ON c.oid = s.relid WHERE s.relid = to_regclass(?)`;

/**
 * Returns how busy a PostgreSQL server is (10 and later), with the readings of a table, given as SQL. What
 * the role may not see (without pg_monitor) and what the server does not have is absent.
 */
export async function postgresPressure(
	session: RunSession,
	table: string | undefined,
): Promise<Pressure> {
	const [replicaLagMilliseconds, replicaLagBytes] = await rowOf(session, replicas);
	const [logBytes, keptForSlots, keptForArchive] = await rowOf(session, log);
	const [oldestTransactionMilliseconds, activeConnections] = await rowOf(session, transactions);
	const [deadRowShare, vacuums] = table === undefined ? [] : await rowOf(session, rows, [table]);
	const kept = [keptForSlots, keptForArchive].filter((bytes) => bytes !== undefined);
	return {
		...(replicaLagMilliseconds !== undefined && { replicaLagMilliseconds }),
		...(replicaLagBytes !== undefined && { replicaLagBytes }),
		...(logBytes !== undefined && { logBytes }),
		...(kept.length > 0 && { retainedLogBytes: Math.max(...kept) }),
		...(oldestTransactionMilliseconds !== undefined && { oldestTransactionMilliseconds }),
		...(vacuums !== undefined && { isVacuumed: vacuums > 0 }),
		...(deadRowShare !== undefined && { deadRowShare }),
		...(activeConnections !== undefined && { activeConnections }),
	};
}
