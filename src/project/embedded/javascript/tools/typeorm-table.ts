import { createHash } from "node:crypto";
import { nameOf, stringOf } from "../../sql-text.ts";
import { none, dotted, entry, isOn, Unknowable, wordList, wordsOf, type Value } from "../values.ts";

/** Returns the name that TypeORM makes of a table and columns (DefaultNamingStrategy of 0.3). */
export function madeName(
	prefix: string,
	table: string,
	words: readonly string[],
	length: number,
): string {
	const own = table.split(".").pop() ?? table;
	const key = `${own.replace(".", "_")}_${words.join("_")}`;
	return prefix + createHash("sha1").update(key).digest("hex").slice(0, length);
}

function sorted(columns: readonly string[]): readonly string[] {
	return [...columns].sort((a, b) => (a < b ? -1 : 1));
}

export function primaryName(table: string, columns: readonly string[]): string {
	return madeName("PK_", table, sorted(columns), 27);
}

function uniqueName(table: string, columns: readonly string[]): string {
	return madeName("UQ_", table, sorted(columns), 27);
}

/** The options of `new Table({...})`, `new TableColumn({...})` and their like. */
export function optionsOf(value: Value): Value {
	if (value.kind !== "map") throw new Unknowable("what it is given is not in the file");
	return value;
}

function listOf(value: Value): readonly Value[] {
	return value.kind === "list" ? value.items : value.kind === "none" ? [] : [value];
}

function given(value: Value): string | undefined {
	return value.kind === "none" || value.kind === "null" ? undefined : wordsOf(value);
}

const serials: Readonly<Record<string, string>> = {
	integer: "SERIAL",
	int: "SERIAL",
	int4: "SERIAL",
	smallint: "SMALLSERIAL",
	int2: "SMALLSERIAL",
	bigint: "BIGSERIAL",
	int8: "BIGSERIAL",
};

/** Returns the enum type of a column, and the statement that makes it (createEnumTypeSql). */
export function enumOf(table: string, column: Value): string | undefined {
	if (!/^(?:simple-)?enum$/.test(given(entry(column, "type")) ?? "")) return undefined;
	const values = wordList(entry(column, "enum")).map(stringOf).join(", ");
	return `CREATE TYPE ${enumName(table, column)} AS ENUM (${values})`;
}

function enumName(table: string, column: Value): string {
	const name = given(entry(column, "enumName"));
	const own = table.split(".").pop() ?? table;
	return nameOf(name ?? `${own}_${wordsOf(entry(column, "name"))}_enum`.toLowerCase());
}

function fullType(table: string, column: Value): string {
	const type = wordsOf(entry(column, "type"));
	if (/^(?:simple-)?enum$/.test(type)) return enumName(table, column);
	const length = given(entry(column, "length"));
	const precision = given(entry(column, "precision"));
	const scale = given(entry(column, "scale"));
	const size =
		length ??
		(precision !== undefined && scale !== undefined ? `${precision},${scale}` : precision);
	const isMoment = /^(time|timestamp)( with(?:out)? time zone)?$/.exec(type);
	if (isMoment && size !== undefined) return `${isMoment[1] ?? ""}(${size})${isMoment[2] ?? ""}`;
	const sized = size === undefined || size === "" ? type : `${type}(${size})`;
	return `${sized}${isOn(entry(column, "isArray")) ? " array" : ""}`;
}

/** Returns a column (PostgresQueryRunner.buildCreateColumnSql). */
export function columnSql(table: string, column: Value): string {
	const type = wordsOf(entry(column, "type"));
	const strategy = given(entry(column, "generationStrategy"));
	const isGenerated = isOn(entry(column, "isGenerated")) || strategy !== undefined;
	const parts = [nameOf(wordsOf(entry(column, "name")))];
	if (isGenerated && strategy === "identity") {
		const how = given(entry(column, "generatedIdentity")) ?? "BY DEFAULT";
		parts.push(`${type} GENERATED ${how} AS IDENTITY`);
	} else if (isGenerated && strategy !== "uuid") parts.push(serials[type] ?? type);
	else parts.push(fullType(table, column));
	const expression = given(entry(column, "asExpression"));
	if (expression !== undefined) parts.push(`GENERATED ALWAYS AS (${expression}) STORED`);
	if (!isOn(entry(column, "isNullable"))) parts.push("NOT NULL");
	const fallback = given(entry(column, "default"));
	if (fallback !== undefined) parts.push(`DEFAULT ${fallback}`);
	else if (isGenerated && strategy === "uuid") parts.push("DEFAULT uuid_generate_v4()");
	return parts.join(" ");
}

