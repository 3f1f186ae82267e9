import type { RowBatches } from "../../core/finding.ts";
import { mostKeys, type BatchSql, type KeyRange, type KeyValues } from "../backfill/batch-sql.ts";

/**
 * Returns the statements of a change in batches for SQLite. A key comes back as the SQL that stands for its value, as
 * a value has a type of its own here whatever its column says. A batch keeps every other writer out, so no rows need
 * be locked before.
 */
export function sqliteBatches({ table, alias, key, set, pending }: RowBatches): BatchSql {
	const columns = key.join(", ");
	const row = key.length > 1 ? `(${columns})` : columns;
	const from = alias === undefined ? table : `${table} AS ${alias}`;
	const read = key.map((name) => `quote(${name})`).join(", ");
	const valuesOf = (values: KeyValues): string =>
		values.length > 1 ? `(${values.join(", ")})` : (values[0] ?? "NULL");
	const inRange = ({ after, upTo }: KeyRange): readonly string[] => [
		...(after ? [`${row} > ${valuesOf(after)}`] : []),
		...(upTo ? [`${row} <= ${valuesOf(upTo)}`] : []),
	];
	const where = (conditions: readonly string[]): string =>
		conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
	const left = pending === undefined ? [] : [`(${pending})`];
	return {
		bound: (range, rows) =>
			`SELECT ${read} FROM ${from}${where(inRange(range))} ORDER BY ${columns} LIMIT 1 OFFSET ${rows - 1}`,
		change: (range) =>
			`${set === undefined ? `DELETE FROM ${from}` : `UPDATE ${from} SET ${set}`}${where([...inRange(range), ...left])}`,
		...(set !== undefined && {
			again: (range) =>
				`SELECT ${read} FROM ${from}${where([...inRange(range), ...left])} LIMIT ${mostKeys}`,
		}),
		count: `SELECT count(*) FROM ${from}${where(left)}`,
		ends:
			key.length === 1
				? `SELECT quote(min(${columns})), quote(max(${columns})) FROM ${from}`
				: undefined,
		sample: `SELECT ${read} FROM ${from} WHERE random() % 100 = 0 ORDER BY ${columns}`,
		settings: [],
	};
}
