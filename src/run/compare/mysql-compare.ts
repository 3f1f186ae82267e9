import { quoteIdentifier, quoteString } from "../../dialect/mysql/quote.ts";
import { ask } from "../ask.ts";
import { limitsOf, type Flavor } from "../engines/mysql-ways.ts";
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

async function tableNames(session: RunSession): Promise<readonly string[]> {
	const rows = await ask(
		session,
		`SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()
			AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') AND TABLE_NAME NOT LIKE 'lockkeeper\\_%' ORDER BY TABLE_NAME`,
	);
	return rows.map(([name]) => name ?? "");
}

/** The columns of the first unique index without NULL, prefix or expression: the primary key before others. */
async function readKey(session: RunSession, table: string): Promise<readonly string[]> {
	const [index] = await ask(
		session,
		`SELECT s.INDEX_NAME FROM information_schema.STATISTICS s
		WHERE s.TABLE_SCHEMA = DATABASE() AND s.TABLE_NAME = ? AND s.NON_UNIQUE = 0
		GROUP BY s.INDEX_NAME
		HAVING SUM(s.NULLABLE = 'YES' OR s.SUB_PART IS NOT NULL OR s.COLUMN_NAME IS NULL) = 0
		ORDER BY s.INDEX_NAME <> 'PRIMARY', COUNT(*), s.INDEX_NAME LIMIT 1`,
		[table],
	);
	if (!index) return [];
	const rows = await ask(
		session,
		`SELECT COLUMN_NAME FROM information_schema.STATISTICS
		WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND INDEX_NAME = ? ORDER BY SEQ_IN_INDEX`,
		[table, index[0] ?? ""],
	);
	return rows.map(([name]) => name ?? "");
}

async function readTable(session: RunSession, name: string): Promise<ComparedTable | undefined> {
	const wanted = /^`.*`$/s.test(name) ? name.slice(1, -1).replaceAll("``", "`") : name;
	const rows = await ask(
		session,
		`SELECT COLUMN_NAME, DATA_TYPE, COLLATION_NAME FROM information_schema.COLUMNS
		WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION`,
		[wanted],
	);
	if (rows.length === 0) return undefined;
	const columns = rows.map(([column, type, collation]) => ({
		name: column ?? "",
		type: (type ?? "").toLowerCase(),
		...(typeof collation === "string" && { collation }),
	}));
	const key = await readKey(session, wanted);
	return {
		name: wanted,
		sql: quoteIdentifier(wanted),
		columns,
		key: key.flatMap((one) => columns.find((column) => column.name === one) ?? []),
	};
}

const whole = new Set(["tinyint", "smallint", "mediumint", "int", "bigint", "bit"]);
const floating = new Set(["float", "double"]);
const bytes =
	/^(?:(?:var)?binary|(?:tiny|medium|long)?blob|geometry|point|linestring|polygon|multi\w+|geometrycollection|geomcollection|vector)$/;
const withFraction = new Set(["decimal", "datetime", "timestamp", "time"]);

/** Short values as text: 1.0 and 1.00, -0 and 0, a moment with and without microseconds are the same. */
function shortText(name: string, type: string): string | undefined {
	if (whole.has(type)) return `CAST(${name} + 0 AS CHAR)`;
	// As FLOAT a number is shown with six digits, as DOUBLE with all that tell it from others.
	if (floating.has(type)) return `CAST(${name} + 0e0 AS CHAR)`;
	if (type === "year" || type === "date") return `CAST(${name} AS CHAR)`;
	if (!withFraction.has(type)) return undefined;
	const text = `CAST(${name} AS CHAR)`;
	return `IF(LOCATE('.', ${text}) > 0, TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM ${text})), ${text})`;
}

/** Texts of all character sets as bytes of one: collations do not count. */
function textOf({ name, type }: ComparedColumn): string {
	const column = quoteIdentifier(name);
	const short = shortText(column, type);
	if (short !== undefined) return short;
	return bytes.test(type) ? `MD5(${column})` : `MD5(CONVERT(${column} USING utf8mb4))`;
}

/**
 * No text of a value has a semicolon or a tilde in it. A server that cannot hash a row (max_allowed_packet) makes NULL
 * of it: such a row is never equal.
 */
function rowHash(columns: readonly ComparedColumn[]): string {
	const texts = columns.map(
		(column) => `IF(${quoteIdentifier(column.name)} IS NULL, '~', ${textOf(column)})`,
	);
	return `COALESCE(MD5(CONCAT(${texts.join(", ';', ")}, '')), MD5(UUID()))`;
}

const bitwise = (half: string): string => `CAST(CONV(${half}, 16, 10) AS UNSIGNED)`;

/** A column of a key: how it is sorted, how it is shown and how a shown value is written. */
interface KeyPart {
	readonly sorted: string;
	readonly text: string;
	readonly literal: (value: string) => string;
}

