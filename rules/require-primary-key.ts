import { defineRule, type DialectId, type Origin, type ReleaseEntry } from "#core";
import { uniqueKeysOf } from "../src/catalog/unique-keys.ts";
import type { Table } from "../src/catalog/model.ts";

function isMadeBy({ operation, statement }: ReleaseEntry, origin: Origin): boolean {
	return (
		operation.kind === "createTable" &&
		statement.file.path === origin.file &&
		operation.range.start === origin.range.start
	);
}

/** A virtual table of SQLite keeps its rows in its own way. */
function isVirtual({ operation }: ReleaseEntry): boolean {
	return operation.kind === "createTable" && operation.module !== undefined;
}

/** True when one row can be told from all others: by a primary key, or a unique key without NULL. */
function hasKey(table: Table): boolean {
	const required = new Set(table.columns.flatMap(({ name, notNull }) => (notNull ? [name] : [])));
	return (
		table.constraints.some(({ type }) => type === "primaryKey") ||
		uniqueKeysOf(table).some((columns) => columns.every((column) => required.has(column)))
	);
}

function wordsFor(dialect: DialectId) {
	switch (dialect) {
		case "postgres":
			return { message: "noKey" } as const;
		case "sqlite":
			return { message: "noReference", key: "id INTEGER PRIMARY KEY" } as const;
		case "mysql":
		case "mariadb":
			return {
				message: "noKeyInReplica",
				key: "id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY",
			} as const;
	}
}

export default defineRule({
	id: "require-primary-key",
	summary: "Require a primary key in every new table.",
	why: `Without a primary key rows that are equal cannot be told apart: a duplicate can neither be refused nor deleted
alone, foreign keys cannot refer to the table, and a large change cannot be made in batches. Logical replication
refuses UPDATE and DELETE of a published table that has no replica identity (55000), and the primary key is what it takes
by default. A unique key over NOT NULL columns is taken for a key too. A key for a table in use needs an index that is
built first. Source: postgresql.org/docs/current/logical-replication-publication.html.`,
	category: "schema",
	notes: {
		mysql: `InnoDB keeps the rows by a hidden number. A replica that gets changed rows (binlog_format=ROW) looks through the whole table for each of them, group replication and Galera refuse such a table, and gh-ost cannot copy it. sql_require_primary_key = ON refuses it.`,
		mariadb: `InnoDB keeps the rows by a hidden number. A replica that gets changed rows (binlog_format=ROW) looks through the whole table for each of them, Galera refuses such a table, and gh-ost cannot copy it.`,
		sqlite: `Rows of a table without a primary key still have a rowid, but VACUUM may give them other ones, and no foreign key can refer to it.`,
	},
	dialects: ["postgres", "mysql", "mariadb", "sqlite"],
	severity: "warning",
	preset: "strict",
	aliases: {},
	help: "Add a primary key, e.g. id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY.",
	messages: {
		noKeyInReplica:
			"A replica looks through all of {table} for each row that is changed, and equal rows cannot be told apart: it has no primary key.",
		noKey:
			"Equal rows of {table} cannot be told apart, and logical replication refuses to change them: it has no primary key.",
		noReference:
			"No foreign key can refer to rows of {table}, and none is refused as a duplicate: it has no primary key.",
	},
	examples: [
		{
			bad: "CREATE TABLE payments (order_id bigint NOT NULL, amount numeric NOT NULL);",
			good: "CREATE TABLE payments (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, order_id bigint NOT NULL, amount numeric NOT NULL);",
		},
		{
			dialect: "sqlite",
			bad: `CREATE TABLE payments (order_id INTEGER NOT NULL, amount INTEGER NOT NULL);`,
			good: `CREATE TABLE payments (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL, amount INTEGER NOT NULL);`,
		},
		{
			dialect: "mysql",
			bad: `CREATE TABLE payments (order_id bigint NOT NULL, amount decimal(10, 2) NOT NULL);`,
			good: `CREATE TABLE payments (id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, order_id bigint NOT NULL);`,
		},
	],
	on: {
		releaseEnd({ entries }, context) {
			for (const table of context.catalog.tables()) {
				const { origin, persistence, kind } = table;
				if (!origin || !context.madeHere(origin) || !table.complete) continue;
				// A partition has the key of its parent; a foreign table's is the other server's.
				if (persistence === "temporary" || kind === "foreign" || table.partitionOf) continue;
				if (hasKey(table)) continue;
				const entry = entries.find((one) => isMadeBy(one, origin));
				if (!entry) continue;
				const data = { table: table.name };
				if (isVirtual(entry)) continue;
				const { message, key } = wordsFor(context.dialect);
				context.report(entry, {
					message,
					at: entry.operation,
					data,
					...(key !== undefined && { help: `Add a primary key, e.g. ${key}.` }),
				});
			}
		},
	},
});
