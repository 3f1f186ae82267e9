import { quoteIdentifier } from "../dialect/postgres/quote.ts";
import type { Failure, TraceEngine } from "./engine.ts";
import { insertSql, valueOf, type FillColumn } from "./row-values.ts";

/** A table that was filled, or why it could not be. */
export interface FilledTable {
	/** schema.name */
	readonly table: string;
	/** Rows that it has now. */
	readonly rows: number;
	readonly failure?: Failure;
}

interface FillTable {
	readonly oid: string;
	readonly key: string;
	readonly sql: string;
	/** Of a range or list partition with one key column: which column, and the bounds' text. */
	readonly bound?: { readonly column: string; readonly text: string };
	/** The partitioned table at the top, or itself: rows are counted through all its partitions. */
	readonly root: string;
}

// Range and list partitions are filled one by one; hash partitions through their parent.
const tablesQuery = `
WITH RECURSIVE tree AS (
	SELECT c.oid, c.oid AS root FROM pg_catalog.pg_class c
	WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
	UNION ALL
	SELECT i.inhrelid, tree.root FROM pg_catalog.pg_inherits i
	JOIN tree ON i.inhparent = tree.oid JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
	WHERE c.relispartition
)
SELECT c.oid::text, n.nspname::text, c.relname::text, tree.root::text,
       pg_get_expr(c.relpartbound, c.oid), a.attname::text, p.partstrat::text
FROM tree
JOIN pg_catalog.pg_class c ON c.oid = tree.oid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_inherits i ON i.inhrelid = c.oid AND c.relispartition
LEFT JOIN pg_catalog.pg_partitioned_table p ON p.partrelid = i.inhparent AND p.partnatts = 1
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.inhparent AND a.attnum = p.partattrs[0]
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d
    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  AND (c.relkind = 'r' AND coalesce(p.partstrat::text, '') <> 'h'
    OR c.relkind = 'p' AND EXISTS (SELECT 1 FROM pg_catalog.pg_partitioned_table own
      WHERE own.partrelid = c.oid AND own.partstrat = 'h'))
ORDER BY c.oid`;

async function readTables(engine: TraceEngine): Promise<readonly FillTable[]> {
	return (await engine.query(tablesQuery)).map(
		([oid, schema, name, root, text, column]): FillTable => ({
			oid: oid ?? "",
			key: `${schema ?? ""}.${name ?? ""}`,
			sql: `${quoteIdentifier(schema ?? "")}.${quoteIdentifier(name ?? "")}`,
			root: root ?? "",
			...(typeof text === "string" && typeof column === "string" && { bound: { column, text } }),
		}),
	);
}

function columnsQuery(oid: string, version: number): string {
	const generated = version >= 12 ? "AND a.attgenerated = ''" : "";
	return `
SELECT a.attname::text, b.typname::text, format_type(a.atttypid, a.atttypmod),
       (CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END)::text,
       b.typtype::text, a.attnotnull::text, a.atthasdef::text,
       (SELECT coalesce(json_agg(pg_get_constraintdef(k.oid)), '[]') FROM pg_catalog.pg_constraint k
        WHERE k.contype = 'c' AND (k.conrelid = a.attrelid AND k.conkey = ARRAY[a.attnum] OR k.contypid = t.oid AND t.typtype = 'd'))::text
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
JOIN pg_catalog.pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
WHERE a.attrelid = ${oid} AND a.attnum > 0 AND NOT a.attisdropped ${generated}
ORDER BY a.attnum`;
}

const kinds: Readonly<Record<string, FillColumn["kind"]>> = {
	b: "base",
	r: "base",
	e: "enum",
	c: "composite",
};

/** The type modifier of numeric has the precision above 16 bits and the scale below (numeric.c). */
function limitOf(type: string, modifier: number): number | undefined {
	if (modifier < 0) return undefined;
	const name = type.replace(/^_/, "");
	if (name === "numeric") return ((modifier - 4) >> 16) - ((modifier - 4) & 0x7ff);
	return name === "bit" ? modifier : modifier - 4;
}

function textsOf(json: string | null | undefined): readonly string[] {
	const parsed: unknown = JSON.parse(json ?? "[]");
	return Array.isArray(parsed) ? parsed.map(String) : [];
}

async function readColumns(engine: TraceEngine, oid: string): Promise<readonly FillColumn[]> {
	const rows = await engine.query(columnsQuery(oid, engine.version));
	return rows.map(([name, type, declared, modifier, kind, notNull, hasDefault, checks]) => ({
		name: name ?? "",
		type: type ?? "",
		declared: declared ?? "",
		limit: limitOf(type ?? "", Number(modifier ?? -1)),
		kind: kinds[kind ?? ""] ?? "other",
		notNull: notNull === "true",
		hasDefault: hasDefault === "true",
		checks: textsOf(checks),
	}));
}

