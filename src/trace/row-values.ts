import { quoteIdentifier } from "../dialect/postgres/quote.ts";

/** A column that wants values. */
export interface FillColumn {
	readonly name: string;
	/** The base type's name in pg_type (int4, varchar, _text ...), domains resolved. */
	readonly type: string;
	/** The type as SQL, to cast to. */
	readonly declared: string;
	/** Length of char and varchar, digits before the point of numeric; undefined without a limit. */
	readonly limit: number | undefined;
	readonly kind: "base" | "enum" | "composite" | "other";
	readonly notNull: boolean;
	readonly hasDefault: boolean;
	/** Definitions of the CHECK constraints on it alone, its domain's too. */
	readonly checks: readonly string[];
}

/** Of row number i. The same number gives equal values in a key and in what refers to it. */
const byType: Readonly<Record<string, string>> = {
	int2: "(1 + (i - 1) % 32000)",
	int4: "i",
	int8: "i",
	float4: "i",
	float8: "i",
	money: "i::numeric",
	bool: "(i % 2 = 0)",
	text: "'v' || i",
	name: "'v' || i",
	citext: "'v' || i",
	uuid: "lpad(to_hex(i), 32, '0')",
	date: "date '2024-01-01' + (i % 3000)::int",
	timestamp: "timestamp '2024-01-01' + i * interval '1 minute'",
	timestamptz: "timestamptz '2024-01-01 00:00+00' + i * interval '1 minute'",
	time: "time '00:00' + (i % 86400) * interval '1 second'",
	timetz: "timetz '00:00+00' + (i % 86400) * interval '1 second'",
	interval: "i * interval '1 second'",
	json: "json_build_object('n', i)",
	jsonb: "jsonb_build_object('n', i)",
	bytea: "decode(lpad(to_hex(i), 16, '0'), 'hex')",
	inet: "inet '10.0.0.0' + i",
	cidr: "(inet '10.0.0.0' + i)::cidr",
	macaddr:
		"('08:00:2b:' || regexp_replace(lpad(to_hex(i % 16777216), 6, '0'), '(..)(..)(..)', '\\1:\\2:\\3'))",
	tsvector: "to_tsvector('simple', 'v' || i)",
	xml: "xmlelement(name v, i)",
	oid: "i",
	point: "point(i, i)",
	int4range: "int4range(i::int, i::int + 1)",
	int8range: "int8range(i, i + 1)",
	numrange: "numrange(i, i + 1)",
	daterange: "daterange(date '2024-01-01' + (i % 3000)::int, date '2024-01-02' + (i % 3000)::int)",
	tsrange:
		"tsrange(timestamp '2024-01-01' + i * interval '1 minute', timestamp '2024-01-01' + (i + 1) * interval '1 minute')",
	tstzrange:
		"tstzrange(timestamptz '2024-01-01 00:00+00' + i * interval '1 minute', timestamptz '2024-01-01 00:00+00' + (i + 1) * interval '1 minute')",
	hstore: "'n=>1'",
};

function limited(column: FillColumn): string | undefined {
	const { type, limit } = column;
	if (type === "varchar" || type === "bpchar") {
		return limit === undefined || limit >= 12
			? "'v' || i"
			: `right(lpad(i::text, ${limit}, '0'), ${limit})`;
	}
	if (type === "numeric") {
		return limit === undefined || limit >= 10 ? "i" : `i % ${10 ** Math.max(limit, 0)}`;
	}
	if (type === "bit") return `repeat('1', ${limit ?? 1})`;
	if (type === "varbit") return "'1'";
	return byType[type];
}

/** `= ANY (ARRAY['new'::text, 'paid'::text])` and `IN (...)`: the values that it allows. */
function allowedTexts(check: string): readonly string[] {
	if (!/= ANY|\bIN \(/.test(check) && !/^CHECK \(+[^<>~]*= '/.test(check)) return [];
	return [...check.matchAll(/'((?:[^']|'')*)'/g)].map(([literal]) => literal);
}

/** `<= 5`, `BETWEEN 1 AND 5`: the largest whole number that it allows. */
function upperBound(check: string): number | undefined {
	const bounds = [...check.matchAll(/(<=?)\s*\(?'?(-?\d+)/g)].map(
		([, operator, number]) => Number(number) - (operator === "<" ? 1 : 0),
	);
	return bounds.length > 0 ? Math.min(...bounds) : undefined;
}

function lowerBound(check: string): number {
	const bounds = [...check.matchAll(/(>=?)\s*\(?'?(-?\d+)/g)].map(
		([, operator, number]) => Number(number) + (operator === ">" ? 1 : 0),
	);
	return Math.max(0, ...bounds);
}

const numbers: ReadonlySet<string> = new Set([
	"int2",
	"int4",
	"int8",
	"numeric",
	"float4",
	"float8",
]);

function fromChecks({ type, checks }: FillColumn): string | undefined {
	for (const check of checks) {
		const texts = allowedTexts(check);
		if (texts.length > 0) {
			return `(ARRAY[${texts.join(", ")}]::text[])[1 + (i % ${texts.length})::int]`;
		}
		if (!numbers.has(type)) continue;
		const low = lowerBound(check);
		const high = upperBound(check);
		if (high !== undefined) return `${low} + i % ${Math.max(high - low + 1, 1)}`;
		if (low > 1) return `${low} + i`;
	}
	return undefined;
}

/**
 * Returns the SQL of a column's value in row number `i`; undefined leaves the column out of the
 * INSERT: it gets its default or NULL.
 */
export function valueOf(column: FillColumn): string | undefined {
	const { type, declared, kind } = column;
	if (kind === "enum") {
		return `(enum_range(NULL::${declared}))[1 + (i % array_length(enum_range(NULL::${declared}), 1))::int]`;
	}
	if (kind === "composite") return undefined;
	const checked = fromChecks(column);
	if (checked !== undefined) return `CAST(${checked} AS ${declared})`;
	if (type.startsWith("_")) {
		const element = limited({ ...column, type: type.slice(1) });
		return element === undefined
			? `CAST('{}' AS ${declared})`
			: `CAST(ARRAY[${element}] AS ${declared})`;
	}
	const value = limited(column);
	return value === undefined ? undefined : `CAST(${value} AS ${declared})`;
}

/** Returns the INSERT of rows `from` to `to` of a table. `values` maps columns to SQL over `i`. */
export function insertSql(
	table: string,
	values: ReadonlyMap<string, string>,
	from: number,
	to: number,
): string {
	const series = `generate_series(${from}::bigint, ${to}::bigint) AS rows(i)`;
	if (values.size === 0) return `INSERT INTO ${table} DEFAULT VALUES`;
	const columns = [...values.keys()].map(quoteIdentifier).join(", ");
	return `INSERT INTO ${table} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${[...values.values()].join(", ")} FROM ${series} ON CONFLICT DO NOTHING`;
}
