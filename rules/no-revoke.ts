import { contractObject, defineRule, listWords, missingEvidence } from "#core";

export default defineRule({
	id: "no-revoke",
	summary: "Disallow REVOKE of a privilege that released code may need.",
	why: `From the REVOKE on, statements of sessions with the role fail with 42501, at once and without a new connection:
privileges are checked when a statement runs. Code that was deployed before still works with them. A role that needs
the privilege no longer loses it in a release after the one that stopped using it; a contract directive names that.
Taking a privilege from PUBLIC hits each role that was given none of its own.`,
	category: "security",
	dialects: ["postgres", "mysql", "mariadb"],
	severity: "info",
	preset: "strict",
	aliases: {},
	help: "First release code that does without the privilege, or grant it to the roles that need it before.",
	messages: {
		revokes: "Running code that works as {roles} and needs {privileges} on {objects} fails.",
	},
	examples: [
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY);`,
			bad: `REVOKE SELECT ON orders FROM reporting;`,
			good: `CREATE TABLE invoices (id bigint PRIMARY KEY);
REVOKE ALL ON invoices FROM PUBLIC;`,
		},
	],
	on: {
		revoke(operation, context) {
			const { catalog } = context;
			const { object, objects, roles, privileges } = operation;
			if (operation.allInSchema || operation.withGrantOption) return;
			if (object !== "table" && object !== "sequence" && object !== "schema") return;
			const used = objects.filter((name) =>
				object === "schema"
					? !context.madeHere(catalog.schema(name.name)?.origin)
					: !context.isNew(name),
			);
			const shown = used.map((name) =>
				object === "schema" ? name.name : contractObject(catalog, catalog.resolve(name)).shown,
			);
			const evident = used.every(
				(name) =>
					missingEvidence(context, contractObject(catalog, catalog.resolve(name))) === undefined,
			);
			if (used.length === 0 || evident) return;
			context.report({
				message: "revokes",
				at: operation,
				data: {
					roles: listWords(roles),
					privileges: privileges.length > 0 ? listWords(privileges) : "any privilege",
					objects: listWords(shown),
				},
			});
		},
	},
});