/** The value of a partition's key in row number i: within its bounds. */
function valueWithin(text: string, column: FillColumn | undefined): string | undefined {
	if (!column) return undefined;
	const type = column.declared;
	const literal = "('(?:[^']|'')*'|-?[\\d.]+|MINVALUE|MAXVALUE)";
	const [, low, high] = new RegExp(`FROM \\(${literal}\\) TO \\(${literal}\\)`).exec(text) ?? [];
	if (low !== undefined && high !== undefined) {
		const isOpen = (bound: string): boolean => bound.endsWith("VALUE");
		if (isOpen(low)) return undefined;
		const whole = /^(date|.*int|bigint|smallint)$/.test(type);
		const step = whole ? "i % greatest(span, 1)" : "span * ((i % 997)::double precision / 997)";
		const span = isOpen(high) ? undefined : `(CAST(${high} AS ${type}) - CAST(${low} AS ${type}))`;
		if (span === undefined) return `CAST(${low} AS ${type})`;
		return `CAST(CAST(${low} AS ${type}) + (${step.replace("span", span)})${type === "date" ? "::int" : ""} AS ${type})`;
	}
	const [, list] = /^FOR VALUES IN \((.*)\)$/.exec(text) ?? [];
	const values = list?.match(/'(?:[^']|'')*'|-?[\d.]+/g) ?? [];
	if (values.length === 0) return undefined;
	return `CAST((ARRAY[${values.join(", ")}]::text[])[1 + (i % ${values.length})::int] AS ${type})`;
}

/** What is put into columns with a check that says nothing to us, one after the other. */
const attempts = ["plain", "address", "nothing"] as const;

function valuesOf(
	table: FillTable,
	columns: readonly FillColumn[],
	attempt: (typeof attempts)[number],
): ReadonlyMap<string, string> {
	const values = new Map<string, string>();
	for (const column of columns) {
		const value = valueOf(column);
		const isChecked = attempt !== "plain" && column.checks.length > 0;
		if (isChecked && attempt === "nothing" && !column.notNull) continue;
		if (isChecked && value === `CAST('v' || i AS ${column.declared})`) {
			values.set(column.name, `CAST('v' || i || '@example.com' AS ${column.declared})`);
		} else if (value !== undefined) values.set(column.name, value);
	}
	const { bound } = table;
	const key = columns.find(({ name }) => name === bound?.column);
	const within = bound && valueWithin(bound.text, key);
	if (bound && within !== undefined) values.set(bound.column, within);
	return values;
}

async function fill(
	engine: TraceEngine,
	table: FillTable,
	from: number,
	to: number,
): Promise<FilledTable> {
	const columns = await readColumns(engine, table.oid);
	let failure: Failure | undefined;
	for (const attempt of attempts) {
		const values = valuesOf(table, columns, attempt);
		({ failure } = await engine.execute(insertSql(table.sql, values, from, to)));
		if (failure?.code !== "23514") break;
	}
	if (failure) return { table: table.key, rows: 0, failure };
	const [row] = await engine.query(`SELECT count(*)::text FROM ${table.sql}`);
	return { table: table.key, rows: Number(row?.[0] ?? 0) };
}

/** Serial and identity columns go on after the rows that are there. */
async function advanceSequences(engine: TraceEngine, rows: number): Promise<void> {
	await engine.execute(`
DO $advance$
DECLARE found record;
BEGIN
	FOR found IN SELECT d.objid FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class c ON c.oid = d.objid
		WHERE c.relkind = 'S' AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
	LOOP
		BEGIN
			PERFORM setval(found.objid::regclass, greatest(${rows + 1}, nextval(found.objid::regclass)));
		EXCEPTION WHEN OTHERS THEN NULL;
		END;
	END LOOP;
END $advance$`);
}

/** Passes over the tables that failed: what they refer to may be filled by then. */
const maximumPasses = 5;

/**
 * Fills every table and partition with about so many rows, with values that fit types, keys, enums,
 * domains and simple checks. Row number i refers to row number i of other tables. What a table's
 * constraints do not accept is reported. Ends with ANALYZE, so that plans are those of full tables.
 */
export async function fillTables(
	engine: TraceEngine,
	rows: number,
): Promise<readonly FilledTable[]> {
	const tables = await readTables(engine);
	const sharing = new Map<string, number>();
	for (const { root } of tables) sharing.set(root, (sharing.get(root) ?? 0) + 1);
	// Without it (no superuser) foreign keys decide the order, and triggers fire.
	await engine.execute("SET session_replication_role = replica");
	const results = new Map<string, FilledTable>();
	const started = new Map<string, number>();
	const ranges = tables.map((table) => {
		const size = Math.max(Math.floor(rows / (sharing.get(table.root) ?? 1)), 1);
		const from = (started.get(table.root) ?? 0) + 1;
		started.set(table.root, from + size - 1);
		return { table, from, to: from + size - 1 };
	});
	for (let pass = 0; pass < maximumPasses; pass++) {
		const waiting = ranges.filter(({ table }) => results.get(table.key)?.failure !== undefined);
		const next = pass === 0 ? ranges : waiting;
		if (next.length === 0) break;
		for (const { table, from, to } of next) {
			results.set(table.key, await fill(engine, table, from, to));
		}
	}
	await engine.execute("RESET session_replication_role");
	await advanceSequences(engine, rows);
	await engine.execute("ANALYZE");
	return [...results.values()];
}
