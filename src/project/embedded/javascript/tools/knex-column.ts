import { hasHole, nameOf, stringOf } from "../../sql-text.ts";
import {
	none,
	constantOf,
	entry,
	isOn,
	Unknowable,
	wordList,
	wordsOf,
	type Value,
} from "../values.ts";

const plainTypes: Readonly<Record<string, string>> = {
	bigint: "bigint",
	bigInteger: "bigint",
	biginteger: "bigint",
	binary: "bytea",
	bool: "boolean",
	boolean: "boolean",
	date: "date",
	double: "double precision",
	float: "real",
	int: "integer",
	integer: "integer",
	mediumint: "integer",
	json: "json",
	jsonb: "jsonb",
	real: "real",
	smallint: "smallint",
	text: "text",
	time: "time",
	tinyint: "smallint",
	uuid: "uuid",
	geometry: "geometry",
	geography: "geography",
	point: "point",
};
const sizedTypes: Readonly<Record<string, string>> = { string: "varchar", varchar: "varchar" };
const momentTypes = new Set(["datetime", "dateTime", "timestamp"]);
const serialTypes: Readonly<Record<string, string>> = {
	increments: "serial",
	bigincrements: "bigserial",
	bigIncrements: "bigserial",
};

/** The methods of a table that add a column. */
export const columnMethods = new Set([
	...Object.keys(plainTypes),
	...Object.keys(sizedTypes),
	...momentTypes,
	...Object.keys(serialTypes),
	"decimal",
	"enu",
	"enum",
	"specificType",
]);

/** True for a column that numbers its rows, and takes no modifiers. */
export function isSerial(method: string): boolean {
	return method in serialTypes;
}

/** A type, and the statement that makes it when it is new. */
export interface ColumnType {
	readonly type: string;
	readonly before?: string;
	/** The type of its own column when that is altered. */
	readonly isEnum: boolean;
}

/**
 * Returns the type of a column as Knex writes it for PostgreSQL
 * (lib/dialects/postgres/schema/pg-columncompiler.js of 3.3).
 */
export function columnType(method: string, args: readonly Value[], canBeKey: boolean): ColumnType {
	const [name = none, second = none, third = none] = args;
	const plain = plainTypes[method];
	const isKey = plain === "uuid" && isOn(entry(second, "primaryKey")) && canBeKey;
	if (plain !== undefined) return { type: isKey ? "uuid primary key" : plain, isEnum: false };
	const sized = sizedTypes[method];
	if (sized !== undefined) {
		const length = second.kind === "none" ? "255" : wordsOf(second);
		return { type: `${sized}(${length})`, isEnum: false };
	}
	const serial = serialTypes[method];
	if (serial !== undefined) {
		const options = name.kind === "map" ? name : second;
		const wanted = entry(options, "primaryKey");
		const key = canBeKey && (wanted.kind === "none" || isOn(wanted));
		return { type: key ? `${serial} primary key` : serial, isEnum: false };
	}
	if (momentTypes.has(method)) return { type: momentType(second, third), isEnum: false };
	if (method === "decimal") {
		if (second.kind === "null") return { type: "decimal", isEnum: false };
		const precision = second.kind === "none" ? "8" : wordsOf(second);
		const scale = third.kind === "none" ? "2" : wordsOf(third);
		return { type: `decimal(${precision}, ${scale})`, isEnum: false };
	}
	if (method === "specificType") return { type: wordsOf(second), isEnum: false };
	return enumType(name, second, third);
}

function momentType(withoutZone: Value, precision: Value): string {
	const isOptions = withoutZone.kind === "map";
	const digits = isOptions ? entry(withoutZone, "precision") : precision;
	const zone = entry(withoutZone, "useTz");
	const useZone = isOptions ? zone.kind === "none" || isOn(zone) : !isOn(withoutZone);
	const size = digits.kind === "number" ? `(${digits.text})` : "";
	return `${useZone ? "timestamptz" : "timestamp"}${size}`;
}

function enumType(name: Value, allowed: Value, options: Value): ColumnType {
	const values = allowed.kind === "list" ? allowed.items.map(constantOf).join(", ") : undefined;
	if (isOn(entry(options, "useNative"))) {
		const schema = entry(options, "schemaName");
		const own = nameOf(wordsOf(entry(options, "enumName")));
		const type = schema.kind === "none" ? own : `${nameOf(wordsOf(schema))}.${own}`;
		if (isOn(entry(options, "existingType"))) return { type, isEnum: true };
		if (values === undefined) throw new Unknowable("the values of an enum are not in the file");
		return { type, before: `create type ${type} as enum (${values})`, isEnum: true };
	}
	const check = values ?? wordList(allowed).join("");
	return { type: `text check (${nameOf(wordsOf(name))} in (${check}))`, isEnum: true };
}

/** Returns a default as Knex writes it (lib/formatter/formatterUtils.js): numbers in quotes too. */
export function defaultOf(value: Value, type: string): string {
	if (value.kind === "none") return "";
	if (value.kind === "null") return "null";
	if (value.kind === "sql") return value.sql;
	if (type === "boolean" && value.kind === "boolean") return value.value ? "'1'" : "'0'";
	if (value.kind === "list" || value.kind === "map") return constantOf(value);
	if (value.kind === "unknown" || value.kind === "path" || value.kind === "call") {
		return wordsOf(value);
	}
	const text = wordsOf(value);
	return hasHole(text) ? text : stringOf(text);
}
