import { defineRule } from "#core";
import { isLargeInUse } from "../src/catalog/exposure.ts";
import { relationsRead } from "../src/catalog/proof.ts";

export default defineRule({
	id: "no-table-copy",
	summary: "Disallow copying a large table in one statement.",
	why: `CREATE TABLE AS and SELECT INTO copy all rows in one transaction with one snapshot. While it runs, VACUUM can remove nothing of any
table that was deleted since, and standbys may cancel it or fall behind. Rows that are written meanwhile are not
in the copy, and it has none of the constraints, defaults, indexes and privileges of the table. Source:
postgresql.org/docs/current/sql-createtableas.html and routine-vacuuming.html.`,
	category: "backfill",
	notes: {
		mysql: `CREATE TABLE ... SELECT reads with locks: changes of the rows that it has read wait until it ends, and with row-based logging all rows go to the replicas in one transaction.`,
		mariadb: `CREATE TABLE ... SELECT reads with locks: changes of the rows that it has read wait until it ends, and with row-based logging all rows go to the replicas in one transaction.`,
	},
	dialects: ["postgres", "mysql", "mariadb"],
	severity: "info",
	preset: "strict",
	aliases: {},
	help: "Create the table with CREATE TABLE ... LIKE (INCLUDING ALL in PostgreSQL) and copy the rows in batches.",
	messages: {
		locks:
			"{copy} is filled from {table} in one long transaction, and changes of the rows that it has read wait until it ends.",
		copies:
			"{copy} is filled from {table} in one long transaction, without the rows that are written meanwhile.",
	},
	examples: [
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
INSERT INTO orders VALUES (1, 10);`,
			bad: "CREATE TABLE orders_copy AS SELECT * FROM orders;",
			good: "CREATE TABLE orders_copy AS SELECT * FROM orders WHERE id = 7;",
		},
	],
	on: {
		createTableAs(operation, context) {
			const { query, withData, table: copy } = operation;
			// A condition may leave few rows: only a whole copy is certain to be as large as its table.
			if (!query || !withData || query.where || query.limit || query.grouped) return;
			const source = relationsRead(query).find(
				(name) => context.catalog.table(name) && isLargeInUse(context, name),
			);
			if (!source) return;
			const data = { copy: copy.name, table: source.name };
			const message = context.dialect === "postgres" ? "copies" : "locks";
			context.report({ message, at: operation, table: source, data });
		},
	},
});
