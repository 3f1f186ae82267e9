import type { RowBatches } from "../../core/finding.ts";
import { quoteString } from "../../dialect/mysql/quote.ts";
import { mostKeys, type BatchSql, type KeyRange, type KeyValues } from "../backfill/batch-sql.ts";

/** Stands before the digits of bytes that are no text. */
export const bytesMark = "\u0001x";

const literal = (text: string): string =>
	text.startsWith(bytesMark) ? `0x${text.slice(bytesMark.length)}` : quoteString(text);

/** A key of several columns, compared column by column: a comparison of rows uses no index in MySQL. */
function compared(key: readonly string[], values: KeyValues, last: ">" | "<="): string {
	const alternatives = key.map((name, at) => {
		const same = key.slice(0, at).map((one, place) => `${one} = ${literal(values[place] ?? "")}`);
		const sign = at === key.length - 1 ? last : last === "<=" ? "<" : ">";
		return [...same, `${name} ${sign} ${literal(values[at] ?? "")}`].join(" AND ");
	});
	return alternatives.length > 1
		? `(${alternatives.map((one) => `(${one})`).join(" OR ")})`
		: alternatives.join("");
}

/**
 * Returns the statements of a change in batches for MySQL and MariaDB. A literal takes the type of the column that it
 * is compared with. Rows are locked in the order of the key, as they are found by it.
 */
export function mysqlBatches({ table, alias, key, set, pending }: RowBatches): BatchSql {
	const columns = key.join(", ");
	const from = alias === undefined ? table : `${table} AS ${alias}`;
	const inRange = ({ after, upTo }: KeyRange): readonly string[] => [
		...(after ? [compared(key, after, ">")] : []),
		...(upTo ? [compared(key, upTo, "<=")] : []),
	];
	const where = (conditions: readonly string[]): string =>
		conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
	const left = pending === undefined ? [] : [`(${pending})`];
	const head =
		set === undefined
			? `DELETE ${alias === undefined ? "" : `${alias} `}FROM ${from}`
			: `UPDATE ${from} SET ${set}`;
	return {
		bound: (range, rows) =>
			`SELECT ${columns} FROM ${from}${where(inRange(range))} ORDER BY ${columns} LIMIT 1 OFFSET ${rows - 1}`,
		change: (range) => `${head}${where([...inRange(range), ...left])}`,
		// A plain SELECT would show rows as they were when the transaction began.
		...(set !== undefined && {
			again: (range) =>
				`SELECT ${columns} FROM ${from}${where([...inRange(range), ...left])} LIMIT ${mostKeys} FOR UPDATE`,
		}),
		count: `SELECT count(*) FROM ${from}${where(left)}`,
		ends: key.length === 1 ? `SELECT min(${columns}), max(${columns}) FROM ${from}` : undefined,
		sample: `SELECT ${columns} FROM ${from} WHERE rand() < 0.01 ORDER BY ${columns}`,
		settings: [],
	};
}
