import type { PGlite } from "@electric-sql/pglite";
import { inSchemas, schemaQuery } from "../../src/run/engines/postgres-schema.ts";

/** The schema as both the catalog and the server can say it: one line for each fact, sorted. */
export type SchemaLines = readonly string[];

/** Reads the schema of a server in the words of the catalog; `ask` returns the one column of a query. */
export async function readSchemaBy(
	ask: (sql: string) => Promise<readonly string[]>,
): Promise<SchemaLines> {
	await ask("select set_config('search_path', '', false)");
	return [...(await ask(schemaQuery(18)))].sort();
}

/** Reads the schema of a server in this process. */
export function readServerSchema(server: PGlite): Promise<SchemaLines> {
	return readSchemaBy(async (sql) => {
		const { rows } = await server.query<{ line: string }>(sql);
		return rows.map(({ line }) => line);
	});
}

/** Takes everything away that a script made. */
export async function emptyServer(server: PGlite): Promise<void> {
	await server.exec("rollback");
	await server.exec("discard all");
	const { rows } = await server.query<{ nspname: string }>(
		`select n.nspname from pg_namespace n where ${inSchemas("n")} and n.nspname not like 'pg\\_%'`,
	);
	const { rows: extensions } = await server.query<{ extname: string }>(
		"select extname from pg_extension where extname <> 'plpgsql'",
	);
	for (const { extname } of extensions) await server.exec(`drop extension "${extname}" cascade`);
	for (const { nspname } of rows) await server.exec(`drop schema "${nspname}" cascade`);
	await server.exec("create schema public; set search_path = public");
}
