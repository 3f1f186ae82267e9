import type { Dialect, DialectId } from "../core/dialect.ts";

/**
 * Returns the dialect of a database with its reader loaded: each is a chunk of its own, and most runs need one.
 * `parser` chooses how PostgreSQL is read; `version`, as the server counts, is asked where a grammar has years.
 */
export async function loadDialect(
	id: DialectId,
	parser?: "libpg" | "portable",
	version?: number,
): Promise<Dialect> {
	switch (id) {
		case "postgres": {
			const { loadPostgres } = await import("./postgres/dialect.ts");
			return loadPostgres(parser === undefined ? {} : { parser });
		}
		case "mysql":
		case "mariadb": {
			const { loadMysql } = await import("./mysql/dialect.ts");
			return loadMysql(id);
		}
		case "sqlite": {
			const { loadStrictSqlite } = await import("./sqlite/dialect.ts");
			return loadStrictSqlite(version);
		}
	}
}
