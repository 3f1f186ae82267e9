import { quoteIdentifier } from "../../dialect/sqlite/quote.ts";
import { ask, isTrue } from "../ask.ts";
import { hashFunctions } from "../engines/sqlite-hash.ts";
import type { RunSession } from "../engine.ts";
import type {
	Between,
	CompareDialect,
	ComparedColumn,
	ComparedTable,
	CompareQuestion,
	CompareSql,
	KeyText,
} from "./compare-dialect.ts";

/** Tables in which a virtual table keeps its rows belong to that one. */
async function tableNames(session: RunSession): Promise<readonly string[]> {
	const rows = await ask(
		session,
		`SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual')
			AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'lockkeeper\\_%' ESCAPE '\\' ORDER BY name`,
	);
	return rows.map(([name]) => name ?? "");
}

interface Candidate {
	readonly isPrimary: boolean;
	readonly columns: readonly { readonly name: string | null; readonly collation: string }[];
}

/** The unique indexes of a table, the one of its primary key first. */
async function uniqueIndexes(session: RunSession, table: string): Promise<readonly Candidate[]> {
	const rows = await ask(
		session,
		`SELECT l.name AS "index", l.origin, x.name AS "column", x.coll FROM pragma_index_list(?) AS l, pragma_index_xinfo(l.name) AS x
		WHERE l."unique" AND NOT l.partial AND x.key ORDER BY l.origin <> 'pk', l.name, x.seqno`,
		[table],
	);
	const found = new Map<string, Candidate>();
	for (const [index, origin, name, collation] of rows) {
		const one = found.get(index ?? "");
		const column = { name: name ?? null, collation: collation ?? "BINARY" };
		found.set(index ?? "", {
			isPrimary: origin === "pk",
			columns: [...(one?.columns ?? []), column],
		});
	}
	return [...found.values()].toSorted(
		(a, b) => Number(b.isPrimary) - Number(a.isPrimary) || a.columns.length - b.columns.length,
	);
}

interface Found extends ComparedColumn {
	readonly isNeverNull: boolean;
	readonly isPrimary: boolean;
}

/** A primary key of several columns or of texts takes NULL (https://www.sqlite.org/quirks.html): the rows tell. */
async function keyOf(
	session: RunSession,
	table: string,
	columns: readonly Found[],
): Promise<readonly ComparedColumn[]> {
	const candidates = await uniqueIndexes(session, table);
	const primary = columns.filter(({ isPrimary }) => isPrimary);
	const [rowNumber] = primary;
	// The number of the row itself has no index.
	if (rowNumber && primary.length === 1 && !candidates.some(({ isPrimary }) => isPrimary)) {
		return [{ name: rowNumber.name, type: rowNumber.type, collation: "BINARY" }];
	}
	for (const { isPrimary, columns: own } of candidates) {
		const known = own.flatMap(({ name, collation }) => {
			const column = columns.find((one) => one.name === name);
			return column ? [{ ...column, collation }] : [];
		});
		if (known.length < own.length) continue;
		const key = known.map(({ name, type, collation }) => ({ name, type, collation }));
		if (known.every(({ isNeverNull }) => isNeverNull)) return key;
		if (!isPrimary) continue;
		const isNull = key.map(({ name }) => `${quoteIdentifier(name)} IS NULL`).join(" OR ");
		const query = `SELECT NOT EXISTS (SELECT 1 FROM ${quoteIdentifier(table)} WHERE ${isNull})`;
		if (isTrue(await ask(session, query))) return key;
	}
	return [];
}

async function readTable(session: RunSession, name: string): Promise<ComparedTable | undefined> {
	const wanted = /^".*"$/s.test(name) ? name.slice(1, -1).replaceAll('""', '"') : name;
	const rows = await ask(
		session,
		`SELECT x.name, x.type, x."notnull", x.pk FROM pragma_table_xinfo(?) AS x WHERE x.hidden <> 1 ORDER BY x.cid`,
		[wanted],
	);
	if (rows.length === 0) return undefined;
	const columns = rows.map(([column, type, notNull, primary]) => ({
		name: column ?? "",
		type: (type ?? "").toLowerCase(),
		isNeverNull: notNull === "1",
		isPrimary: primary !== "0",
	}));
	return {
		name: wanted,
		sql: quoteIdentifier(wanted),
		columns: columns.map((column) => ({ name: column.name, type: column.type })),
		key: await keyOf(session, wanted, columns),
	};
}

/**
 * A value has a type of its own here: 1, 1.0 and '1' are three. Seventeen digits tell every number from all others;
 * a text may have zeros and broken letters in it, so its bytes are counted and handed over.
 */
