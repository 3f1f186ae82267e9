import { hole, nameOf } from "../../sql-text.ts";
import { none, entry, isOn, Unknowable, wordList, wordsOf, type Value } from "../values.ts";
import { tableName, tableOf } from "./sequelize-column.ts";

/** table_column_column in snake case, "unique" after it for unique ones (utils/string.ts, generateIndexName). */
function indexName(table: Value, columns: readonly string[], options: Value): string {
	const given = [entry(options, "name"), entry(options, "indexName")].find(
		({ kind }) => kind === "text",
	);
	if (given) return wordsOf(given);
	const unique =
		isOn(entry(options, "unique")) || wordsOfType(options) === "UNIQUE" ? "_unique" : "";
	return underscored(`${tableName(table)}_${columns.join("_")}${unique}`);
}

export function wordsOfType(options: Value): string {
	const type = entry(options, "type");
	return type.kind === "text" ? type.text.toUpperCase() : "";
}

function underscored(text: string): string {
	return text.replace(/([a-z\d])([A-Z])/g, "$1_$2").toLowerCase();
}

export function addIndex(args: readonly Value[]): readonly string[] {
	const [table = none, second = none, third = none] = args;
	const options = second.kind === "map" ? second : third;
	const fields = second.kind === "map" ? entry(options, "fields") : second;
	const items = fields.kind === "list" ? fields.items : [fields];
	if (fields.kind !== "list" && fields.kind !== "text") {
		throw new Unknowable("the columns of an index are not in the file");
	}
	const names = items.map((item) => wordsOf(item.kind === "map" ? fieldName(item) : item));
	const columns = items.map((item, at) => {
		if (item.kind === "sql") return item.sql;
		const order = entry(item, "order");
		return `${nameOf(names[at] ?? "")}${order.kind === "none" ? "" : ` ${wordsOf(order)}`}`;
	});
	const using = [entry(options, "using"), entry(options, "method")].find(
		({ kind }) => kind === "text",
	);
	const where = entry(options, "where");
	const unique = isOn(entry(options, "unique")) || wordsOfType(options) === "UNIQUE";
	return [
		[
			`CREATE ${unique ? "UNIQUE " : ""}INDEX${isOn(entry(options, "concurrently")) ? " CONCURRENTLY" : ""}`,
			` ${nameOf(indexName(table, names, options))} ON ${tableOf(table)}`,
			using ? ` USING ${wordsOf(using)}` : "",
			` (${columns.join(", ")})`,
			where.kind === "none" ? "" : ` WHERE ${hole("where")}`,
		].join(""),
	];
}

function fieldName(item: Value): Value {
	return (
		[entry(item, "name"), entry(item, "attribute")].find(({ kind }) => kind !== "none") ?? none
	);
}

export function removeIndex([
	table = none,
	second = none,
	options = none,
]: readonly Value[]): readonly string[] {
	const name =
		second.kind === "list"
			? indexName(table, second.items.map(wordsOf), none)
			: second.kind === "map"
				? indexName(table, wordList(entry(second, "fields")), second)
				: wordsOf(second);
	const schema = table.kind === "map" ? entry(table, "schema") : none;
	const prefix = schema.kind === "none" ? "" : `${nameOf(wordsOf(schema))}.`;
	const concurrently = isOn(entry(options, "concurrently")) ? " CONCURRENTLY" : "";
	return [`DROP INDEX${concurrently} IF EXISTS ${prefix}${nameOf(name)}`];
}
