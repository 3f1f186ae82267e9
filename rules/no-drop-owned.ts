import { defineRule, type ReleaseEntry } from "#core";
import { nameRelations, relationNamed } from "../src/catalog/exposure.ts";

/** The roles whose objects another role has taken over in the release. */
function reassignedRoles(before: readonly ReleaseEntry[]): ReadonlySet<string> {
	return new Set(
		before.flatMap(({ operation }) =>
			operation.kind === "alterObject" && operation.action.startsWith("reassign owned")
				? operation.name.name.split(", ")
				: [],
		),
	);
}

export default defineRule({
	id: "no-drop-owned",
	summary: "Disallow DROP OWNED of a role whose objects nobody has taken over.",
	why: `DROP OWNED BY drops every object of the database that the role owns, tables with all their rows among
them, without naming one, and takes the role's privileges back. Which objects these are differs from database to
database. It is meant for a role that goes away: REASSIGN OWNED BY ... TO gives the objects to another role first, and
only privileges are left to drop. Each table is locked with ACCESS EXCLUSIVE.`,
	category: "data-loss",
	dialects: ["postgres"],
	severity: "error",
	preset: "recommended",
	aliases: {},
	help: "Write REASSIGN OWNED BY the role TO another one before it.",
	messages: {
		tables: "{tables} and whatever else {role} owns in this database is dropped, rows and all.",
		anything: "Whatever {role} owns in this database is dropped, tables with their rows among it.",
	},
	examples: [
		{
			before: `CREATE ROLE billing;
CREATE ROLE admin;
CREATE TABLE orders (id bigint PRIMARY KEY);
ALTER TABLE orders OWNER TO billing;`,
			bad: `SET lock_timeout = '2s';
DROP OWNED BY billing;`,
			good: `SET lock_timeout = '2s';
REASSIGN OWNED BY billing TO admin;
DROP OWNED BY billing;`,
		},
	],
	on: {
		releaseEnd({ entries }, context) {
			for (const [at, entry] of entries.entries()) {
				const { operation, effect } = entry;
				if (operation.kind !== "alterObject" || operation.action !== "drop owned") continue;
				const reassigned = reassignedRoles(entries.slice(0, at));
				const roles = operation.name.name.split(", ").filter((role) => !reassigned.has(role));
				if (roles.length === 0) continue;
				const tables = effect.locks.map(({ relation }) => relationNamed(context.catalog, relation));
				const [table] = tables;
				context.report(entry, {
					message: table ? "tables" : "anything",
					at: operation,
					...(table && { table }),
					data: { role: roles.join(" and "), tables: nameRelations(tables) },
				});
			}
		},
	},
});
