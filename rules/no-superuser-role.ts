import { defineRule, listWords, type OperationContext, type OperationOf } from "#core";

const words = { superuser: "SUPERUSER", bypassRowSecurity: "BYPASSRLS" } as const;

function judge(
	operation: OperationOf<"createObject"> | OperationOf<"alterObject">,
	context: OperationContext<"power">,
): void {
	const powers = operation.role?.powers ?? [];
	if (powers.length === 0) return;
	const data = {
		role: operation.name.name,
		powers: listWords(powers.map((power) => words[power])),
	};
	context.report({ message: "power", at: operation, data });
}

export default defineRule({
	id: "no-superuser-role",
	summary: "Disallow roles that pass by every privilege or policy.",
	why: `For a superuser no GRANT, no policy and no read-only setting holds: it reads every table of every database, and with COPY ... PROGRAM
runs commands on the server's machine. BYPASSRLS passes by all policies, those that keep customers apart
included. Both hold for the whole server. Source: postgresql.org/docs/current/role-attributes.html.`,
	category: "security",
	dialects: ["postgres"],
	severity: "warning",
	preset: "recommended",
	aliases: {},
	help: "Grant the rights that the role needs, or a predefined role such as pg_read_all_data.",
	messages: {
		power: "Nothing that is granted or forbidden holds for {role} with {powers}.",
	},
	examples: [
		{
			bad: "CREATE ROLE reporting LOGIN SUPERUSER;",
			good: "CREATE ROLE reporting LOGIN NOSUPERUSER;",
		},
	],
	on: {
		createObject: judge,
		alterObject: judge,
	},
});
