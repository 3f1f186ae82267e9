import { ask } from "../ask.ts";
import type { RunSession } from "../engine.ts";

export interface ComparedColumn {
	readonly name: string;
	/** The server's own name of it: int4, timestamptz. */
	readonly type: string;
}

/** A table as it is on one side. */
export interface ComparedTable {
	/** As SQL. */
	readonly name: string;
	readonly columns: readonly ComparedColumn[];
	/** Columns of which no two rows have the same values and none is NULL; empty: there is no such key. */
	readonly key: readonly ComparedColumn[];
}

/** The names of all tables of a database, sorted, as SQL; partitions are read through their tables. */
export async function tableNames(session: RunSession): Promise<readonly string[]> {
	const rows = await ask(
		session,
		`SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
			AND n.nspname NOT IN ('lockkeeper', 'information_schema') AND n.nspname !~ '^pg_'
		ORDER BY 1`,
	);
	return rows.flatMap(([name]) => name ?? []);
}

/** Returns a table by its name; undefined where it is not there. */
export async function readTable(
	session: RunSession,
	name: string,
): Promise<ComparedTable | undefined> {
	const [found] = await ask(
		session,
		`SELECT c.oid::text, format('%I.%I', n.nspname, c.relname) FROM pg_class c
		JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass(?)`,
		[name],
	);
	const [id, fullName] = found ?? [];
	if (typeof id !== "string" || typeof fullName !== "string") return undefined;
	const columns = await ask(
		session,
		`SELECT a.attname::text, coalesce(b.typname, t.typname)::text,
			array_position((SELECT i.indkey::int2[] FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisunique
				AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
				AND NOT EXISTS (SELECT FROM unnest(i.indkey::int2[]) k JOIN pg_attribute o ON o.attrelid = i.indrelid AND o.attnum = k WHERE NOT o.attnotnull)
				ORDER BY i.indisprimary DESC, i.indnatts, i.indexrelid LIMIT 1), a.attnum)::text
		FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type b ON b.oid = t.typbasetype
		WHERE a.attrelid = ?::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
		[id],
	);
	const known = columns.map(([column, type, place]) => ({
		name: column ?? "",
		type: type ?? "",
		place: place === null || place === undefined ? undefined : Number(place),
	}));
	return {
		name: fullName,
		columns: known.map(({ name: column, type }) => ({ name: column, type })),
		key: known
			.flatMap(({ place, ...column }) => (place === undefined ? [] : [{ place, ...column }]))
			.toSorted((a, b) => a.place - b.place)
			.map(({ name: column, type }) => ({ name: column, type })),
	};
}
