import { defineRule, listWords, type ObjectType } from "#core";

/** What ALL holds beyond the usual. */
const beyond: Readonly<Partial<Record<ObjectType, string>>> = {
	table: "TRUNCATE, TRIGGER and REFERENCES",
	schema: "CREATE",
	database: "CREATE",
};

export default defineRule({
	id: "prefer-explicit-grant",
	summary: "Prefer GRANT of named privileges to GRANT ALL.",
	why: `ALL is more than what applications need. On a table it has TRUNCATE, which no policy and no ON DELETE trigger sees, and
TRIGGER, with which a role can run code with the rights of whoever writes to the table; PostgreSQL 17 added MAINTAIN
(VACUUM, REINDEX, LOCK TABLE). On a schema or database it has CREATE. Source: postgresql.org/docs/current/ddl-priv.html.`,
	category: "security",
	dialects: ["postgres"],
	severity: "info",
	preset: "all",
	aliases: {},
	help: "Name the privileges: SELECT, INSERT, UPDATE, DELETE for a table, USAGE for a schema.",
	messages: {
		all: "{roles} gets {rights} too with ALL.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY);",
			bad: "GRANT ALL ON orders TO shop;",
			good: "GRANT SELECT, INSERT, UPDATE, DELETE ON orders TO shop;",
		},
	],
	on: {
		grant(operation, context) {
			const { object, privileges, roles } = operation;
			const rights = beyond[object];
			// What PUBLIC gets is graver: no-public-grant speaks of it.
			if (rights === undefined || privileges.length > 0 || roles.includes("public")) return;
			context.report({ message: "all", at: operation, data: { roles: listWords(roles), rights } });
		},
	},
});
