import { comparableLines, linesAbout } from "../catalog/schema-lines.ts";
import { runsOnServer, type Plan, type PlanStep } from "../plan/plan.ts";
import { sha256 } from "../project/plan-file.ts";
import { ask, tellServer } from "./ask.ts";
import type { RunEngine, RunSession } from "./engine.ts";
import { resource } from "./holder.ts";

/** A schema as it was seen, with its hash. */
export interface SeenSchema {
	readonly rev: string;
	readonly lines: readonly string[];
}

/** What differs between two schemas: lines as src/catalog/schema-lines.ts writes them. */
export interface SchemaDifference {
	readonly gone: readonly string[];
	readonly added: readonly string[];
}

/** Returns the schema of the server as it is. */
export async function liveSchema({ ways }: RunEngine, session: RunSession): Promise<SeenSchema> {
	const lines = await ways.schemaLines(session);
	return { lines, rev: sha256(lines.join("\n")) };
}

/** Returns the schema that lockkeeper saw last. */
export async function knownSchema(
	{ ways }: RunEngine,
	session: RunSession,
): Promise<SeenSchema | undefined> {
	const [row] = await ask(
		session,
		`SELECT schema_rev, schema_lines FROM ${ways.book("known_schema")} WHERE resource = ?`,
		[resource],
	);
	return row && { rev: row[0] ?? "", lines: (row[1] ?? "").split("\n") };
}

/** Writes down the schema that was seen. */
export async function keepSchema(
	{ ways }: RunEngine,
	session: RunSession,
	{ rev, lines }: SeenSchema,
): Promise<void> {
	const book = ways.book("known_schema");
	const values = [rev, lines.join("\n"), resource];
	const changed = await tellServer(
		session,
		`UPDATE ${book} SET schema_rev = ?, schema_lines = ?, read_at = ${ways.now} WHERE resource = ?`,
		values,
	);
	if (changed > 0) return;
	await tellServer(
		session,
		`INSERT INTO ${book} (schema_rev, schema_lines, resource, read_at) VALUES (?, ?, ?, ${ways.now})`,
		values,
	);
}

/** Returns the lines that only one of two schemas has. */
export function differenceOf(
	before: readonly string[],
	after: readonly string[],
): SchemaDifference {
	const had = new Set(before);
	const has = new Set(after);
	return {
		gone: before.filter((line) => !has.has(line)),
		added: after.filter((line) => !had.has(line)),
	};
}

/** Returns the names in a line: of the object, and of the table that it is on. */
function namesIn(line: string): readonly string[] {
	const [, object = ""] = line.replace(/^materialized /, "").split(" ");
	const on = /^index \S+ on (\S+)/.exec(line)?.[1];
	return [...object.replace(/\(.*$/, "").split("."), ...(on === undefined ? [] : [on])].filter(
		(name) => name !== "public" && name !== "",
	);
}

function isMadeBy(line: string, sql: string): boolean {
	return namesIn(line).some((name) => sql.includes(name));
}

/** Returns what of a difference the steps did not do: lines with no name that occurs in their SQL. */
export function foreignPart(
	{ gone, added }: SchemaDifference,
	steps: readonly PlanStep[],
): SchemaDifference {
	const sql = steps.flatMap((step) => step.sql).join("\n");
	const isForeign = (line: string): boolean => !isMadeBy(line, sql);
	return { gone: gone.filter(isForeign), added: added.filter(isForeign) };
}

/** Returns the tables that steps touch: schema.name. */
export function touchedTables({ steps, starts }: Plan): ReadonlySet<string> {
	const locked = steps.filter(runsOnServer).flatMap(({ locks }) => locks);
	const known = starts.flatMap((line) => /^table (\S+)/.exec(line)?.[1] ?? []);
	return new Set([...locked.map(({ relation }) => relation), ...known]);
}

/** Returns the part of a difference that is about tables of the plan. */
export function touchedPart({ gone, added }: SchemaDifference, plan: Plan): SchemaDifference {
	const tables = [...touchedTables(plan)];
	const about = (lines: readonly string[]): readonly string[] => [
		...new Set(tables.flatMap((table) => linesAbout(lines, table))),
	];
	return { gone: about(gone), added: about(added) };
}

/** Returns in what the tables of a plan are not what it starts from. Places of columns do not count. */
export function startDifference(plan: Plan, live: readonly string[]): SchemaDifference {
	const known = plan.starts.flatMap((line) => /^table (\S+)/.exec(line)?.[1] ?? []);
	const now = comparableLines(known.flatMap((table) => linesAbout(live, table)));
	return differenceOf(plan.starts, now);
}

/** Returns a difference as lines for people: "- " what is gone, "+ " what is new. */
export function differenceLines({ gone, added }: SchemaDifference): readonly string[] {
	return [...gone.map((line) => `- ${line}`), ...added.map((line) => `+ ${line}`)];
}

export const isEmpty = ({ gone, added }: SchemaDifference): boolean =>
	gone.length === 0 && added.length === 0;
