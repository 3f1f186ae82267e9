import type { QualifiedName, TypeName } from "../../core/expression.ts";

/**
 * Words that cannot stand as a name without quotes everywhere: all keywords but the unreserved ones,
 * as quote_identifier() of the server decides (src/backend/utils/adt/ruleutils.c, kwlist.h of 18).
 */
const keywords = new Set(
	`all analyse analyze and any array as asc asymmetric both case cast check collate column constraint
	create current_catalog current_date current_role current_time current_timestamp current_user default
	deferrable desc distinct do else end except false fetch for foreign from grant group having in
	initially intersect into lateral leading limit localtime localtimestamp not null offset on only or
	order placing primary references returning select session_user some symmetric system_user table then
	to trailing true union unique user using variadic when where window with
	authorization binary collation concurrently cross current_schema freeze full ilike inner is isnull
	join left like natural notnull outer overlaps right similar tablesample verbose
	between bigint bit boolean char character coalesce dec decimal exists extract float greatest grouping
	inout int integer interval json json_array json_arrayagg json_exists json_object json_objectagg
	json_query json_scalar json_serialize json_table json_value least merge_action national nchar none
	normalize nullif numeric out overlay position precision real row setof smallint substring time
	timestamp treat trim values varchar xmlattributes xmlconcat xmlelement xmlexists xmlforest
	xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable`.split(/\s+/),
);

/** Types whose names are keywords: in quotes they would lose their modifiers or mean another type. */
const typeKeywords = new Set([
	"bit",
	"interval",
	"json",
	"numeric",
	"time",
	"timestamp",
	"varchar",
]);

/** The names of the SQL standard for types that the server calls otherwise. */
const standardNames: ReadonlyMap<string, string> = new Map([
	["bool", "boolean"],
	["bpchar", "char"],
	["float4", "real"],
	["float8", "double precision"],
	["int2", "smallint"],
	["int4", "integer"],
	["int8", "bigint"],
]);

/** Returns the name as SQL: in double quotes where it would be read otherwise. */
export function quoteIdentifier(text: string): string {
	const plain = /^[a-z_][a-z0-9_$]*$/.test(text) && !keywords.has(text);
	return plain ? text : `"${text.replaceAll('"', '""')}"`;
}

/** Returns the name as SQL, with its schema when it has one. */
export function quoteName(name: QualifiedName): string {
	const own = quoteIdentifier(name.name);
	return name.schema === undefined ? own : `${quoteIdentifier(name.schema)}.${own}`;
}

/** Returns a string constant as SQL, for a server with standard_conforming_strings on (the default). */
export function quoteString(text: string): string {
	return `'${text.replaceAll("'", "''")}'`;
}

function typeNameOf(type: TypeName): string {
	if (type.schema !== undefined) return quoteName(type);
	if (typeKeywords.has(type.name)) return type.name;
	// Without a length `char` is one letter, `bpchar` any number of them.
	if (type.name === "bpchar" && type.modifiers.length === 0) return "bpchar";
	return standardNames.get(type.name) ?? quoteIdentifier(type.name);
}

/** Returns the type as SQL. */
export function quoteType(type: TypeName): string {
	const isFields = (modifier: string) => type.name === "interval" && /^[a-z]/.test(modifier);
	const name = [typeNameOf(type), ...type.modifiers.filter(isFields)].join(" ");
	const numbers = type.modifiers.filter((modifier) => !isFields(modifier));
	const modifiers = numbers.length > 0 ? `(${numbers.join(", ")})` : "";
	return `${name}${modifiers}${"[]".repeat(type.dimensions)}`;
}
