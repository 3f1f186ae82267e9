import type { ComparedTable } from "./compared-table.ts";

/** The values of a key as text. */
export type KeyText = readonly string[];

/** Rows by their key: after one, up to and with another; absent: from the first, to the last. */
export interface Between {
	readonly after?: KeyText | undefined;
	readonly upTo?: KeyText | undefined;
}

/**
 * The queries of a comparison for one dialect. Two dialects compare when they make the same text of the same
 * row: each value with its length before it and NULL told from every text, hashed by MD5, of which both halves
 * are summed. A sum, never an XOR: with that the same change in an even number of rows cancels itself out.
 */
export interface CompareSql {
	/** Starts a transaction that sees one moment and changes nothing, with everything pinned that makes text. */
	readonly begin: readonly string[];
	/** One row: the count, the sum of the first halves, the sum of the second. */
	sums(range: Between): string;
	/** The keys of every so many rows. */
	cuts(range: Between, rows: number): string;
	/** One row for each: the values of the key, the hash. */
	rows(range: Between): string;
	/** As `rows`, of these keys. */
	rowsAt(keys: readonly KeyText[]): string;
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

/** Returns the queries for a table of PostgreSQL (10 and later), of these columns in this order. */
export function postgresCompare(
	table: ComparedTable,
	columns: ComparedTable["columns"],
	{ statementTimeout = 0 } = {},
): CompareSql {
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
		`SELECT ${[...texts, hash].join(", ")} FROM ${table.name}${condition}`;
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
			`SELECT count(*), coalesce(sum(${half(1)}), 0), coalesce(sum(${half(17)}), 0) FROM (SELECT ${hash} AS h FROM ${table.name}${where(range)} OFFSET 0) AS hashed`,
		cuts: (range, rows) => {
			const names = keys.map((_, at) => `k${at}`);
			const named = texts.map((text, at) => `${text} AS k${at}`);
			return `SELECT ${names.join(", ")} FROM (SELECT ${named.join(", ")}, row_number() OVER (ORDER BY ${keys.join(", ")}) AS n FROM ${table.name}${where(range)}) AS numbered WHERE n % ${rows} = 0 ORDER BY n`;
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
		`FROM ${side(here.name)} AS h FULL JOIN ${side(there.name)} AS t ON ${on}`,
		"WHERE h.lockkeeper_row IS DISTINCT FROM t.lockkeeper_row)",
		`SELECT (SELECT count(*) FROM ${here.name}), (SELECT count(*) FROM ${there.name}), (SELECT count(*) FROM found),`,
		`(SELECT json_agg(json_build_array(key, which))::text FROM (SELECT * FROM found ORDER BY key LIMIT ${most}) AS named)`,
	].join("\n");
}

/** These types have no operator =. */
const withoutEquality = new Set(["json", "xml", "point"]);

const rowOf = (columns: ComparedTable["columns"]): string =>
	`ROW(${columns.map(({ name, type }) => (withoutEquality.has(type) ? textOf(name, type) : quoted(name))).join(", ")})`;
