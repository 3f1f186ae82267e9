/**
 * The books of lockkeeper in PostgreSQL. Times are milliseconds since 1970 by the server's clock, so that every
 * dialect has the same columns.
 */
export const postgresBooks: readonly string[] = [
	"CREATE SCHEMA IF NOT EXISTS lockkeeper",
	`CREATE TABLE IF NOT EXISTS lockkeeper.lease (
		resource text PRIMARY KEY,
		token bigint NOT NULL,
		holder text NOT NULL,
		host text NOT NULL,
		process bigint NOT NULL,
		session text NOT NULL,
		plan_hash text NOT NULL,
		acquired_at bigint NOT NULL,
		released_at bigint
	)`,
	// Beside the lease: who commits a step holds its row for a moment, and no heartbeat may wait for that.
	`CREATE TABLE IF NOT EXISTS lockkeeper.heartbeat (
		resource text PRIMARY KEY,
		token bigint NOT NULL,
		beat_at bigint NOT NULL
	)`,
	`CREATE TABLE IF NOT EXISTS lockkeeper.migration_history (
		seq bigint PRIMARY KEY,
		revision_id text NOT NULL,
		outcome text NOT NULL CHECK (outcome IN ('applied', 'rolledBack')),
		round integer NOT NULL,
		applied_at text NOT NULL,
		checksum text NOT NULL,
		operator text NOT NULL,
		approvers text NOT NULL,
		plan_hash text NOT NULL,
		parent_revision text NOT NULL,
		schema_rev_before text NOT NULL,
		schema_rev_after text NOT NULL,
		duration_ms bigint NOT NULL,
		tool_version text NOT NULL,
		target_id text NOT NULL,
		evidence_sha text NOT NULL,
		prev_hash text NOT NULL,
		row_hash text NOT NULL UNIQUE,
		UNIQUE (revision_id, outcome, round)
	)`,
	`CREATE TABLE IF NOT EXISTS lockkeeper.runs (
		plan_hash text PRIMARY KEY,
		started_at bigint NOT NULL,
		operator text NOT NULL,
		approvers text NOT NULL,
		schema_rev_before text NOT NULL,
		state text NOT NULL,
		ended_at bigint
	)`,
	`CREATE TABLE IF NOT EXISTS lockkeeper.steps (
		plan_hash text NOT NULL,
		step_id text NOT NULL,
		place integer NOT NULL,
		phase text NOT NULL,
		state text NOT NULL CHECK (state IN ('pending', 'intent', 'done', 'failed', 'rolledBack')),
		token bigint NOT NULL,
		attempts integer NOT NULL,
		statements_done integer NOT NULL,
		session text,
		started_at bigint,
		ended_at bigint,
		rows_changed bigint,
		lock_wait_ms bigint,
		operator text,
		evidence text,
		message text,
		schema_rev text,
		PRIMARY KEY (plan_hash, step_id)
	)`,
	`CREATE TABLE IF NOT EXISTS lockkeeper.backfill (
		plan_hash text NOT NULL,
		step_id text NOT NULL,
		range_id integer NOT NULL,
		lo text,
		position text,
		hi text,
		rows_done bigint NOT NULL,
		batch_size integer NOT NULL,
		last_ms bigint NOT NULL,
		attempts integer NOT NULL,
		state text NOT NULL,
		PRIMARY KEY (plan_hash, step_id, range_id)
	)`,
	`CREATE TABLE IF NOT EXISTS lockkeeper.known_schema (
		resource text PRIMARY KEY,
		schema_rev text NOT NULL,
		schema_lines text NOT NULL,
		read_at bigint NOT NULL
	)`,
	`CREATE TABLE IF NOT EXISTS lockkeeper.events (
		seq bigint PRIMARY KEY,
		at bigint NOT NULL,
		plan_hash text NOT NULL,
		step_id text,
		token bigint NOT NULL,
		kind text NOT NULL,
		body text NOT NULL,
		prev_hash text NOT NULL,
		row_hash text NOT NULL UNIQUE
	)`,
	`CREATE OR REPLACE FUNCTION lockkeeper.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		RAISE EXCEPTION 'lockkeeper.% is only ever added to', TG_TABLE_NAME USING ERRCODE = '55000';
	END $$`,
	`CREATE OR REPLACE FUNCTION lockkeeper.check_history() RETURNS trigger LANGUAGE plpgsql AS $$
	DECLARE
		last lockkeeper.migration_history;
		own lockkeeper.migration_history;
	BEGIN
		SELECT * INTO last FROM lockkeeper.migration_history ORDER BY seq DESC LIMIT 1;
		SELECT * INTO own FROM lockkeeper.migration_history
			WHERE revision_id = NEW.revision_id ORDER BY seq DESC LIMIT 1;
		IF NEW.seq <> coalesce(last.seq, 0) + 1 OR NEW.prev_hash <> coalesce(last.row_hash, '')
			OR NEW.parent_revision <> coalesce(last.revision_id, '') THEN
			RAISE EXCEPTION 'revision % does not follow the last one, %', NEW.revision_id, last.revision_id
				USING ERRCODE = '55000';
		END IF;
		IF NEW.outcome = 'applied' AND own.outcome = 'applied' THEN
			RAISE EXCEPTION 'revision % is applied already', NEW.revision_id USING ERRCODE = '55000';
		END IF;
		IF NEW.outcome = 'rolledBack' AND own.outcome IS DISTINCT FROM 'applied' THEN
			RAISE EXCEPTION 'revision % is not applied', NEW.revision_id USING ERRCODE = '55000';
		END IF;
		RETURN NEW;
	END $$`,
	...["migration_history", "events"].flatMap((table) => [
		`DROP TRIGGER IF EXISTS only_added_to ON lockkeeper.${table}`,
		`CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE ON lockkeeper.${table}
			FOR EACH ROW EXECUTE PROCEDURE lockkeeper.refuse_change()`,
		`DROP TRIGGER IF EXISTS not_emptied ON lockkeeper.${table}`,
		`CREATE TRIGGER not_emptied BEFORE TRUNCATE ON lockkeeper.${table}
			FOR EACH STATEMENT EXECUTE PROCEDURE lockkeeper.refuse_change()`,
	]),
	"DROP TRIGGER IF EXISTS in_order ON lockkeeper.migration_history",
	`CREATE TRIGGER in_order BEFORE INSERT ON lockkeeper.migration_history
		FOR EACH ROW EXECUTE PROCEDURE lockkeeper.check_history()`,
];
