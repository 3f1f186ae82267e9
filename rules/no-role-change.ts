import { defineRule, type OperationContext, type OperationOf } from "#core";

function judge(
	operation: OperationOf<"createObject"> | OperationOf<"alterObject"> | OperationOf<"dropObject">,
	context: OperationContext<"wholeServer">,
): void {
	if (operation.object !== "role") return;
	// A DO block that asks pg_roles first, or catches 42710, is the way to write it.
	if (context.part.reached && operation.kind === "createObject") return;
	if (context.part.reached?.conditional) return;
	// What is said of the password or the powers is the graver word.
	if (operation.kind !== "dropObject" && operation.role?.password === "plain") return;
	if (operation.kind !== "dropObject" && operation.role?.powers) return;
	if (operation.kind === "dropObject" && operation.ifExists) return;
	// DROP OWNED and REASSIGN OWNED work on one database.
	if (operation.kind === "alterObject" && /^(?:drop|reassign) owned/.test(operation.action)) return;
	const data = { role: operation.name.name };
	const once = `${context.migration.id} ${data.role}`;
	context.report({ message: "wholeServer", at: operation, data, once });
}

export default defineRule({
	id: "no-role-change",
	summary:
		"Disallow roles that a migration creates, changes or drops without asking whether they are there.",
	why: `Roles belong to the whole server, not to the database that is migrated. On a server with a second database of the project, or where
the role was set up before, CREATE ROLE fails with 42710 and the deploy stops; ALTER ROLE changes the role for the
other database too, and DROP ROLE fails while it owns anything there. CREATE ROLE knows no IF NOT EXISTS. Source:
postgresql.org/docs/current/user-manag.html.`,
	category: "security",
	notes: {
		mysql: `Accounts belong to the whole server, and CREATE USER fails with 1396 where one is there.`,
		mariadb: `Accounts belong to the whole server, and CREATE USER fails with 1396 where one is there.`,
	},
	dialects: ["postgres", "mysql", "mariadb"],
	severity: "info",
	preset: "strict",
	aliases: {},
	help: "Set roles up where the server is set up, or ask first whether they are there (pg_roles in a DO block, CREATE USER IF NOT EXISTS).",
	messages: {
		wholeServer:
			"{role} belongs to the whole server: this fails or has effects elsewhere where other databases use it.",
	},
	examples: [
		{
			bad: "CREATE ROLE reporting;",
			good: `DO $$ BEGIN
IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'reporting') THEN CREATE ROLE reporting; END IF;
END $$;`,
		},
	],
	on: {
		createObject: judge,
		alterObject: judge,
		dropObject: judge,
	},
});
