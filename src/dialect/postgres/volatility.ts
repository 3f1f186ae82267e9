import type { Catalog } from "../../catalog/catalog.ts";
import { operandsOf } from "../../catalog/expression.ts";
import type { Routine } from "../../catalog/model.ts";
import type { CallExpression, Expression, Query, TypeName } from "../../core/expression.ts";
import {
	immutableFunctions,
	mixedFunctions,
	stableFunctions,
	volatileFunctions,
} from "./builtin-functions.ts";

/**
 * How a value may change: never, between statements, or from row to row. `unknown` is a function that
 * neither the catalog nor the server's own list has; the server may find it volatile.
 */
export type Volatility = "immutable" | "stable" | "volatile" | "unknown";

const order: readonly Volatility[] = ["immutable", "stable", "unknown", "volatile"];

export function leastConstant(one: Volatility, other: Volatility): Volatility {
	return order.indexOf(one) > order.indexOf(other) ? one : other;
}

/** Functions of extensions that migrations call, by what their scripts declare (contrib/, PostGIS). */
const extensionFunctions: ReadonlyMap<string, Volatility> = new Map<string, Volatility>([
	...volatilities(
		"volatile",
		"uuid_generate_v1 uuid_generate_v1mc uuid_generate_v4 uuid_generate_v7 gen_random_bytes " +
			"gen_salt gen_ulid generate_ulid ulid_generate nanoid pgp_sym_encrypt pgp_pub_encrypt",
	),
	...volatilities("stable", "unaccent"),
	...volatilities(
		"immutable",
		"uuid_generate_v3 uuid_generate_v5 uuid_nil uuid_ns_dns uuid_ns_url uuid_ns_oid uuid_ns_x500 " +
			"digest hmac crypt similarity word_similarity hstore akeys avals citext soundex metaphone " +
			"levenshtein dmetaphone text2ltree ltree2text subpath nlevel st_makepoint st_point st_setsrid " +
			"st_geomfromtext st_geogfromtext st_makeenvelope st_x st_y st_transform st_centroid cube " +
			"earth ll_to_earth show_trgm",
	),
]);

function volatilities(volatility: Volatility, names: string): (readonly [string, Volatility])[] {
	return names.split(" ").map((name) => [name, volatility] as const);
}

/** Forms of the grammar that the server evaluates itself. */
const forms: ReadonlyMap<string, Volatility> = new Map<string, Volatility>([
	...volatilities("immutable", "coalesce greatest least nullif row array case"),
	...volatilities(
		"stable",
		"current_date current_time current_timestamp localtime localtimestamp current_role " +
			"current_user session_user current_catalog current_schema user xmlelement",
	),
]);

/** The type of a column by name, where the expression may use columns. */
export type ColumnTypes = (column: string) => TypeName | undefined;

const noColumns: ColumnTypes = () => undefined;

/** The volatility of an expression: that of the least constant part of it. */
export function volatilityOf(
	expression: Expression,
	catalog: Catalog,
	columnType: ColumnTypes = noColumns,
): Volatility {
	let found = ownVolatility(expression, catalog, columnType);
	for (const operand of operandsOf(expression)) {
		found = leastConstant(found, volatilityOf(operand, catalog, columnType));
	}
	return found;
}

/** The functions in an expression about which nothing is known, as the statement writes them. */
export function unknownFunctionsIn(expression: Expression, catalog: Catalog): readonly string[] {
	const own =
		expression.kind === "call" && functionVolatility(expression, catalog, noColumns) === "unknown"
			? [expression.function.name]
			: [];
	return [
		...own,
		...operandsOf(expression).flatMap((operand) => unknownFunctionsIn(operand, catalog)),
	];
}

function ownVolatility(
	expression: Expression,
	catalog: Catalog,
	columnType: ColumnTypes,
): Volatility {
	switch (expression.kind) {
		case "call":
			return functionVolatility(expression, catalog, columnType);
		case "cast":
			return castVolatility(typeOf(expression.operand, columnType), expression.type);
		case "operator":
			return operatorVolatility(expression.operator, expression.operands, columnType);
		default:
			return "immutable";
	}
}

function functionVolatility(
	call: CallExpression,
	catalog: Catalog,
	columnType: ColumnTypes,
): Volatility {
	const { name, schema } = call.function;
	const inCatalog = schema === undefined || schema === "pg_catalog";
	if (inCatalog && isBuiltIn(name)) return builtInVolatility(call, columnType);
	const count = call.arguments.length;
	const routines = catalog
		.routines(call.function)
		.filter(
			({ argumentTypes, defaults }) =>
				argumentTypes.length >= count && argumentTypes.length - defaults <= count,
		);
	if (routines.length > 0) {
		return routines.map((routine) => routineVolatility(routine, catalog)).reduce(leastConstant);
	}
	return extensionFunctions.get(name) ?? "unknown";
}

/**
 * What a function says of itself, or what its body is: the planner puts `SELECT <expression>` of an SQL
 * function without arguments in the place of the call (inline_function in optimizer/util/clauses.c).
 */
