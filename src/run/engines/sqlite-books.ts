/** The books of lockkeeper in SQLite: tables of the database itself, with its name before theirs. */
export const sqliteBooks: readonly string[] = [
	`CREATE TABLE IF NOT EXISTS lockkeeper_lease (
		resource TEXT PRIMARY KEY NOT NULL,
		token INTEGER NOT NULL,
		holder TEXT NOT NULL,
		host TEXT NOT NULL,
		process INTEGER NOT NULL,
		session TEXT NOT NULL,
		plan_hash TEXT NOT NULL,
		acquired_at INTEGER NOT NULL,
		released_at INTEGER
	)`,
	`CREATE TABLE IF NOT EXISTS lockkeeper_heartbeat (
		resource TEXT PRIMARY KEY NOT NULL,
		token INTEGER NOT NULL,
		beat_at INTEGER NOT NULL
	)`,
	`CREATE TABLE IF NOT EXISTS lockkeeper_migration_history (
		seq INTEGER PRIMARY KEY NOT NULL,
		revision_id TEXT NOT NULL,
		outcome TEXT NOT NULL CHECK (outcome IN ('applied', 'rolledBack')),
		round INTEGER NOT NULL,
		applied_at TEXT NOT NULL,
		checksum TEXT NOT NULL,
		operator TEXT NOT NULL,
		approvers TEXT NOT NULL,
		plan_hash TEXT NOT NULL,
		parent_revision TEXT NOT NULL,
		schema_rev_before TEXT NOT NULL,
		schema_rev_after TEXT NOT NULL,
		duration_ms INTEGER NOT NULL,
		tool_version TEXT NOT NULL,
		target_id TEXT NOT NULL,
		evidence_sha TEXT NOT NULL,
		prev_hash TEXT NOT NULL,
		row_hash TEXT NOT NULL UNIQUE,
		UNIQUE (revision_id, outcome, round)
	)`,
	`CREATE TABLE IF NOT EXISTS lockkeeper_runs (
		plan_hash TEXT PRIMARY KEY NOT NULL,
		started_at INTEGER NOT NULL,
		operator TEXT NOT NULL,
		approvers TEXT NOT NULL,
		schema_rev_before TEXT NOT NULL,
		state TEXT NOT NULL,
		ended_at INTEGER
	)`,
	`CREATE TABLE IF NOT EXISTS lockkeeper_steps (
		plan_hash TEXT NOT NULL,
		step_id TEXT NOT NULL,
		place INTEGER NOT NULL,
		phase TEXT NOT NULL,
		state TEXT NOT NULL CHECK (state IN ('pending', 'intent', 'done', 'failed', 'rolledBack')),
		token INTEGER NOT NULL,
		attempts INTEGER NOT NULL,
		statements_done INTEGER NOT NULL,
		session TEXT,
		started_at INTEGER,
		ended_at INTEGER,
		rows_changed INTEGER,
		lock_wait_ms INTEGER,
		operator TEXT,
		evidence TEXT,
		message TEXT,
		schema_rev TEXT,
		PRIMARY KEY (plan_hash, step_id)
	)`,
	`CREATE TABLE IF NOT EXISTS lockkeeper_backfill (
		plan_hash TEXT NOT NULL,
		step_id TEXT NOT NULL,
		range_id INTEGER NOT NULL,
		lo TEXT,
		position TEXT,
		hi TEXT,
		rows_done INTEGER NOT NULL,
		batch_size INTEGER NOT NULL,
		last_ms INTEGER NOT NULL,
		attempts INTEGER NOT NULL,
		state TEXT NOT NULL,
		PRIMARY KEY (plan_hash, step_id, range_id)
	)`,
	`CREATE TABLE IF NOT EXISTS lockkeeper_known_schema (
		resource TEXT PRIMARY KEY NOT NULL,
		schema_rev TEXT NOT NULL,
		schema_lines TEXT NOT NULL,
		read_at INTEGER NOT NULL
	)`,
	`CREATE TABLE IF NOT EXISTS lockkeeper_events (
		seq INTEGER PRIMARY KEY NOT NULL,
		at INTEGER NOT NULL,
		plan_hash TEXT NOT NULL,
		step_id TEXT,
		token INTEGER NOT NULL,
		kind TEXT NOT NULL,
		body TEXT NOT NULL,
		prev_hash TEXT NOT NULL,
		row_hash TEXT NOT NULL UNIQUE
	)`,
	...["migration_history", "events"].flatMap((table) =>
		["UPDATE", "DELETE"].map(
			(event) => `CREATE TRIGGER IF NOT EXISTS lockkeeper_${table}_no_${event.toLowerCase()}
				BEFORE ${event} ON lockkeeper_${table}
				BEGIN SELECT RAISE(ABORT, 'lockkeeper_${table} is only ever added to'); END`,
		),
	),
	`CREATE TRIGGER IF NOT EXISTS lockkeeper_migration_history_in_order
		BEFORE INSERT ON lockkeeper_migration_history
		BEGIN
			SELECT RAISE(ABORT, 'the revision does not follow the last one')
			WHERE NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM lockkeeper_migration_history)
				OR NEW.prev_hash <> coalesce((SELECT row_hash FROM lockkeeper_migration_history ORDER BY seq DESC LIMIT 1), '')
				OR NEW.parent_revision <> coalesce((SELECT revision_id FROM lockkeeper_migration_history ORDER BY seq DESC LIMIT 1), '');
			SELECT RAISE(ABORT, 'the revision is applied already, or is not applied')
			WHERE (NEW.outcome = 'applied') = (coalesce((SELECT outcome FROM lockkeeper_migration_history WHERE revision_id = NEW.revision_id ORDER BY seq DESC LIMIT 1), 'rolledBack') = 'applied');
		END`,
];
