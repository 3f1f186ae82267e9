import { defineRule, listWords } from "#core";

export default defineRule({
	id: "no-grant-option",
	summary: "Disallow WITH GRANT OPTION and WITH ADMIN OPTION.",
	why: `Who has a right with the grant option can hand it to any role, PUBLIC included, and no migration shows it. REVOKE then
fails with 2BP01 while others have the right from that role, and with CASCADE takes it from them too, which may stop
an application. WITH ADMIN OPTION does the same for membership of a role. Source:
postgresql.org/docs/current/sql-revoke.html.`,
	category: "security",
	dialects: ["postgres", "mysql", "mariadb"],
	severity: "warning",
	preset: "strict",
	aliases: {},
	help: "Leave it out, and grant to each role that needs the right.",
	messages: {
		grantOption: "{roles} can hand this right to every other role, and no migration shows it.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY);",
			bad: "GRANT SELECT ON orders TO reporting WITH GRANT OPTION;",
			good: "GRANT SELECT ON orders TO reporting;",
		},
	],
	on: {
		grant(operation, context) {
			if (!operation.withGrantOption) return;
			const data = { roles: listWords(operation.roles) };
			const once = `${context.migration.id} ${data.roles}`;
			context.report({ message: "grantOption", at: operation, data, once });
		},
		alterObject(operation, context) {
			if (!operation.granted?.withGrantOption) return;
			const data = { roles: listWords(operation.granted.roles) };
			const once = `${context.migration.id} ${data.roles}`;
			context.report({ message: "grantOption", at: operation, data, once });
		},
	},
});