/** Returns a foreign key as the end of ADD CONSTRAINT or a line of a table. */
export function foreignKeySql(table: string, key: Value): string {
	const columns = wordList(entry(key, "columnNames"));
	const name = given(entry(key, "name")) ?? madeName("FK_", table, sorted(columns), 27);
	const target = wordsOf(entry(key, "referencedTableName"));
	const clause = (option: string, words: string): string => {
		const text = given(entry(key, option));
		return text === undefined ? "" : ` ${words} ${text}`;
	};
	return `CONSTRAINT ${nameOf(name)} FOREIGN KEY (${columns.map(nameOf).join(", ")}) REFERENCES ${dotted(target)} (${wordList(entry(key, "referencedColumnNames")).map(nameOf).join(", ")})${clause("onDelete", "ON DELETE")}${clause("onUpdate", "ON UPDATE")}${clause("deferrable", "DEFERRABLE")}`;
}

/** Returns a unique constraint as the end of ADD CONSTRAINT or a line of a table. */
export function uniqueSql(table: string, unique: Value): string {
	const columns = wordList(entry(unique, "columnNames"));
	const name = given(entry(unique, "name")) ?? uniqueName(table, columns);
	return `CONSTRAINT ${nameOf(name)} UNIQUE (${columns.map(nameOf).join(", ")})`;
}

/** Returns a check constraint as the end of ADD CONSTRAINT or a line of a table. */
export function checkSql(table: string, check: Value): string {
	const expression = wordsOf(entry(check, "expression"));
	const name = given(entry(check, "name")) ?? madeName("CHK_", table, [expression], 26);
	return `CONSTRAINT ${nameOf(name)} CHECK (${expression})`;
}

/** Returns CREATE INDEX (createIndexSql). */
export function indexSql(table: string, index: Value): string {
	const columns = wordList(entry(index, "columnNames"));
	const where = given(entry(index, "where"));
	const name =
		given(entry(index, "name")) ??
		madeName("IDX_", table, [...sorted(columns), ...(where === undefined ? [] : [where])], 26);
	const type = given(entry(index, "type"));
	const using = isOn(entry(index, "isSpatial"))
		? " USING GiST"
		: type === undefined
			? ""
			: ` USING ${type}`;
	return `CREATE ${isOn(entry(index, "isUnique")) ? "UNIQUE " : ""}INDEX${isOn(entry(index, "isConcurrent")) ? " CONCURRENTLY" : ""} ${nameOf(name)} ON ${dotted(table)}${using} (${columns.map(nameOf).join(", ")})${where === undefined ? "" : ` WHERE ${where}`}`;
}

/** Returns what createTable sends: enum types, the table, its indexes (createTableSql). */
export function tableSql(value: Value, exists: Value, withKeys: Value): readonly string[] {
	const options = optionsOf(value);
	const schema = given(entry(options, "schema"));
	const name = wordsOf(entry(options, "name"));
	const table = schema === undefined ? name : `${schema}.${name}`;
	const columns = listOf(entry(options, "columns")).map(optionsOf);
	const uniques = listOf(entry(options, "uniques"));
	const own = columns.filter((column) => isOn(entry(column, "isUnique")));
	const primary = columns.filter((column) => isOn(entry(column, "isPrimary")));
	const names = primary.map((column) => wordsOf(entry(column, "name")));
	const keyName = given(entry(primary[0] ?? none, "primaryKeyConstraintName"));
	const lines = [
		...columns.map((column) => columnSql(table, column)),
		...own.map((column) => {
			const columnName = wordsOf(entry(column, "name"));
			return `CONSTRAINT ${nameOf(uniqueName(table, [columnName]))} UNIQUE (${nameOf(columnName)})`;
		}),
		...uniques.map((unique) => uniqueSql(table, unique)),
		...listOf(entry(options, "checks")).map((check) => checkSql(table, check)),
		...(withKeys.kind === "none" || isOn(withKeys)
			? listOf(entry(options, "foreignKeys")).map((key) => foreignKeySql(table, key))
			: []),
		...(names.length === 0
			? []
			: [
					`CONSTRAINT ${nameOf(keyName ?? primaryName(table, names))} PRIMARY KEY (${names.map(nameOf).join(", ")})`,
				]),
	];
	return [
		...columns.flatMap((column) => enumOf(table, column) ?? []),
		`CREATE TABLE ${isOn(exists) ? "IF NOT EXISTS " : ""}${dotted(table)} (${lines.join(", ")})`,
		...listOf(entry(options, "indices")).map((index) => indexSql(table, index)),
	];
}
