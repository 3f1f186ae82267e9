import { defineRule, findAgain, type OperationContext, type QualifiedName } from "#core";

function report(
	at: Parameters<OperationContext<"lost">["report"]>[0]["at"],
	name: QualifiedName,
	context: OperationContext<"lost">,
): void {
	const key = context.catalog.resolve(name);
	const before = context.catalog.table(name);
	context.report({
		message: "lost",
		at,
		data: { table: name.name },
		atReleaseEnd: (after) =>
			(before ? findAgain(after, before, key) : after.tableByKey(key))?.persistence === "unlogged"
				? undefined
				: "settled",
	});
}

export default defineRule({
	id: "no-unlogged-table",
	summary: "Disallow unlogged tables that stay.",
	why: `Changes of an unlogged table are not written to the WAL. After a crash or an immediate shutdown the server
truncates it at start, a standby has it empty and refuses to read it, so that a failover loses it, and neither
physical backups nor point-in-time recovery hold its rows. For a table that is filled and dropped in the
migration, and for a cache, that may be what is wanted. Source: postgresql.org/docs/current/sql-createtable.html, UNLOGGED.`,
	category: "data-loss",
	dialects: ["postgres"],
	severity: "warning",
	preset: "strict",
	aliases: {},
	help: "Leave out UNLOGGED, or run ALTER TABLE ... SET LOGGED once the table is filled.",
	messages: {
		lost: "All rows of {table} are lost after a crash or a failover: it is unlogged.",
	},
	examples: [
		{
			bad: "CREATE UNLOGGED TABLE sessions (id bigint PRIMARY KEY, token text NOT NULL);",
			good: `CREATE UNLOGGED TABLE sessions (id bigint PRIMARY KEY, token text NOT NULL);
ALTER TABLE sessions SET LOGGED;`,
			transaction: "file",
		},
	],
	on: {
		createTable(operation, context) {
			if (operation.persistence === "unlogged") report(operation, operation.table, context);
		},
		createTableAs(operation, context) {
			if (operation.persistence === "unlogged") report(operation, operation.table, context);
		},
		setPersistence(operation, context) {
			if (operation.persistence === "unlogged") report(operation, operation.table, context);
		},
	},
});
