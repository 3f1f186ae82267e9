import { ask } from "../ask.ts";
import type { IndexReading, RunSession } from "../engine.ts";

/**
 * Sessions that build an index now. Who builds what is shown to members of pg_read_all_stats and of the builder's
 * role; before PostgreSQL 12 only the text of a session tells, and not which index.
 */
const building = (version: number): string =>
	version >= 12
		? "EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.datname = current_database() AND (p.index_relid = i.indexrelid OR p.relid IS NULL OR (p.relid = i.indrelid AND p.index_relid = 0)))"
		: "EXISTS (SELECT FROM pg_stat_activity a WHERE a.pid <> pg_backend_pid() AND a.state <> 'idle' AND a.query ~* '\\yindex\\s+concurrently\\y')";

/**
 * Reads every index of the database but those of the server and of the books. A partitioned index without all of
 * its parts is no broken one: its parts are judged by themselves.
 */
export async function postgresIndexes(
	session: RunSession,
	version: number,
): Promise<readonly IndexReading[]> {
	const rows = await ask(
		session,
		`SELECT n.nspname || '.' || c.relname, pg_get_indexdef(i.indexrelid),
			(i.indisvalid OR c.relkind = 'I')::text, ${building(version)}::text
		FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema', 'lockkeeper')
			AND n.nspname NOT LIKE 'pg\\_temp\\_%' AND n.nspname NOT LIKE 'pg\\_toast\\_temp\\_%'
		ORDER BY 1`,
	);
	return rows.map(([name, definition, isValid, isBuilding]) => ({
		name: name ?? "",
		definition: definition ?? "",
		isValid: isValid === "true",
		isBuilding: isBuilding === "true",
	}));
}
