import type { Session } from "../../trace/engine.ts";
import { layouts } from "../layouts/index.ts";
import type { HistoryTable } from "./history-table.ts";

export interface AppliedRow {
	readonly revision: string;
	readonly checksum: string | undefined;
	/** It stopped half-way: the database is in between. */
	readonly failed: boolean;
}

/** What a database says that a tool has applied. */
export interface AppliedHistory {
	/** The table that said it, with its schema. */
	readonly table: string;
	/** In the order of application. */
	readonly rows: readonly AppliedRow[];
}

/** By the id of the layout; a layout without a table in the database is not there. */
export type AppliedHistories = ReadonlyMap<string, AppliedHistory>;

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Finds a table by name: the one of the search path first, else the only one in any schema. */
async function find(
	session: Pick<Session, "query">,
	name: string,
): Promise<{ readonly schema: string; readonly table: string } | undefined> {
	const dot = name.indexOf(".");
	const schema = dot === -1 ? undefined : name.slice(0, dot);
	const table = name.slice(dot + 1);
	const [row] = await session.query(`
		SELECT n.nspname::text FROM pg_catalog.pg_class c
		JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relname = ${literal(table)} AND c.relkind IN ('r', 'p', 'v')
			${schema === undefined ? "" : `AND n.nspname = ${literal(schema)}`}
		ORDER BY coalesce(array_position(pg_catalog.current_schemas(false), n.nspname), 1000), n.nspname
		LIMIT 1`);
	const found = row?.[0];
	return typeof found === "string" ? { schema: found, table } : undefined;
}

async function readTable(
	session: Pick<Session, "query">,
	{ table, also = [], rows }: HistoryTable,
): Promise<AppliedHistory | undefined> {
	for (const name of [table, ...also]) {
		const found = await find(session, name);
		if (!found) continue;
		const query = rows.replaceAll("{table}", `${quoted(found.schema)}.${quoted(found.table)}`);
		const answer = await session.query(query);
		return {
			table: `${found.schema}.${found.table}`,
			rows: answer.map(([revision, checksum, failed]) => ({
				revision: revision ?? "",
				checksum: checksum ?? undefined,
				failed: failed === "t" || failed === "true",
			})),
		};
	}
	return undefined;
}

/** Reads the history tables of these layouts; a question that the server refuses is thrown. */
export async function readApplied(
	session: Pick<Session, "query">,
	layoutIds: ReadonlySet<string>,
): Promise<AppliedHistories> {
	const found = new Map<string, AppliedHistory>();
	for (const { id, applied } of layouts) {
		if (!applied || !layoutIds.has(id)) continue;
		const history = await readTable(session, applied);
		if (history) found.set(id, history);
	}
	return found;
}
