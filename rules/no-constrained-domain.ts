import { defineRule } from "#core";

export default defineRule({
	id: "no-constrained-domain",
	summary: "Disallow domains with constraints.",
	why: `A constraint of a domain holds for every column of every table that uses it. To change it the server tests them all
and holds a SHARE lock on each of these tables meanwhile, so that their writes wait; VALIDATE CONSTRAINT does the
same (measured, PostgreSQL 11 to 18). A new column of such a domain rewrites its table. A CHECK at the
table can be changed table by table, without blocking.`,
	category: "schema",
	dialects: ["postgres"],
	severity: "info",
	preset: "all",
	aliases: {
		squawk: "ban-create-domain-with-constraint",
		pgfence: "ban-create-domain-with-constraint",
	},
	help: "Use the plain type, with a CHECK constraint at each table.",
	messages: {
		everywhere:
			"A later change of the constraint of {domain} blocks writes to every table that uses the domain.",
	},
	examples: [
		{
			bad: "CREATE DOMAIN price AS numeric CHECK (VALUE >= 0);",
			good: "CREATE DOMAIN price AS numeric;",
		},
	],
	on: {
		createDomain(operation, context) {
			if (operation.constraints.length === 0) return;
			const data = { domain: operation.domain.name };
			context.report({ message: "everywhere", at: operation, data });
		},
	},
});
