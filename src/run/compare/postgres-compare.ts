import { ask } from "../ask.ts";
import type { RunSession } from "../engine.ts";
import type {
	Between,
	CompareDialect,
	ComparedTable,
	CompareQuestion,
	CompareSql,
	KeyText,
} from "./compare-dialect.ts";

/** Partitions are read through their tables. */
async function tableNames(session: RunSession): Promise<readonly string[]> {
	const rows = await ask(
		session,
		`SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
			AND n.nspname NOT IN ('lockkeeper', 'information_schema') AND n.nspname !~ '^pg_'
		ORDER BY 1`,
	);
	return rows.flatMap(([name]) => name ?? []);
}

async function readTable(session: RunSession, name: string): Promise<ComparedTable | undefined> {
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
		sql: fullName,
		columns: known.map(({ name: column, type }) => ({ name: column, type })),
		key: known
			.flatMap(({ place, ...column }) => (place === undefined ? [] : [{ place, ...column }]))
			.toSorted((a, b) => a.place - b.place)
			.map(({ name: column, type }) => ({ name: column, type })),
	};
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function literal(text: string): string {
	const inner = text.replaceAll("'", "''");
	return text.includes("\\") ? `E'${inner.replaceAll("\\", "\\\\")}'` : `'${inner}'`;
}

/** Types that two servers sort alike, whatever their locales. */
const sortedAlike = new Set(
	"int2 int4 int8 oid numeric uuid date time timestamp timestamptz bool bytea float4 float8".split(
		" ",
	),
);

const keyOf = (column: string, type: string): string =>
	sortedAlike.has(type) ? quoted(column) : `(${quoted(column)}::text COLLATE "C")`;

/** Equal values have equal texts: 1.0 and 1.00, -0 and 0, the same JSON in another order. */
function textOf(column: string, type: string): string {
	const name = quoted(column);
	switch (type) {
		case "bool":
			return `CASE WHEN ${name} THEN '1' WHEN NOT ${name} THEN '0' END`;
		case "numeric":
			return `CASE WHEN strpos(${name}::text, '.') > 0 THEN rtrim(rtrim(${name}::text, '0'), '.') ELSE ${name}::text END`;
		case "float4":
		case "float8":
			return `(${name} + 0)::text`;
		case "json":
			return `${name}::jsonb::text`;
		case "money":
			return `${name}::numeric::text`;
		case "bytea":
			return `encode(${name}, 'hex')`;
		default:
			return `${name}::text`;
	}
}

/** Returns a row's hash as an expression. */
export function rowHash(columns: ComparedTable["columns"]): string {
	const parts = columns.map(({ name, type }) => {
		const text = textOf(name, type);
		return `coalesce(char_length(${text})::text || ':' || ${text}, '~')`;
	});
	return `md5(convert_to(${parts.length === 0 ? "''" : parts.join(" || ")}, 'UTF8'))`;
}

const half = (from: number): string => `('x' || substr(h, ${from}, 16))::bit(64)::bigint`;

function queries(table: ComparedTable, { columns, statementTimeout }: CompareQuestion): CompareSql {
	const keys = table.key.map(({ name, type }) => keyOf(name, type));
	const key = keys.length > 1 ? `(${keys.join(", ")})` : (keys[0] ?? "");
	const texts = table.key.map(({ name }) => `${quoted(name)}::text`);
	const valuesOf = (values: KeyText): string =>
		values.length > 1 ? `(${values.map(literal).join(", ")})` : literal(values[0] ?? "");
	const where = ({ after, upTo }: Between): string => {
		const conditions = [
			...(after ? [`${key} > ${valuesOf(after)}`] : []),
			...(upTo ? [`${key} <= ${valuesOf(upTo)}`] : []),
		];
		return conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
	};
	const hash = rowHash(columns);
	const listed = (condition: string): string =>
		`SELECT ${[...texts, hash].join(", ")} FROM ${table.sql}${condition}`;
	return {
		begin: [
			"BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
			`SET LOCAL statement_timeout = ${statementTimeout}`,
			"SET LOCAL TimeZone = 'UTC'",
			"SET LOCAL DateStyle = 'ISO, YMD'",
			"SET LOCAL IntervalStyle = 'postgres'",
			"SET LOCAL extra_float_digits = 3",
			"SET LOCAL bytea_output = 'hex'",
			"SET LOCAL search_path = ''",
		],
		// OFFSET keeps the hash from being computed once for each half.
		sums: (range) =>
			`SELECT count(*), coalesce(sum(${half(1)}), 0), coalesce(sum(${half(17)}), 0) FROM (SELECT ${hash} AS h FROM ${table.sql}${where(range)} OFFSET 0) AS hashed`,
		cuts: (range, rows) => {
			const names = keys.map((_, at) => `k${at}`);
			const named = texts.map((text, at) => `${text} AS k${at}`);
			return `SELECT ${names.join(", ")} FROM (SELECT ${named.join(", ")}, row_number() OVER (ORDER BY ${keys.join(", ")}) AS n FROM ${table.sql}${where(range)}) AS numbered WHERE n % ${rows} = 0 ORDER BY n`;
		},
		rows: (range) => listed(where(range)),
		rowsAt: (wanted) => listed(` WHERE ${key} IN (${wanted.map(valuesOf).join(", ")})`),
	};
}

/**
 * Returns the query that compares two tables of one database exactly: one statement sees one moment of both, so
 * triggers that keep one like the other are never caught half way. One row: the rows of each, how many differ, and
 * some of these as JSON, [key, which].
 */
export function compareWithinSql(
	here: ComparedTable,
	there: ComparedTable,
	columns: ComparedTable["columns"],
	most: number,
): string {
	const keys = here.key.map(({ name }) => quoted(name));
	const on = keys.map((key) => `h.${key} = t.${key}`).join(" AND ");
	const side = (name: string): string =>
		`(SELECT ${keys.join(", ")}, ${rowOf(columns)} AS lockkeeper_row FROM ${name})`;
	const texts = keys.map((key) => `coalesce(h.${key}::text, t.${key}::text)`).join(", ");
	const [first = ""] = keys;
	return [
		`WITH found AS (SELECT ARRAY[${texts}] AS key,`,
		`CASE WHEN t.${first} IS NULL THEN 'onlyHere' WHEN h.${first} IS NULL THEN 'onlyThere' ELSE 'different' END AS which`,
		`FROM ${side(here.sql)} AS h FULL JOIN ${side(there.sql)} AS t ON ${on}`,
		"WHERE h.lockkeeper_row IS DISTINCT FROM t.lockkeeper_row)",
		`SELECT (SELECT count(*) FROM ${here.sql}), (SELECT count(*) FROM ${there.sql}), (SELECT count(*) FROM found),`,
		`(SELECT json_agg(json_build_array(key, which))::text FROM (SELECT * FROM found ORDER BY key LIMIT ${most}) AS named)`,
	].join("\n");
}

/** These types have no operator =. */
const withoutEquality = new Set(["json", "xml", "point"]);

const rowOf = (columns: ComparedTable["columns"]): string =>
	`ROW(${columns.map(({ name, type }) => (withoutEquality.has(type) ? textOf(name, type) : quoted(name))).join(", ")})`;

/** How tables of PostgreSQL (10 and later) are compared. */
export const postgresCompare: CompareDialect = { tableNames, readTable, queries };