function textOf({ name }: ComparedColumn): string {
	const column = quoteIdentifier(name);
	return [
		`CASE typeof(${column}) WHEN 'null' THEN '~'`,
		`WHEN 'integer' THEN 'i' || ${column} || ';'`,
		`WHEN 'real' THEN 'r' || printf('%!.17g', ${column} + 0.0) || ';'`,
		`WHEN 'blob' THEN 'b' || hex(${column}) || ';'`,
		`ELSE 't' || length(CAST(${column} AS BLOB)) || ':' || ${column} END`,
	].join(" ");
}

/** SQLite takes no deep expressions: texts are put together in groups. */
function joined(texts: readonly string[]): string {
	const size = 40;
	if (texts.length <= size) return texts.length === 0 ? "''" : texts.join(" || ");
	const groups: string[] = [];
	for (let at = 0; at < texts.length; at += size) {
		groups.push(`(${texts.slice(at, at + size).join(" || ")})`);
	}
	return joined(groups);
}

/** A value of a key with its type before it. */
function keyText(name: string): string {
	const column = quoteIdentifier(name);
	return [
		`CASE typeof(${column}) WHEN 'integer' THEN 'i' || ${column}`,
		`WHEN 'text' THEN 't' || hex(CAST(${column} AS BLOB))`,
		`WHEN 'blob' THEN 'b' || hex(${column}) ELSE 'r' || quote(${column}) END`,
	].join(" ");
}

/** The plus keeps the cast from turning numbers of the column into texts (https://www.sqlite.org/datatype3.html). */
function literal(text: string): string {
	const value = text.slice(1);
	if (text.startsWith("t")) return `+CAST(X'${value}' AS TEXT)`;
	return text.startsWith("b") ? `X'${value}'` : value;
}

function keyWords(text: string): string {
	const value = text.slice(1);
	if (text.startsWith("t")) return Buffer.from(value, "hex").toString("utf8");
	return text.startsWith("b") ? `X'${value}'` : value;
}

const rowValue = (values: readonly string[]): string =>
	values.length > 1 ? `(${values.join(", ")})` : (values[0] ?? "");

function queries(table: ComparedTable, { columns, otherKey }: CompareQuestion): CompareSql {
	const sorted = table.key.map(({ name, collation = "BINARY" }, at) => {
		// Where both sides sort a text alike its index is of use; else it is sorted by its bytes.
		const isSortedAlike = collation === otherKey[at]?.collation;
		return `${quoteIdentifier(name)} COLLATE ${isSortedAlike ? quoteIdentifier(collation) : "BINARY"}`;
	});
	const key = rowValue(sorted);
	const valuesOf = (values: KeyText): string => rowValue(values.map(literal));
	const where = ({ after, upTo }: Between): string => {
		const conditions = [
			...(after ? [`${key} > ${valuesOf(after)}`] : []),
			...(upTo ? [`${key} <= ${valuesOf(upTo)}`] : []),
		];
		return conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
	};
	const row = `CAST(${joined(columns.map(textOf))} AS BLOB)`;
	const texts = table.key.map(({ name }) => keyText(name));
	const listed = (condition: string): string =>
		`SELECT ${[...texts, `${hashFunctions.hash}(${row})`].join(", ")} FROM ${table.sql}${condition}`;
	return {
		begin: ["BEGIN", `SELECT ${hashFunctions.first}(0), ${hashFunctions.second}(0)`],
		// The sums are taken when the rows are counted.
		sums: (range) =>
			`SELECT n, ${hashFunctions.first}(n), ${hashFunctions.second}(n) FROM (SELECT count(${hashFunctions.add}(${row})) AS n FROM ${table.sql}${where(range)})`,
		cuts: (range, rows) => {
			const names = sorted.map((_, at) => `k${at}`);
			const named = texts.map((text, at) => `${text} AS k${at}`);
			return `SELECT ${names.join(", ")} FROM (SELECT ${named.join(", ")}, row_number() OVER (ORDER BY ${sorted.join(", ")}) AS n FROM ${table.sql}${where(range)}) WHERE n % ${rows} = 0 ORDER BY n`;
		},
		rows: (range) => listed(where(range)),
		rowsAt: (keys) =>
			listed(` WHERE ${keys.map((values) => `${key} = ${valuesOf(values)}`).join(" OR ")}`),
	};
}

/** How tables of two SQLite files are compared. */
export const sqliteCompare: CompareDialect = { tableNames, readTable, queries, keyWords };
