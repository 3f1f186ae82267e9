import { nameOf } from "../../sql-text.ts";
import { entry, none, wordList, wordsOf, type Value } from "../values.ts";
import { objectName, option, plainName } from "./node-pg-migrate-value.ts";

function columnsOf(columns: Value): readonly Value[] {
	return columns.kind === "list" ? columns.items : [columns];
}

/** table_column_column_index (src/operations/indexes/shared.ts). */
function indexName(table: Value, columns: Value, options: Value, withSchema: boolean): string {
	const schema = table.kind === "map" ? entry(table, "schema") : none;
	const prefix = withSchema && schema.kind !== "none" ? `${nameOf(wordsOf(schema))}.` : "";
	const given = entry(options, "name");
	if (given.kind !== "none") return prefix + nameOf(wordsOf(given));
	const words = columnsOf(columns).map((column) =>
		wordsOf(column.kind === "map" ? entry(column, "name") : column),
	);
	const unique = option(options, "unique", "_unique");
	return prefix + nameOf(`${plainName(table)}_${words.join("_")}${unique}_index`);
}

function indexColumn(column: Value): string {
	const text = wordsOf(column.kind === "map" ? entry(column, "name") : column);
	const isName = !/[^\w".\uE000\uE001]/.test(text);
	const own = isName ? nameOf(text) : text.endsWith(")") ? text : `(${text})`;
	const more = [entry(column, "opclass"), entry(column, "sort")].filter(
		({ kind }) => kind !== "none",
	);
	return [
		own,
		...more.map((each) => (each.kind === "map" ? objectName(each) : wordsOf(each))),
	].join(" ");
}

/** Returns CREATE INDEX (src/operations/indexes/createIndex.ts). */
export function createIndex([
	table = none,
	columns = none,
	options = none,
]: readonly Value[]): string {
	const method = entry(options, "method");
	const where = entry(options, "where");
	const include = wordList(entry(options, "include"));
	return [
		`CREATE${option(options, "unique", " UNIQUE")} INDEX${option(options, "concurrently", " CONCURRENTLY")}`,
		`${option(options, "ifNotExists", " IF NOT EXISTS")} ${indexName(table, columns, options, false)}`,
		` ON ${objectName(table)}${method.kind === "none" ? "" : ` USING ${wordsOf(method)}`}`,
		` (${columnsOf(columns).map(indexColumn).join(", ")})`,
		include.length === 0 ? "" : ` INCLUDE (${include.map(nameOf).join(", ")})`,
		where.kind === "none" ? "" : ` WHERE ${wordsOf(where)}`,
	].join("");
}

/** Returns DROP INDEX. */
export function dropIndex([
	table = none,
	columns = none,
	options = none,
]: readonly Value[]): string {
	const how = `${option(options, "concurrently", " CONCURRENTLY")}${option(options, "ifExists", " IF EXISTS")}`;
	return `DROP INDEX${how} ${indexName(table, columns, options, true)}${option(options, "cascade", " CASCADE")}`;
}
