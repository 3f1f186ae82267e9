import type { Session } from "./engine.ts";

/** A relation with a name that people use: no TOAST, no system catalog. */
export interface Relation {
	readonly oid: string;
	/** schema.name; temporary relations are in pg_temp. */
	readonly key: string;
	/** relkind: r table, p partitioned table, v view, m materialized view, S sequence, f foreign table, c composite type, i index, I partitioned index. */
	readonly kind: string;
	/** Names its file; undefined for what has none. */
	readonly file: string | undefined;
	readonly tablespace: string;
	/** In bytes, 0 for what has no file. */
	readonly size: number;
	/** The oid of an index's table. */
	readonly table: string | undefined;
}

export type Relations = ReadonlyMap<string, Relation>;

// Every value is cast: with hstore or citext on the search path `"char" || text` is ambiguous.
const relationsQuery = `
SELECT c.oid::text, n.nspname::text, c.relname::text, c.relkind::text,
       pg_relation_filenode(c.oid)::text, c.reltablespace::text,
       (CASE WHEN c.relkind IN ('r', 'm', 'i', 't', 'S') THEN pg_relation_size(c.oid) ELSE 0 END)::text,
       i.indrelid::text
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_toast'`;

/** Reads every relation of the database by oid. It leaves no lock behind on any of them. */
export async function readRelations(session: Session): Promise<Relations> {
	const relations = new Map<string, Relation>();
	for (const row of await session.query(relationsQuery)) {
		const [oid, schema, name, kind, file, tablespace, size, table] = row;
		if (
			typeof oid !== "string" ||
			typeof schema !== "string" ||
			typeof name !== "string" ||
			typeof kind !== "string"
		)
			continue;
		const shown = /^pg_temp_\d+$/.test(schema) ? "pg_temp" : schema;
		relations.set(oid, {
			oid,
			key: `${shown}.${name}`,
			kind,
			file: file ?? undefined,
			tablespace: tablespace ?? "0",
			size: Number(size ?? 0),
			table: table ?? undefined,
		});
	}
	return relations;
}

export function isIndex({ kind }: Relation): boolean {
	return kind === "i" || kind === "I";
}

/** What a statement did to the files of the relations that were there before. */
export interface FileChanges {
	/** Written anew with their rows. */
	readonly rewrites: readonly Relation[];
	/** Given an empty file in place of one with rows (TRUNCATE). */
	readonly emptied: readonly Relation[];
	/** Sequences with a new file (ALTER SEQUENCE, RESTART IDENTITY). */
	readonly sequences: readonly Relation[];
	/** Indexes whose entries were written anew, and new ones, as they are called afterwards. */
	readonly builds: readonly Relation[];
}

/** A table that was empty before looks the same after both: then a scan speaks for a rewrite. */
function isEmptied(old: Relation, now: Relation, rowsRead: number | undefined): boolean {
	if (now.size > 0 || now.kind === "m") return false;
	return old.size > 0 ? !rowsRead : rowsRead === undefined;
}

/**
 * Compares the files. A changed filenode is a new file; one that another index had before is taken
 * over (varchar widening) and not built. Indexes that only change their tablespace are copied.
 */
export function fileChanges(
	before: Relations,
	after: Relations,
	rowsRead: ReadonlyMap<string, number>,
): FileChanges {
	const changes = {
		rewrites: [] as Relation[],
		emptied: [] as Relation[],
		sequences: [] as Relation[],
		builds: [] as Relation[],
	};
	const filesBefore = new Set([...before.values()].map(({ file }) => file));
	for (const relation of after.values()) {
		const old = before.get(relation.oid);
		if (relation.file === undefined || relation.file === old?.file) continue;
		const moved = old !== undefined && old.tablespace !== relation.tablespace;
		if (relation.kind === "i") {
			if (!filesBefore.has(relation.file) && !moved) changes.builds.push(relation);
		} else if (old === undefined) continue;
		else if (relation.kind === "S") changes.sequences.push(old);
		else if (!moved && isEmptied(old, relation, rowsRead.get(old.oid))) changes.emptied.push(old);
		else changes.rewrites.push(old);
	}
	return changes;
}
