import type { RowBatches } from "../core/finding.ts";
import type { ServerStep } from "./plan.ts";

/** A step as a migration of its own. */
export interface StepScript {
	/** For the name of the file. */
	readonly name: string;
	readonly sql: string;
	/** `alone`: outside any transaction, as the only statement. */
	readonly runs: "inTransaction" | "alone";
	/** Takes it back; absent where it cannot be or loses something. */
	readonly down?: string;
}

const limit = (name: string, milliseconds: number): readonly string[] =>
	milliseconds === 0 ? [] : [`SET LOCAL ${name} = '${milliseconds}ms';`];

const bare = (sql: string): string => sql.trim().replace(/;$/, "");

function isQuery(sql: string): boolean {
	return /^\s*select\b/i.test(sql);
}

/** A query that must be true: a migration that only asks would pass whatever the answer is. */
function assertTrue(sql: string, says: string): string {
	return `DO $proof$ BEGIN\n\tASSERT (${bare(sql)}), '${says.replaceAll("'", "''")}';\nEND $proof$;`;
}

/** One statement that changes the rows batch by batch and commits after each (PostgreSQL 11 and later). */
function batchLoop(
	{ table, alias, key, set, pending }: RowBatches,
	{ batchSize }: { readonly batchSize: number },
): string {
	const name = alias === undefined ? table : `${table} AS ${alias}`;
	const columns = key.join(", ");
	const head = set === undefined ? `DELETE FROM ${name}` : `UPDATE ${name} SET ${set}`;
	const where = pending === undefined ? "" : ` WHERE ${pending}`;
	const still = pending === undefined ? "" : ` AND (${pending})`;
	return [
		"DO $batches$ BEGIN",
		"\tLOOP",
		`\t\t${head}`,
		`\t\tWHERE ${key.length > 1 ? `(${columns})` : columns} IN (SELECT ${columns} FROM ${name}${where} LIMIT ${batchSize})${still};`,
		"\t\tEXIT WHEN NOT FOUND;",
		"\t\tCOMMIT;",
		"\tEND LOOP;",
		"END $batches$;",
	].join("\n");
}

function nameOf({ id, title }: ServerStep): string {
	const words = title
		.replace(/[^A-Za-z0-9]+/g, "_")
		.replace(/^_|_$/g, "")
		.toLowerCase();
	return `${id.replace("-", "_")}_${words.slice(0, 40).replace(/_$/, "")}`;
}

/** Returns a step as a migration that a tool runs by itself: with its limits, one transaction or none. */
export function stepScript(step: ServerStep): StepScript {
	const { title, settings, sql, undo, transaction, backfill } = step;
	const name = nameOf(step);
	const head = `-- ${title}`;
	const down =
		"sql" in undo && undo.losslessUntil.length === 0 && transaction === "own"
			? { down: undo.sql.join("\n") }
			: {};
	if (transaction === "batches") {
		const text = backfill ? batchLoop(backfill, backfill) : sql.join("\n");
		return { name, sql: `${head}\n${text}\n`, runs: "alone" };
	}
	if (transaction === "none") {
		const failed = "sql" in undo && (undo.sql[0] ?? "").startsWith("DROP INDEX CONCURRENTLY");
		const advice = failed ? `\n-- If it fails, first: ${undo.sql.join(" ")}` : "";
		return { name, sql: `${head}${advice}\n${sql.join("\n")}\n`, runs: "alone" };
	}
	const statements = sql.every(isQuery) ? sql.map((query) => assertTrue(query, title)) : sql;
	const limits = [
		...limit("lock_timeout", step.lockTimeout),
		...limit("statement_timeout", step.statementTimeout),
	];
	const text = [head, ...limits, ...settings, ...statements].join("\n");
	return { name, sql: `${text}\n`, runs: "inTransaction", ...down };
}
