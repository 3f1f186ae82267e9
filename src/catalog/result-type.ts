import type { Expression, TypeName } from "../core/expression.ts";
import { sameMeaning } from "./expression.ts";
import { findColumn, readQuery, type Scope } from "./query.ts";

/** What well-known functions of the server return. */
const results: ReadonlyMap<string, string> = new Map(
	Object.entries({
		bool: "exists starts_with has_table_privilege",
		int4: "length char_length octet_length strpos array_length cardinality",
		int8: "count row_number rank dense_rank nextval currval",
		text: "lower upper initcap trim btrim ltrim rtrim concat concat_ws replace md5 left right substr substring to_char string_agg format",
		timestamptz: "now clock_timestamp statement_timestamp transaction_timestamp to_timestamp",
		uuid: "gen_random_uuid uuidv4 uuidv7 uuid_generate_v4",
	}).flatMap(([type, names]) => names.split(" ").map((name) => [name, type] as const)),
);

const sameAsArgument = new Set(["max", "min", "coalesce", "nullif", "greatest", "least"]);

const comparisons = new Set(["=", "<>", "!=", "<", ">", "<=", ">=", "~~", "~", "~*", "~~*", "@>"]);

/** Returns the type of an expression where it can be told without knowing every function. */
export function typeOf(expression: Expression, scope: Scope): TypeName | undefined {
	switch (expression.kind) {
		case "literal":
			return literalType(expression.type, expression.value);
		case "column":
			return findColumn(expression.path, scope)?.column.type;
		case "cast":
			return expression.type;
		case "collate":
			return typeOf(expression.operand, scope);
		case "call":
			return callType(expression.function.name, expression.arguments, scope);
		case "and":
		case "or":
		case "not":
		case "isNull":
		case "distinct":
		case "in":
		case "between":
			return named("bool");
		case "operator":
			return comparisons.has(expression.operator) ? named("bool") : undefined;
		case "subquery":
			if (expression.form === "scalar") {
				return readQuery(scope.catalog, expression.query).output?.[0]?.type;
			}
			return expression.form === "array" ? undefined : named("bool");
		case "other":
			return callType(expression.what, expression.operands, scope);
		case "parameter":
			return undefined;
	}
}

function callType(
	name: string,
	operands: readonly Expression[],
	scope: Scope,
): TypeName | undefined {
	const result = results.get(name);
	if (result !== undefined) return named(result);
	if (!sameAsArgument.has(name)) return undefined;
	// A bare literal takes the type of the others.
	const typed = operands.filter(({ kind }) => kind !== "literal");
	const types = (typed.length > 0 ? typed : operands).map((operand) => typeOf(operand, scope));
	const [first] = types;
	if (!first || types.some((type) => type?.name !== first.name)) return undefined;
	const isOneType =
		typed.length === operands.length && types.every((type) => sameMeaning(type, first));
	return isOneType ? first : { ...first, modifiers: [] };
}

function literalType(type: string, value: string): TypeName | undefined {
	if (type === "boolean") return named("bool");
	if (type === "string" || type === "null") return named("text");
	if (type !== "number") return undefined;
	if (!/^\d+$/.test(value)) return named("numeric");
	if (Number(value) <= 2147483647) return named("int4");
	return named(BigInt(value) <= 9223372036854775807n ? "int8" : "numeric");
}

function named(name: string): TypeName {
	return { name, modifiers: [], dimensions: 0 };
}
