import type { DatabaseId } from "../core/migration.ts";

const words: Readonly<Record<string, DatabaseId>> = {
	pg: "postgres",
	pgsql: "postgres",
	postgres: "postgres",
	postgresql: "postgres",
	psql: "postgres",
	mysql: "mysql",
	mysql8: "mysql",
	maria: "mariadb",
	mariadb: "mariadb",
	sqlite: "sqlite",
	sqlite3: "sqlite",
	cockroach: "cockroachdb",
	cockroachdb: "cockroachdb",
	crdb: "cockroachdb",
	clickhouse: "clickhouse",
	h2: "h2",
	hsqldb: "hsqldb",
	oracle: "oracle",
	mssql: "sqlserver",
	sqlserver: "sqlserver",
};

/** Returns the database that the name of a folder names, e.g. `postgres` or `mysql-persistence`. */
export function databaseNamed(folder: string): DatabaseId | undefined {
	const found = new Set<DatabaseId>();
	for (const word of folder.toLowerCase().split(/[^a-z0-9]+/)) {
		const id = Object.hasOwn(words, word) ? words[word] : undefined;
		if (id) found.add(id);
	}
	// A name with two databases (mysql-to-postgres) says nothing.
	return found.size === 1 ? [...found][0] : undefined;
}
