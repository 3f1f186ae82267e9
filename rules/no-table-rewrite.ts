import { defineRule, type Operation } from "#core";
import { largeInUse, nameRelations } from "../src/catalog/exposure.ts";

interface Rewrite {
	readonly command: string;
	readonly help: string;
}

const repack = "pg_repack does the same while reads and writes go on.";

/** The statements that write a table anew for its storage; a column's are judged by rules of their own. */
function rewriteOf(operation: Operation): Rewrite | undefined {
	switch (operation.kind) {
		case "vacuum":
			return operation.full
				? {
						command: "VACUUM FULL",
						help: `Plain VACUUM is nearly always enough: it frees the space for new rows. To give it back to the disk, ${repack}`,
					}
				: undefined;
		case "cluster":
			return { command: "CLUSTER", help: `To put rows in the order of an index, ${repack}` };
		case "setPersistence":
			return operation.persistence === "unlogged"
				? {
						command: "SET UNLOGGED",
						help: "An UNLOGGED table is empty after a crash and on every replica. Create a new UNLOGGED table for scratch data instead.",
					}
				: {
						command: "SET LOGGED",
						help: "Create a logged table, keep both equal by a trigger, copy the rows in batches, then exchange the names.",
					};
		case "setAccessMethod":
			return {
				command: "SET ACCESS METHOD",
				help: "Create a table with the other access method, keep both equal by a trigger, copy the rows in batches, then exchange the names.",
			};
		case "setTablespace":
			return {
				command: "SET TABLESPACE",
				help: "pg_repack --tablespace moves the table while reads and writes go on.",
			};
		case "setExpression":
			return {
				command: "SET EXPRESSION",
				help: "Add a plain column with the new values, let a trigger fill it for new rows and fill the old rows in batches.",
			};
		default:
			return undefined;
	}
}

export default defineRule({
	id: "no-table-rewrite",
	summary: "Disallow VACUUM FULL, CLUSTER and other statements that write a table in use anew.",
	why: `The server copies the whole table to a new file and builds all of its indexes anew, under an ACCESS
EXCLUSIVE lock: every read and write waits until the last row is copied, minutes to hours on a large table. It
needs as much free disk as the table has, and all of it goes to the replicas. VACUUM FULL, CLUSTER, SET LOGGED,
SET UNLOGGED, SET ACCESS METHOD, SET TABLESPACE and SET EXPRESSION of a stored column do so in every version that
knows them.`,
	category: "rewrites",
	dialects: ["postgres"],
	severity: "error",
	preset: "recommended",
	aliases: {
		squawk: "prefer-repack",
		eugene: "E10",
		pgfence: ["vacuum-full", "set-logged-unlogged"],
	},
	help: "Leave it out, or use pg_repack, which copies the table while reads and writes go on.",
	messages: {
		rewrites: "{command} writes {table} anew while all its reads and writes wait.",
		moves: "{command} copies the files of {table} while all its reads and writes wait.",
		reads: "{command} reads all of {table} while all its reads and writes wait.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamptz);",
			bad: `SET lock_timeout = '2s';
VACUUM FULL orders;`,
			good: "VACUUM (ANALYZE) orders;",
		},
		{
			before: "CREATE TABLE sessions (id bigint PRIMARY KEY, data jsonb);",
			bad: `SET lock_timeout = '2s';
ALTER TABLE sessions SET UNLOGGED;`,
			good: `SET lock_timeout = '2s';
ALTER TABLE sessions SET LOGGED;
CREATE UNLOGGED TABLE page_views (id bigint PRIMARY KEY, data jsonb);
ALTER TABLE page_views SET LOGGED;`,
		},
	],
	on: {
		anyOperation(operation, context) {
			const rewrite = rewriteOf(operation);
			if (!rewrite) return;
			const { rewrites, scans } = context.effectOf(operation);
			const written = largeInUse(context, rewrites);
			const touched = written.length > 0 ? written : largeInUse(context, scans);
			const [table] = touched;
			if (!table) return;
			const verb = operation.kind === "setTablespace" ? "moves" : "rewrites";
			context.report({
				message: written.length > 0 ? verb : "reads",
				at: operation,
				table,
				data: { command: rewrite.command, table: nameRelations(touched) },
				recipe: "vacuum-in-place",
				help: rewrite.help,
			});
		},
	},
});
