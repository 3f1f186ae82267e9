import { defineRule, type OperationContext, type OperationOf } from "#core";

function judge(
	operation: OperationOf<"createObject"> | OperationOf<"alterObject">,
	context: OperationContext<"plain">,
): void {
	// A placeholder may be what the tool puts the password in for.
	if (operation.role?.password !== "plain" || context.statement.placeholders.length > 0) return;
	context.report({ message: "plain", at: operation, data: { role: operation.name.name } });
}

export default defineRule({
	id: "no-plain-password",
	summary: "Disallow passwords in migrations.",
	why: `A password in a migration is known to everybody who can read the repository and its history, for good. The server writes it
to its log too, when statements are logged or the statement fails or is slow, and pg_stat_statements may keep it. One
that is hashed as SCRAM-SHA-256 can be tried out offline only, and md5 hashes can be used as they are. Source:
postgresql.org/docs/current/sql-createrole.html.`,
	category: "security",
	notes: {
		mysql: `The statement stands in the binary log without the password, but in the general log and the migration with it.`,
		mariadb: `The statement stands in the binary log without the password, but in the general log and the migration with it.`,
	},
	dialects: ["postgres", "mysql", "mariadb"],
	severity: "warning",
	preset: "recommended",
	aliases: {},
	help: "Set the password outside the migration, e.g. with psql's \\password or a statement typed by hand, and change this one: it is known.",
	messages: {
		plain:
			"The password of {role} stands here in plain text, for every reader of the repository and of the server's log.",
	},
	examples: [
		{
			bad: "CREATE ROLE reporting LOGIN PASSWORD 'blue-heron-42';",
			good: "CREATE ROLE reporting LOGIN;",
		},
		{
			bad: "ALTER ROLE reporting PASSWORD 'blue-heron-42';",
			good: "ALTER ROLE reporting PASSWORD NULL;",
		},
	],
	on: {
		createObject: judge,
		alterObject: judge,
	},
});
