import type { Dialect } from "../../core/dialect.ts";
import { failureOf, type Row, type Session } from "../../trace/engine.ts";
import { mentionOf, type UsageTarget } from "./mentions.ts";

type Asks = Pick<Session, "query">;

export interface SeenStatement {
	readonly sql: string;
	readonly calls: number;
	/** False when the column may be another table's, or is one of `*`. */
	readonly certain: boolean;
}

/** What a live database knows of the use of a table or column. */
export interface Usage {
	readonly target: UsageTarget;
	readonly statements:
		| {
				readonly seen: readonly SeenStatement[];
				/** Statements that name the table but could not be read. */
				readonly unread: number;
				readonly since: string | undefined;
		  }
		/** Why statements are not known. */
		| { readonly missing: string; readonly hint: string };
	readonly counters: {
		readonly scans: number;
		readonly writes: number;
		readonly since: string | undefined;
	};
	readonly indexes: readonly { readonly name: string; readonly scans: number }[];
	/** Views, materialized views and functions that name it. */
	readonly dependents: readonly { readonly kind: string; readonly name: string }[];
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const numberOf = (value: Row[number] | undefined): number => Number(value ?? 0);

/** Finds `orders`, `sales.orders`, `orders.status` or `sales.orders.status`; undefined when there is none. */
export async function findTarget(session: Asks, object: string): Promise<UsageTarget | undefined> {
	const parts = object.split(".").map((part) => part.replace(/^"(.*)"$/, "$1"));
	const [a = "", b, c] = parts;
	const readings: readonly (readonly [string | undefined, string, string | undefined])[] =
		c !== undefined
			? [[a, b ?? "", c]]
			: b !== undefined
				? [
						[a, b, undefined],
						[undefined, a, b],
					]
				: [[undefined, a, undefined]];
	for (const [schema, table, column] of readings) {
		const [row] = await session.query(`
			SELECT n.nspname::text FROM pg_catalog.pg_class c
			JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
			WHERE c.relname = ${literal(table)} AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
				AND ${schema === undefined ? "pg_catalog.pg_table_is_visible(c.oid)" : `n.nspname = ${literal(schema)}`}
				${column === undefined ? "" : `AND EXISTS (SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = c.oid AND attname = ${literal(column)} AND attnum > 0 AND NOT attisdropped)`}`);
		const found = row?.[0];
		if (typeof found === "string") {
			return { schema: found, table, ...(column !== undefined && { column }) };
		}
	}
	return undefined;
}

const oidOf = ({ schema, table }: UsageTarget): string =>
	`(SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = ${literal(schema)} AND c.relname = ${literal(table)})`;

const columnNumberOf = (target: UsageTarget): string =>
	`(SELECT attnum FROM pg_catalog.pg_attribute WHERE attrelid = ${oidOf(target)} AND attname = ${literal(target.column ?? "")})`;

/**
 * Statements of this database (https://www.postgresql.org/docs/current/pgstatstatements.html). The text
 * is only there for users that may read all statistics.
 */
async function readStatements(
	session: Asks,
	target: UsageTarget,
	dialect: Dialect,
): Promise<Usage["statements"]> {
	const [extension] = await session.query(`
		SELECT pg_catalog.quote_ident(n.nspname), e.extversion FROM pg_catalog.pg_extension e
		JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements'`);
	const schema = extension?.[0];
	if (typeof schema !== "string") {
		return {
			missing: "the extension pg_stat_statements is not installed, so statements are not known",
			hint: "Add it to shared_preload_libraries, restart, CREATE EXTENSION pg_stat_statements, and ask again after some days.",
		};
	}
	try {
		const rows = await session.query(`
			SELECT query, sum(calls)::text FROM ${schema}.pg_stat_statements
			WHERE dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
				AND (strpos(lower(query), ${literal(target.table.toLowerCase())}) > 0 OR query = '<insufficient privilege>')
			GROUP BY query ORDER BY sum(calls) DESC LIMIT 5000`);
		return { ...judge(rows, target, dialect), since: await statementsSince(session, schema) };
	} catch (error) {
		return {
			missing: `pg_stat_statements cannot be read: ${failureOf(error).message}`,
			hint: "Add it to shared_preload_libraries and restart, or grant pg_read_all_stats.",
		};
	}
}

function judge(
	rows: readonly Row[],
	target: UsageTarget,
	dialect: Dialect,
): { readonly seen: readonly SeenStatement[]; readonly unread: number } {
	const seen: SeenStatement[] = [];
	let unread = 0;
	for (const [query, calls] of rows) {
		const sql = query ?? "";
		const mention = mentionOf(sql, target, dialect);
		if (mention === "unread") unread++;
		else if (mention !== "none") {
			seen.push({ sql, calls: numberOf(calls), certain: mention === "certain" });
		}
	}
	return { seen, unread };
}

/** Before version 14 nothing says when the statements were last forgotten. */
async function statementsSince(session: Asks, schema: string): Promise<string | undefined> {
	const [view] = await session.query(
		`SELECT to_regclass(${literal(`${schema}.pg_stat_statements_info`)})::text`,
	);
	if (typeof view?.[0] !== "string") return undefined;
	const [row] = await session.query(
		`SELECT to_char(stats_reset AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC' FROM ${schema}.pg_stat_statements_info`,
	);
	return row?.[0] ?? undefined;
}

async function readDependents(session: Asks, target: UsageTarget): Promise<Usage["dependents"]> {
	const { table, column } = target;
	const rows = await session.query(`
		SELECT DISTINCT CASE v.relkind WHEN 'm' THEN 'materialized view' ELSE 'view' END,
			n.nspname || '.' || v.relname
		FROM pg_catalog.pg_depend d
		JOIN pg_catalog.pg_rewrite r ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND r.oid = d.objid
		JOIN pg_catalog.pg_class v ON v.oid = r.ev_class
		JOIN pg_catalog.pg_namespace n ON n.oid = v.relnamespace
		WHERE d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = ${oidOf(target)}
			AND v.oid <> d.refobjid ${column === undefined ? "" : `AND d.refobjsubid = ${columnNumberOf(target)}`}
		UNION ALL
		SELECT 'function', n.nspname || '.' || p.proname
		FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
		WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
			AND p.prosrc ~* ${literal(`\\m${table.replace(/\W/g, "\\$&")}\\M`)}
			${column === undefined ? "" : `AND p.prosrc ~* ${literal(`\\m${column.replace(/\W/g, "\\$&")}\\M`)}`}
		ORDER BY 1, 2`);
	return rows.map(([kind, name]) => ({ kind: kind ?? "", name: name ?? "" }));
}

/** Reads what the server has counted, which statements ran, and what else names the object. */
export async function readUsage(
	session: Asks,
	target: UsageTarget,
	dialect: Dialect,
): Promise<Usage> {
	const [counted] = await session.query(`
		SELECT coalesce(s.seq_scan, 0) + coalesce(s.idx_scan, 0),
			s.n_tup_ins + s.n_tup_upd + s.n_tup_del,
			to_char(d.stats_reset AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC'
		FROM pg_catalog.pg_stat_database d
		LEFT JOIN pg_catalog.pg_stat_user_tables s ON s.relid = ${oidOf(target)}
		WHERE d.datname = current_database()`);
	const indexes = await session.query(`
		SELECT s.indexrelname::text, s.idx_scan FROM pg_catalog.pg_stat_user_indexes s
		JOIN pg_catalog.pg_index i ON i.indexrelid = s.indexrelid
		WHERE s.relid = ${oidOf(target)}
			${target.column === undefined ? "" : `AND ${columnNumberOf(target)} = ANY (i.indkey::int2[])`}
		ORDER BY 1`);
	const dependents = await readDependents(session, target);
	return {
		target,
		// Last: where the view is refused the transaction can be asked no more.
		statements: await readStatements(session, target, dialect),
		counters: {
			scans: numberOf(counted?.[0]),
			writes: numberOf(counted?.[1]),
			since: counted?.[2] ?? undefined,
		},
		indexes: indexes.map(([name, scans]) => ({ name: name ?? "", scans: numberOf(scans) })),
		dependents,
	};
}
