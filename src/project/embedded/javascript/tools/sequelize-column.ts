import { lastName, type CallNode } from "../../program.ts";
import { hole, nameOf } from "../../sql-text.ts";
import {
	none,
	dotted,
	constantOf,
	entry,
	isOn,
	Unknowable,
	valueOf,
	wordsOf,
	type Value,
} from "../values.ts";

/** Returns a table's name: a text, or { tableName, schema }. */
export function tableOf(value: Value): string {
	if (value.kind !== "map") return nameOf(wordsOf(value));
	const schema = entry(value, "schema");
	const own = nameOf(tableName(value));
	return schema.kind === "none" ? own : `${nameOf(wordsOf(schema))}.${own}`;
}

/** Returns a table's name without its schema. */
export function tableName(value: Value): string {
	return wordsOf(value.kind === "map" ? entry(value, "tableName") : value);
}

/** Sequelize makes a type for each enum: enum_table_column (pgEnumName). */
export function enumNameOf(table: Value, column: string): string {
	const schema = table.kind === "map" ? entry(table, "schema") : none;
	const own = nameOf(`enum_${tableName(table)}_${column}`);
	return schema.kind === "none" ? own : `${nameOf(wordsOf(schema))}.${own}`;
}

/** A column as Sequelize writes it. */
export interface Attribute {
	/** All of it but the primary key. */
	readonly sql: string;
	readonly type: string;
	readonly isRequired: boolean;
	readonly isPrimary: boolean;
	readonly isUnique: boolean;
	readonly fallback?: string;
	readonly references?: string;
	readonly enumValues?: string;
	readonly comment?: string;
}

const plainTypes: Readonly<Record<string, string>> = {
	BIGINT: "BIGINT",
	BLOB: "BYTEA",
	BOOLEAN: "BOOLEAN",
	CIDR: "CIDR",
	CITEXT: "CITEXT",
	DATEONLY: "DATE",
	DOUBLE: "DOUBLE PRECISION",
	FLOAT: "FLOAT",
	GEOGRAPHY: "GEOGRAPHY",
	GEOMETRY: "GEOMETRY",
	HSTORE: "HSTORE",
	INET: "INET",
	INTEGER: "INTEGER",
	JSON: "JSON",
	JSONB: "JSONB",
	MACADDR: "MACADDR",
	MEDIUMINT: "INTEGER",
	NUMBER: "NUMERIC",
	REAL: "REAL",
	SMALLINT: "SMALLINT",
	TIME: "TIME",
	TINYINT: "SMALLINT",
	TSVECTOR: "TSVECTOR",
	UUID: "UUID",
};

interface Type {
	readonly sql: string;
	readonly enumValues?: string;
}

/** Returns a DataTypes type as SQL (packages/postgres/src/_internal/data-types-overrides.ts). */
function typeOf(value: Value, table: Value, column: string): Type {
	if (value.kind === "text") return { sql: value.text };
	if (value.kind === "path") return named(value.path.at(-1) ?? "", [], table, column);
	if (value.kind === "unknown") return named(value.name, [], table, column);
	if (value.kind !== "call") throw new Unknowable(`the type of ${column} is not in the file`);
	const args = value.call.args.map((each) => valueOf(each, value.scope, () => undefined));
	// DataTypes.STRING(20).BINARY, DataTypes.INTEGER.UNSIGNED
	const name = baseName(value.call);
	return named(name, args, table, column);
}

function baseName(call: CallNode): string {
	return lastName(call.callee) ?? "";
}

