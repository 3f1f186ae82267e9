import {
	argument,
	callOf,
	flag,
	itemsOf,
	namedText,
	named,
	textsOf,
	type Call,
} from "../arguments.ts";
import { lastName, type Node } from "../program.ts";
import { resolve, type Scope } from "../scope.ts";
import { hole, nameOf, stringOf } from "../sql-text.ts";

/** A type of a column as PostgreSQL reads it. */
export interface ColumnType {
	readonly sql: string;
	/** The enum type that CREATE TABLE makes before the table. */
	readonly created?: { readonly name: string; readonly labels: readonly string[] };
	/** The sequence type that an integer key gets instead. */
	readonly serial?: string;
}

/** SQLAlchemy's types without arguments of interest (sqlalchemy/dialects/postgresql/base.py, PGTypeCompiler). */
const simple: Readonly<Record<string, string>> = {
	bigint: "BIGINT",
	biginteger: "BIGINT",
	blob: "BYTEA",
	boolean: "BOOLEAN",
	bytea: "BYTEA",
	cidr: "CIDR",
	citext: "CITEXT",
	date: "DATE",
	daterange: "DATERANGE",
	double: "DOUBLE PRECISION",
	double_precision: "DOUBLE PRECISION",
	hstore: "HSTORE",
	inet: "INET",
	int: "INTEGER",
	int4range: "INT4RANGE",
	int8range: "INT8RANGE",
	integer: "INTEGER",
	json: "JSON",
	jsonb: "JSONB",
	largebinary: "BYTEA",
	macaddr: "MACADDR",
	macaddr8: "MACADDR8",
	matchtype: "BOOLEAN",
	money: "MONEY",
	numrange: "NUMRANGE",
	oid: "OID",
	pickletype: "BYTEA",
	real: "REAL",
	regclass: "REGCLASS",
	smallint: "SMALLINT",
	smallinteger: "SMALLINT",
	text: "TEXT",
	tsquery: "TSQUERY",
	tsrange: "TSRANGE",
	tstzrange: "TSTZRANGE",
	tsvector: "TSVECTOR",
	tsvectortype: "TSVECTOR",
	unicodetext: "TEXT",
	uuid: "UUID",
	varbinary: "BYTEA",
	xml: "XML",
};

const serials: Readonly<Record<string, string>> = {
	INTEGER: "SERIAL",
	BIGINT: "BIGSERIAL",
	SMALLINT: "SMALLSERIAL",
};

/** Returns the type, with a hole for one that the project or an extension defines. */
export function typeOf(node: Node, scope: Scope, depth = 0): ColumnType {
	const found = resolve(node, scope);
	const name = lastName(found.node) ?? "type";
	const call: Call = callOf(node, scope) ?? {
		name,
		node: { kind: "call", callee: found.node, args: [], named: new Map(), range: node.range },
		scope: found.scope,
	};
	const word = name.toLowerCase();
	const fixed = simple[word];
	if (name === "with_variant" && call.node.callee.kind === "member" && depth < 8) {
		return withVariant(call, call.node.callee.of, depth);
	}
	if (fixed !== undefined && !isOwnType(found.node)) {
		const serial = serials[fixed];
		return { sql: fixed, ...(serial === undefined ? {} : { serial }) };
	}
	return composed(word, call, depth) ?? { sql: hole(name) };
}

/** `sa.JSON().with_variant(postgresql.JSONB(), "postgresql")`. */
function withVariant(call: Call, base: Node, depth: number): ColumnType {
	const variant = argument(call, 0);
	const isOurs = textsOf(argument(call, 1), call.scope).includes("postgresql");
	return typeOf(isOurs && variant ? variant : base, call.scope, depth + 1);
}

/** `myapp.types.JSON()` is no type of SQLAlchemy's. */
function isOwnType(node: Node): boolean {
	const callee = node.kind === "call" ? node.callee : node;
	if (callee.kind !== "member") return false;
	const of = lastName(callee.of) ?? "";
	return !/^(?:sa|sqlalchemy|postgresql|pg|types|sqltypes|dialects|citext|mysql|sqlite)$/i.test(of);
}

