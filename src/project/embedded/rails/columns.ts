import { flagOf, given, textsOf, wordOf, type Call } from "../arguments.ts";
import type { Node } from "../program.ts";
import { resolve, type Scope } from "../scope.ts";
import { hole, nameOf, stringOf } from "../sql-text.ts";
import { textOf, textOrHole } from "../text.ts";

/** What Rails calls a type, as PostgreSQL reads it (connection_adapters/postgresql_adapter.rb, NATIVE_DATABASE_TYPES). */
const types: Readonly<Record<string, string>> = {
	bigint: "bigint",
	bigserial: "bigserial",
	binary: "bytea",
	bit: "bit",
	bit_varying: "bit varying",
	blob: "bytea",
	boolean: "boolean",
	box: "box",
	cidr: "cidr",
	circle: "circle",
	citext: "citext",
	date: "date",
	daterange: "daterange",
	datetime: "timestamp",
	decimal: "decimal",
	float: "float",
	hstore: "hstore",
	inet: "inet",
	int4range: "int4range",
	int8range: "int8range",
	integer: "integer",
	interval: "interval",
	json: "json",
	jsonb: "jsonb",
	line: "line",
	lseg: "lseg",
	ltree: "ltree",
	macaddr: "macaddr",
	money: "money",
	numeric: "numeric",
	numrange: "numrange",
	oid: "oid",
	path: "path",
	point: "point",
	polygon: "polygon",
	serial: "serial",
	string: "character varying",
	text: "text",
	time: "time",
	timestamp: "timestamp",
	timestamptz: "timestamptz",
	tsrange: "tsrange",
	tstzrange: "tstzrange",
	tsvector: "tsvector",
	uuid: "uuid",
	xml: "xml",
};

export function isColumnType(name: string): boolean {
	return name in types || name === "enum" || name === "virtual";
}

/** Options of a call: its own, or those of a hash among its arguments. */
export interface Options {
	readonly values: ReadonlyMap<string, Node>;
	readonly scope: Scope;
}

export function optionsOf(call: Call): Options {
	const values = new Map(call.node.named);
	for (const node of call.node.args) {
		const found = resolve(node, call.scope).node;
		if (found.kind === "map") for (const [key, value] of entriesOf(found)) values.set(key, value);
	}
	return { values, scope: call.scope };
}

/** `index: { unique: true }`; an empty hash for true, undefined for what is not given or false. */
export function nested(options: Options, name: string): Options | undefined {
	const node = options.values.get(name);
	if (!node) return undefined;
	const found = resolve(node, options.scope);
	if (found.node.kind === "map")
		return { values: new Map(entriesOf(found.node)), scope: found.scope };
	const isOff = flagOf(node, options.scope) === false || wordOf(node, options.scope) === "nil";
	return isOff ? undefined : { values: new Map(), scope: options.scope };
}

function entriesOf(map: Extract<Node, { kind: "map" }>): readonly (readonly [string, Node])[] {
	return map.entries.flatMap(({ key, value }) => {
		const part = key.kind === "text" ? key.parts[0] : undefined;
		return part?.kind === "characters" ? [[part.text, value] as const] : [];
	});
}

export function option({ values, scope }: Options, name: string): string | undefined {
	const node = given(values.get(name), scope);
	return node && textOrHole(node, scope, name);
}

export function optionList({ values, scope }: Options, name: string): readonly string[] {
	return textsOf(values.get(name), scope);
}

export function isOn({ values, scope }: Options, name: string): boolean {
	return flagOf(values.get(name), scope) === true;
}

export function isOff({ values, scope }: Options, name: string): boolean {
	return flagOf(values.get(name), scope) === false;
}

/** Returns a type as SQL; `version` is that of the migration class, which sets the default precision. */
export function typeSql(type: string, options: Options, version: number): string {
	const limit = option(options, "limit");
	const suffix = isOn(options, "array") ? "[]" : "";
	return `${scalarSql(type, options, limit, version)}${suffix}`;
}

function scalarSql(
	type: string,
	options: Options,
	limit: string | undefined,
	version: number,
): string {
	if (type === "enum") return nameOf(option(options, "enum_type") ?? hole("enum"));
	if (type === "virtual") return typeSql(option(options, "type") ?? "text", options, version);
	const own = types[type] ?? type;
	if (type === "integer" && limit !== undefined) {
		const bytes = Number(limit);
		return bytes <= 2 ? "smallint" : bytes > 4 ? "bigint" : "integer";
	}
	if (/^(?:decimal|numeric)$/.test(type))
		return sized(own, option(options, "precision"), option(options, "scale"));
	if (/^(?:datetime|timestamp|timestamptz|time)$/.test(type)) {
		const isDefault = version >= 7 && type !== "time" && !options.values.has("precision");
		return sized(own, isDefault ? "6" : option(options, "precision"));
	}
	if (/^(?:text|bytea|binary|blob|float|bigint|json|jsonb)$/.test(type)) return own;
	return sized(own, limit);
}

function sized(type: string, ...sizes: readonly (string | undefined)[]): string {
	const known = sizes.flatMap((size) => size ?? []);
	return known.length === 0 ? type : `${type}(${known.join(",")})`;
}

/** Returns a default as SQL: a value is quoted, a lambda gives SQL. */
export function valueSql(node: Node, scope: Scope): string {
	const { node: found, scope: at } = resolve(node, scope);
	if (found.kind === "number") return found.text;
	if (found.kind === "name") {
		if (found.name === "true" || found.name === "false") return found.name.toUpperCase();
		return found.name === "nil" ? "NULL" : `'${hole(found.name)}'`;
	}
	if (found.kind === "list") return arraySql(found.items, at);
	if (found.kind === "map") return found.entries.length === 0 ? "'{}'" : `'${hole("json")}'`;
	if (found.kind === "call" && found.block) {
		const [step] = found.block.body;
		const value = step?.kind === "expression" ? textOf(step.value, at) : undefined;
		return value?.text ?? hole("default");
	}
	const text = textOf(found, at);
	return text ? stringOf(text.text) : `'${hole("default")}'`;
}

function arraySql(items: readonly Node[], scope: Scope): string {
	const values = items.map((item) => {
		const text = textOrHole(item, scope);
		return /^[\w.-]+$/.test(text) ? text : `"${text}"`;
	});
	return stringOf(`{${values.join(",")}}`);
}

/** Returns what stands behind the type: collation, default, NOT NULL. */
export function columnTail(options: Options): string {
	const collation = option(options, "collation");
	const standard = options.values.get("default");
	const isNil = standard && wordOf(standard, options.scope) === "nil";
	const computed = option(options, "as");
	return [
		collation === undefined ? "" : ` COLLATE ${nameOf(collation)}`,
		computed === undefined ? "" : ` GENERATED ALWAYS AS (${computed}) STORED`,
		standard && !isNil ? ` DEFAULT ${valueSql(standard, options.scope)}` : "",
		isOff(options, "null") ? " NOT NULL" : "",
		isOn(options, "primary_key") ? " PRIMARY KEY" : "",
	].join("");
}

/** Returns a column's definition. */
export function columnSql(name: string, type: string, options: Options, version: number): string {
	return `${nameOf(name)} ${typeSql(type, options, version)}${columnTail(options)}`;
}