function named(name: string, args: readonly Value[], table: Value, column: string): Type {
	const plain = plainTypes[name];
	if (plain !== undefined) return { sql: plain };
	const [first = none, second = none] = args;
	switch (name) {
		case "STRING":
			return { sql: `VARCHAR(${first.kind === "number" ? first.text : "255"})` };
		case "CHAR":
			return { sql: `CHAR(${first.kind === "number" ? first.text : "255"})` };
		case "TEXT":
			return {
				sql: first.kind === "text" && first.text.toLowerCase() === "citext" ? "CITEXT" : "TEXT",
			};
		case "DATE":
			return { sql: `TIMESTAMP${first.kind === "number" ? `(${first.text})` : ""} WITH TIME ZONE` };
		case "NOW":
			return { sql: "TIMESTAMP WITH TIME ZONE" };
		case "DECIMAL":
		case "NUMERIC": {
			const numbers = [first, second].flatMap((each) =>
				each.kind === "number" ? [each.text] : [],
			);
			return { sql: numbers.length === 0 ? "DECIMAL" : `DECIMAL(${numbers.join(",")})` };
		}
		case "UNSIGNED":
		case "ZEROFILL":
			return { sql: "INTEGER" };
		case "UUIDV1":
		case "UUIDV4":
			return { sql: "UUID" };
		case "ARRAY":
		case "RANGE": {
			const inner = typeOf(first, table, column);
			if (name === "ARRAY") return { ...inner, sql: `${inner.sql}[]` };
			const ranges: Readonly<Record<string, string>> = {
				INTEGER: "INT4RANGE",
				BIGINT: "INT8RANGE",
				DATE: "DATERANGE",
				DECIMAL: "NUMRANGE",
			};
			return { sql: ranges[inner.sql] ?? "TSTZRANGE" };
		}
		case "ENUM": {
			const list =
				first.kind === "list"
					? first.items
					: first.kind === "map"
						? listOf(entry(first, "values"))
						: args;
			if (list.length === 0) return { sql: enumNameOf(table, column) };
			return { sql: enumNameOf(table, column), enumValues: list.map(constantOf).join(", ") };
		}
		default:
			return { sql: hole(name || "type") };
	}
}

function listOf(value: Value): readonly Value[] {
	return value.kind === "list" ? value.items : [];
}

/** Returns a column of createTable, addColumn or changeColumn (attributeToSQL). */
export function attributeOf(table: Value, column: string, value: Value): Attribute {
	const isMap = value.kind === "map";
	const given = typeOf(isMap ? entry(value, "type") : value, table, column);
	const values = entry(value, "values");
	const enumValues =
		given.enumValues ??
		(values.kind === "list" ? values.items.map(constantOf).join(", ") : undefined);
	const isRequired =
		entry(value, "allowNull").kind === "boolean" && !isOn(entry(value, "allowNull"));
	const isSerial = isOn(entry(value, "autoIncrement"));
	const type = isSerial ? serialOf(given.sql) : given.sql;
	const fallback = fallbackOf(entry(value, "defaultValue"));
	const isUnique = isOn(entry(value, "unique"));
	const references = referencesOf(value);
	const comment = entry(value, "comment");
	const sql = [
		type,
		...(isRequired ? ["NOT NULL"] : []),
		...(fallback === undefined ? [] : [`DEFAULT ${fallback}`]),
		...(isUnique ? ["UNIQUE"] : []),
		...(references === undefined ? [] : [references]),
	].join(" ");
	return {
		sql,
		type,
		isRequired,
		isPrimary: isOn(entry(value, "primaryKey")),
		isUnique,
		...(fallback === undefined ? {} : { fallback }),
		...(references === undefined ? {} : { references }),
		...(enumValues === undefined ? {} : { enumValues }),
		...(comment.kind === "text" ? { comment: comment.text } : {}),
	};
}

function serialOf(type: string): string {
	if (type === "BIGINT") return "BIGSERIAL";
	return type === "SMALLINT" ? "SMALLSERIAL" : "SERIAL";
}

/** Values that Sequelize makes itself (UUIDV4, NOW of DataTypes) are no default of the column. */
function fallbackOf(value: Value): string | undefined {
	if (value.kind === "none") return undefined;
	if (value.kind === "path") {
		const name = value.path.at(-1) ?? "";
		if (name.startsWith("UUIDV") || name === "NOW") return undefined;
		return wordsOf(value);
	}
	if (value.kind === "call") return hole("value");
	if (value.kind === "list" && value.items.length === 0) return "ARRAY[]::VARCHAR(255)[]";
	return constantOf(value);
}

function referencesOf(value: Value): string | undefined {
	const target = entry(value, "references");
	if (target.kind === "none") return undefined;
	const model = [entry(target, "model"), entry(target, "table")].find(
		({ kind }) => kind !== "none",
	);
	const table = target.kind === "text" ? target : (model ?? none);
	const key = entry(target, "key");
	const clause = (name: string, words: string): string => {
		const action = entry(value, name);
		return action.kind === "none" ? "" : ` ${words} ${wordsOf(action).toUpperCase()}`;
	};
	const own = table.kind === "text" ? dotted(table.text) : tableOf(table);
	return `REFERENCES ${own} (${nameOf(key.kind === "none" ? "id" : wordsOf(key))})${clause("onDelete", "ON DELETE")}${clause("onUpdate", "ON UPDATE")}`;
}