function routineVolatility(routine: Routine, catalog: Catalog): Volatility {
	const { volatility, language, argumentTypes, securityDefiner, settings, body } = routine;
	if (volatility === "immutable" || language !== "sql" || argumentTypes.length > 0)
		return volatility;
	const operations = body.flatMap((part) => part.operations);
	const [operation] = operations;
	if (securityDefiner || settings.size > 0 || operations.length !== 1) return volatility;
	if (operation?.kind !== "select" || !isOneExpression(operation.query)) return volatility;
	const [target] = operation.query.targets;
	const inlined = target ? volatilityOf(target.expression, catalog) : volatility;
	return leastConstant(inlined, volatility) === volatility ? inlined : volatility;
}

function isOneExpression(query: Query): boolean {
	const { targets, from, where, having, grouped, limit, values, combined, ctes } = query;
	const plain = where === undefined && having === undefined && limit === undefined;
	const alone = from.length === 0 && combined.length === 0 && ctes.length === 0;
	return targets.length === 1 && plain && alone && !grouped && values === undefined;
}

/** True for a function or a special form of the server itself. */
export function isBuiltIn(name: string): boolean {
	return (
		forms.has(name) ||
		immutableFunctions.has(name) ||
		mixedFunctions.has(name) ||
		stableFunctions.has(name) ||
		volatileFunctions.has(name)
	);
}

function builtInVolatility(call: CallExpression, columnType: ColumnTypes): Volatility {
	const { name } = call.function;
	const form = forms.get(name);
	if (form) return form;
	if (volatileFunctions.has(name)) return "volatile";
	if (stableFunctions.has(name)) return "stable";
	const mixed = mixedFunctions.get(name);
	if (!mixed) return "immutable";
	const types = call.arguments.map((argument) =>
		argument.kind === "literal" ? "literal" : typeOf(argument, columnType)?.name,
	);
	const fits = mixed.signatures.some((signature) => {
		const expected = signature.split(",");
		return (
			expected.length === types.length &&
			expected.every((type, at) => fitsArgument(types[at], type))
		);
	});
	return fits ? mixed.volatility : "immutable";
}

/** A constant fits any type; of an argument whose type is not known nothing is claimed. */
function fitsArgument(actual: string | undefined, expected: string): boolean {
	if (actual === undefined) return false;
	if (actual === "literal" || actual === expected || expected === "anyelement") return true;
	if (expected === "text") return ["varchar", "bpchar", "name"].includes(actual);
	return expected === "timestamptz" && actual === "date";
}

const textTypes: ReadonlySet<string> = new Set(["text", "varchar", "bpchar", "citext", "name"]);

/** Types whose text depends on DateStyle, TimeZone or lc_monetary, and those looked up by name. */
const settingTypes: ReadonlySet<string> = new Set(
	(
		"timestamp timestamptz date time timetz interval money regclass regproc regprocedure " +
		"regtype regrole regnamespace regconfig regdictionary regoper regoperator"
	).split(" "),
);

function castVolatility(from: TypeName | undefined, to: TypeName): Volatility {
	if (from === undefined) return "immutable";
	if (textTypes.has(from.name) && settingTypes.has(to.name)) return "stable";
	if (settingTypes.has(from.name) && textTypes.has(to.name)) return "stable";
	const zoned = (name: string): boolean => name === "timestamptz";
	const dated = ["timestamp", "date", "time", "timetz"];
	if (zoned(from.name) && dated.includes(to.name)) return "stable";
	if (zoned(to.name) && dated.includes(from.name)) return "stable";
	if (from.name === "time" && to.name === "timetz") return "stable";
	return (from.name === "money") === (to.name === "money") ? "immutable" : "stable";
}

/** Adding an interval to a timestamptz crosses days of the session's time zone. */
function operatorVolatility(
	operator: string,
	operands: readonly Expression[],
	columnType: ColumnTypes,
): Volatility {
	if (operator !== "+" && operator !== "-") return "immutable";
	const types = operands.map((operand) => typeOf(operand, columnType)?.name);
	return types.includes("timestamptz") && types.includes("interval") ? "stable" : "immutable";
}

/** The type of an expression where it is plain to see; a string constant has none yet. */
export function typeOf(expression: Expression, columnType: ColumnTypes): TypeName | undefined {
	switch (expression.kind) {
		case "cast":
			return expression.type;
		case "collate":
			return typeOf(expression.operand, columnType);
		case "column":
			return columnType(expression.path.at(-1) ?? "");
		case "call": {
			const name = callTypes[expression.function.name];
			return name === undefined ? undefined : { name, modifiers: [], dimensions: 0 };
		}
		default:
			return undefined;
	}
}

const callTypes: Readonly<Record<string, string>> = {
	clock_timestamp: "timestamptz",
	concat: "text",
	current_date: "date",
	current_timestamp: "timestamptz",
	localtimestamp: "timestamp",
	lower: "text",
	now: "timestamptz",
	statement_timestamp: "timestamptz",
	to_char: "text",
	to_date: "date",
	to_timestamp: "timestamptz",
	transaction_timestamp: "timestamptz",
	trim: "text",
	upper: "text",
};