function composed(word: string, call: Call, depth: number): ColumnType | undefined {
	const first = firstOf(call);
	switch (word) {
		case "string":
		case "varchar":
		case "unicode":
		case "nvarchar":
		case "autostring":
		case "emailtype":
		case "urltype":
			return { sql: sized("VARCHAR", [namedText(call, "length") ?? first]) };
		case "char":
		case "nchar":
			return { sql: sized("CHAR", [namedText(call, "length") ?? first]) };
		case "numeric":
		case "decimal":
			return { sql: sized("NUMERIC", numericSize(call)) };
		case "float":
			return { sql: sized("FLOAT", [namedText(call, "precision") ?? first]) };
		case "datetime":
		case "timestamp":
			return { sql: zoned("TIMESTAMP", call) };
		case "time":
			return { sql: zoned("TIME", call) };
		case "interval":
			return { sql: "INTERVAL" };
		case "uuidtype":
			return { sql: "UUID" };
		case "enum":
			return enumType(call);
		case "array":
			return arrayType(call, depth);
		case "bit":
			return {
				sql: flag(call, "varying") === true ? sized("BIT VARYING", [first]) : sized("BIT", [first]),
			};
		default:
			return undefined;
	}
}

function firstOf(call: Call): string | undefined {
	const [node] = call.node.args;
	const found = node && resolve(node, call.scope).node;
	return found?.kind === "number" ? found.text : undefined;
}

function numericSize(call: Call): readonly (string | undefined)[] {
	const [precision, scale] = call.node.args.map((node) => resolve(node, call.scope).node);
	const number = (node: Node | undefined): string | undefined =>
		node?.kind === "number" ? node.text : undefined;
	return [
		namedText(call, "precision") ?? number(precision),
		namedText(call, "scale") ?? number(scale),
	];
}

function sized(type: string, sizes: readonly (string | undefined)[]): string {
	const known = sizes.flatMap((size) => size ?? []);
	return known.length === 0 ? type : `${type}(${known.join(", ")})`;
}

function zoned(type: string, call: Call): string {
	const precision = namedText(call, "precision");
	const isZoned = flag(call, "timezone") ?? call.node.args[0]?.kind === "name";
	const zone = isZoned ? "WITH TIME ZONE" : "WITHOUT TIME ZONE";
	return `${sized(type, [precision])} ${zone}`;
}

function enumType(call: Call): ColumnType {
	const written = namedText(call, "name");
	const classes = call.node.args.filter((node) => node.kind === "name");
	const labels = call.node.args.flatMap((node) => textsOf(node, call.scope));
	if (flag(call, "native_enum") === false) return { sql: "VARCHAR" };
	const schema = namedText(call, "schema");
	const own =
		written ??
		(classes.length === 1 ? (lastName(classes[0] ?? call.node) ?? "").toLowerCase() : undefined);
	if (own === undefined || own === "") return { sql: hole("enum") };
	const sql = schema === undefined ? nameOf(own) : `${nameOf(schema)}.${nameOf(own)}`;
	const isMade = flag(call, "create_type") !== false;
	return isMade ? { sql, created: { name: sql, labels } } : { sql };
}

/** Returns the SQL that makes an enum type. */
export function createType({ name, labels }: { name: string; labels: readonly string[] }): string {
	return `CREATE TYPE ${name} AS ENUM (${labels.map(stringOf).join(", ")})`;
}

function arrayType(call: Call, depth: number): ColumnType {
	const item = named(call, "item_type") ?? itemsOf(call.node.args[0], call.scope)[0]?.node;
	if (!item || depth > 8) return { sql: hole("array") };
	const { sql, created } = typeOf(item, call.scope, depth + 1);
	return { sql: `${sql}[]`, ...(created ? { created } : {}) };
}
