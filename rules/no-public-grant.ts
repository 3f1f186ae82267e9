import {
	defineRule,
	listWords,
	type ObjectType,
	type OperationContext,
	type OperationOf,
} from "#core";

interface Granted {
	readonly object: ObjectType;
	readonly privileges: readonly string[];
	readonly roles: readonly string[];
}

/** What lets a role change rows, or put objects of its own where others look names up. */
const changing: Readonly<Partial<Record<ObjectType, readonly string[]>>> = {
	table: ["insert", "update", "delete", "truncate", "trigger", "references", "maintain"],
	schema: ["create"],
	database: ["create"],
};

/** Returns what PUBLIC may change by it, in words; undefined when it may only read or use. */
function publicRights({ object, privileges, roles }: Granted): string | undefined {
	const named = changing[object];
	if (!named || !roles.includes("public")) return undefined;
	if (privileges.length === 0) return "everything";
	const found = privileges.filter((privilege) => named.includes(privilege.toLowerCase()));
	return found.length === 0 ? undefined : listWords(found.map((word) => word.toUpperCase()));
}

function nameObjects({ objects, allInSchema }: OperationOf<"grant">): string {
	const names = listWords(objects.map(({ name }) => name));
	return allInSchema ? `all tables of ${names}` : names;
}

function judgeDefaults(
	operation: OperationOf<"alterObject">,
	context: OperationContext<"now" | "later">,
): void {
	const rights = operation.granted && publicRights(operation.granted);
	if (rights === undefined) return;
	const data = { rights, object: operation.granted?.object ?? "" };
	context.report({ message: "later", at: operation, data });
}

export default defineRule({
	id: "no-public-grant",
	summary: "Disallow granting writes on tables, or CREATE on schemas and databases, to PUBLIC.",
	why: `PUBLIC is every role of the server, those that are made later included: no REVOKE from one role takes away what PUBLIC
has. With CREATE on a schema that stands in a search_path, every role can put a function or table there that others
then take for theirs (CVE-2018-1058); PostgreSQL 15 took this right on schema public away. GRANT SELECT and EXECUTE
to PUBLIC are left alone. Source: postgresql.org/docs/current/ddl-priv.html.`,
	category: "security",
	dialects: ["postgres"],
	severity: "warning",
	preset: "recommended",
	aliases: {},
	help: "Grant to the role of the application by name.",
	messages: {
		now: "Every role of the server, also later ones, gets {rights} on {objects}.",
		later:
			"Every role of the server, also later ones, gets {rights} on each {object} that is made from now on.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY);",
			bad: "GRANT SELECT, INSERT, UPDATE ON orders TO PUBLIC;",
			good: "GRANT SELECT, INSERT, UPDATE ON orders TO shop;",
		},
		{
			bad: "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO PUBLIC;",
			good: "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC;",
		},
	],
	on: {
		grant(operation, context) {
			const rights = publicRights(operation);
			if (rights === undefined) return;
			const data = { rights, objects: nameObjects(operation) };
			context.report({ message: "now", at: operation, data });
		},
		alterObject: judgeDefaults,
	},
});
