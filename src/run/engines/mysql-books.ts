const table = (name: string, columns: string): string =>
	`CREATE TABLE IF NOT EXISTS lockkeeper_${name} (${columns}) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;

/**
 * The books of lockkeeper in MySQL and MariaDB: tables of the database itself. The order of the history is kept by
 * its keys, as triggers need rights that few users have where the binary log is on. The table that is asked for to
 * know that all are there is made last.
 */
export const mysqlBooks: readonly string[] = [
	table(
		"lease",
		`resource varchar(64) NOT NULL PRIMARY KEY, token bigint NOT NULL, holder varchar(255) NOT NULL,
		host varchar(255) NOT NULL, process bigint NOT NULL, session varchar(255) NOT NULL,
		plan_hash varchar(64) NOT NULL, acquired_at bigint NOT NULL, released_at bigint`,
	),
	table(
		"migration_history",
		`seq bigint NOT NULL PRIMARY KEY, revision_id varchar(255) NOT NULL, outcome varchar(16) NOT NULL,
		round int NOT NULL, applied_at varchar(40) NOT NULL, checksum varchar(64) NOT NULL,
		operator varchar(255) NOT NULL, approvers text NOT NULL, plan_hash varchar(64) NOT NULL,
		parent_revision varchar(255) NOT NULL, schema_rev_before varchar(64) NOT NULL,
		schema_rev_after varchar(64) NOT NULL, duration_ms bigint NOT NULL, tool_version varchar(64) NOT NULL,
		target_id varchar(64) NOT NULL, evidence_sha varchar(64) NOT NULL, prev_hash varchar(64) NOT NULL UNIQUE,
		row_hash varchar(64) NOT NULL UNIQUE, UNIQUE (revision_id, outcome, round)`,
	),
	table(
		"runs",
		`plan_hash varchar(64) NOT NULL PRIMARY KEY, started_at bigint NOT NULL, operator varchar(255) NOT NULL,
		approvers text NOT NULL, schema_rev_before varchar(64) NOT NULL, state varchar(16) NOT NULL, ended_at bigint`,
	),
	table(
		"steps",
		`plan_hash varchar(64) NOT NULL, step_id varchar(64) NOT NULL, place int NOT NULL, phase varchar(16) NOT NULL,
		state varchar(16) NOT NULL, token bigint NOT NULL, attempts int NOT NULL, statements_done int NOT NULL,
		session varchar(255), started_at bigint, ended_at bigint, rows_changed bigint, lock_wait_ms bigint,
		operator varchar(255), evidence text, message text, schema_rev varchar(64), PRIMARY KEY (plan_hash, step_id)`,
	),
	table(
		"backfill",
		`plan_hash varchar(64) NOT NULL, step_id varchar(64) NOT NULL, range_id int NOT NULL, lo text, position text,
		hi text, rows_done bigint NOT NULL, batch_size int NOT NULL, last_ms bigint NOT NULL, attempts int NOT NULL,
		state varchar(16) NOT NULL, PRIMARY KEY (plan_hash, step_id, range_id)`,
	),
	table(
		"known_schema",
		`resource varchar(64) NOT NULL PRIMARY KEY, schema_rev varchar(64) NOT NULL, schema_lines longtext NOT NULL,
		read_at bigint NOT NULL`,
	),
	table(
		"events",
		`seq bigint NOT NULL PRIMARY KEY, at bigint NOT NULL, plan_hash varchar(64) NOT NULL, step_id varchar(64),
		token bigint NOT NULL, kind varchar(32) NOT NULL, body longtext NOT NULL, prev_hash varchar(64) NOT NULL UNIQUE,
		row_hash varchar(64) NOT NULL UNIQUE`,
	),
	table(
		"heartbeat",
		"resource varchar(64) NOT NULL PRIMARY KEY, token bigint NOT NULL, beat_at bigint NOT NULL",
	),
];
