import type { RowBatches } from "../../core/finding.ts";

/** The values of a key as text, in the order of its columns. */
export type KeyValues = readonly string[];

/** Rows by their key: those after one, up to and with another; absent: from the first, to the last. */
export interface KeyRange {
	readonly after?: KeyValues | undefined;
	readonly upTo?: KeyValues | undefined;
}

/** The statements of a change in batches, for one dialect. */
export interface BatchSql {
	/** The key that is so many rows further: no row where fewer are left. */
	bound(range: KeyRange, rows: number): string;
	/** Changes the rows of a range that are left to change. */
	change(range: KeyRange): string;
	/**
	 * Keys of some rows of a range that are left to change although the transaction has just changed them. Such a change
	 * never ends, and each repetition changes the same rows again. Absent for DELETE.
	 */
	readonly again?: (range: KeyRange) => string;
	/** How many rows are left to change. */
	readonly count: string;
	/** The first and the last key, where it has one column. */
	readonly ends: string | undefined;
	/** Keys of some rows, sorted. */
	readonly sample: string;
	/** What the transaction of a batch needs so that a key comes back as it was read. */
	readonly settings: readonly string[];
}

/** So many keys are enough to tell what is wrong. */
export const mostKeys = 20;

/** A text as SQL, whatever standard_conforming_strings says. */
function literal(text: string): string {
	const quoted = text.replaceAll("'", "''");
	return text.includes("\\") ? `E'${quoted.replaceAll("\\", "\\\\")}'` : `'${quoted}'`;
}

/**
 * Returns the statements for PostgreSQL. A key is compared as a row, which its index answers from version
 * 8.2 on; literals have no type of their own and take that of the column. Rows are locked in the order of
 * the key before they are changed: two batches, or a batch and an application that keeps the same order,
 * never wait for each other.
 */
export function postgresBatches(batches: RowBatches): BatchSql {
	const { table, alias, key, set, pending } = batches;
	const columns = key.join(", ");
	const row = key.length > 1 ? `(${columns})` : columns;
	const from = alias === undefined ? table : `${table} AS ${alias}`;
	const valuesOf = (values: KeyValues): string =>
		values.length > 1 ? `(${values.map(literal).join(", ")})` : literal(values[0] ?? "");
	const inRange = ({ after, upTo }: KeyRange): readonly string[] => [
		...(after ? [`${row} > ${valuesOf(after)}`] : []),
		...(upTo ? [`${row} <= ${valuesOf(upTo)}`] : []),
	];
	const where = (conditions: readonly string[]): string =>
		conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
	const left = pending === undefined ? [] : [`(${pending})`];
	// Names of our own: the assignments may name a column of the key without its table.
	const names = key.map((_, at) => `lockkeeper_${at + 1}`);
	const same = key
		.map((name, at) => `${alias ?? table}.${name} = ${names[at] ?? ""}`)
		.join(" AND ");
	// The low half of the transaction's number stands in each row that it wrote.
	const ownRows = `${alias ?? table}.xmin::text = (txid_current() % 4294967296)::text`;
	const lock = set === undefined ? "FOR UPDATE" : "FOR NO KEY UPDATE";
	return {
		bound: (range, rows) =>
			`SELECT ${columns} FROM ${from}${where(inRange(range))} ORDER BY ${columns} LIMIT 1 OFFSET ${rows - 1}`,
		change: (range) =>
			[
				`WITH lockkeeper_rows (${names.join(", ")}) AS (`,
				`SELECT ${columns} FROM ${from}${where([...inRange(range), ...left])} ORDER BY ${columns} ${lock})`,
				set === undefined
					? `DELETE FROM ${from} USING lockkeeper_rows WHERE ${same}`
					: `UPDATE ${from} SET ${set} FROM lockkeeper_rows WHERE ${same}`,
			].join("\n"),
		...(set !== undefined && {
			again: (range) =>
				`SELECT ${columns} FROM ${from}${where([...inRange(range), ownRows, ...left])} LIMIT ${mostKeys}`,
		}),
		count: `SELECT count(*) FROM ${from}${where(left)}`,
		ends: key.length === 1 ? `SELECT min(${columns}), max(${columns}) FROM ${from}` : undefined,
		sample: `SELECT ${columns} FROM ${from} TABLESAMPLE SYSTEM (1) ORDER BY ${columns}`,
		settings: ["SET LOCAL extra_float_digits = 3"],
	};
}
