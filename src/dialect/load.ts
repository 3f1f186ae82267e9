import type { Dialect, DialectId } from "../core/dialect.ts";

/**
 * Returns the dialect of a database with its reader loaded: each is a chunk of its own, and most runs need one.
 * `parser` chooses how PostgreSQL is read.
 */
export async function loadDialect(id: DialectId, parser?: "libpg" | "portable"): Promise<Dialect> {
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
			const { loadSqlite } = await import("./sqlite/dialect.ts");
			return loadSqlite();
		}
	}
}