const numeric = (value: string): string =>
	/^-?\d+(?:\.\d+)?(?:e[-+]?\d+)?$/i.test(value) ? value : quoteString(value);

/** Where both sides sort a text alike its index is of use; else it is sorted by its bytes. */
function keyPart({ name, type, collation }: ComparedColumn, isSortedAlike: boolean): KeyPart {
	const column = quoteIdentifier(name);
	if (bytes.test(type)) {
		return { sorted: column, text: `HEX(${column})`, literal: (value) => `X'${value}'` };
	}
	const short = shortText(column, type);
	if (whole.has(type) || floating.has(type) || type === "decimal" || type === "year") {
		const sorted = type === "bit" ? `(${column} + 0)` : column;
		return { sorted, text: short ?? column, literal: numeric };
	}
	if (short !== undefined) return { sorted: column, text: short, literal: quoteString };
	const text = `CONVERT(${column} USING utf8mb4)`;
	// These are sorted by their number and compared by their name.
	const isList = type === "enum" || type === "set";
	const isOwn = !isList && (collation === undefined || isSortedAlike);
	return { sorted: isOwn ? column : `${text} COLLATE utf8mb4_bin`, text, literal: quoteString };
}

/** Column by column: a comparison of rows uses no index in MySQL. */
function compared(parts: readonly KeyPart[], values: KeyText, last: ">" | "<="): string {
	const literal = (at: number): string => parts[at]?.literal(values[at] ?? "") ?? "NULL";
	const alternatives = parts.map(({ sorted }, at) => {
		const same = parts.slice(0, at).map((one, place) => `${one.sorted} = ${literal(place)}`);
		const sign = at === parts.length - 1 ? last : last === "<=" ? "<" : ">";
		return [...same, `${sorted} ${sign} ${literal(at)}`].join(" AND ");
	});
	return `(${alternatives.map((one) => `(${one})`).join(" OR ")})`;
}

function queriesOf(
	table: ComparedTable,
	{ columns, otherKey }: CompareQuestion,
): Omit<CompareSql, "begin"> {
	const parts = table.key.map((column, at) =>
		keyPart(column, column.collation === otherKey[at]?.collation),
	);
	const where = ({ after, upTo }: Between): string => {
		const conditions = [
			...(after ? [compared(parts, after, ">")] : []),
			...(upTo ? [compared(parts, upTo, "<=")] : []),
		];
		return conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
	};
	const hash = rowHash(columns);
	const texts = parts.map(({ text }) => text);
	const listed = (condition: string): string =>
		`SELECT ${[...texts, hash].join(", ")} FROM ${table.sql}${condition}`;
	return {
		sums: (range) =>
			`SELECT COUNT(*), COALESCE(SUM(${bitwise("LEFT(h, 16)")}), 0), COALESCE(SUM(${bitwise("RIGHT(h, 16)")}), 0) FROM (SELECT ${hash} AS h FROM ${table.sql}${where(range)}) AS hashed`,
		cuts: (range, rows) => {
			const names = parts.map((_, at) => `k${at}`);
			const named = texts.map((text, at) => `${text} AS k${at}`);
			const order = parts.map(({ sorted }) => sorted).join(", ");
			return `SELECT ${names.join(", ")} FROM (SELECT ${named.join(", ")}, ROW_NUMBER() OVER (ORDER BY ${order}) AS n FROM ${table.sql}${where(range)}) AS numbered WHERE n % ${rows} = 0 ORDER BY n`;
		},
		rows: (range) => listed(where(range)),
		rowsAt: (keys) => {
			const alternatives = keys.map((values) =>
				parts
					.map(({ sorted, literal }, at) => `${sorted} = ${literal(values[at] ?? "")}`)
					.join(" AND "),
			);
			return listed(` WHERE ${alternatives.map((one) => `(${one})`).join(" OR ")}`);
		},
	};
}

/**
 * Returns how tables of MySQL (8.0 and later) and MariaDB (10.2 and later) are compared. Of tables that keep no
 * earlier versions of rows (MyISAM, Aria) each query sees a moment of its own.
 */
export function mysqlCompare(flavor: Flavor): CompareDialect {
	return {
		tableNames,
		readTable,
		queries: (table, question) => ({
			begin: [
				"SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
				...limitsOf(
					{ lockTimeout: question.statementTimeout, statementTimeout: question.statementTimeout },
					flavor,
				),
				"SET SESSION sql_mode = '', time_zone = '+00:00'",
				"SET NAMES utf8mb4",
				"START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
			],
			...queriesOf(table, question),
		}),
		// MySQL keeps JSON in a form of its own, MariaDB as it was written.
		unlike: (here, there) =>
			here.type !== there.type && [here.type, there.type].includes("json")
				? `is ${here.type} here and ${there.type} there: their texts cannot be compared`
				: undefined,
	};
}
