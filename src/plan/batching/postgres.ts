import { columnsIn, sameMeaning, visitExpression } from "../../catalog/expression.ts";
import type { Column } from "../../catalog/model.ts";
import { callsIn } from "../../core/engine/expressions.ts";
import type { Expression, TypeName } from "../../core/expression.ts";
import { quoteExpression } from "../../dialect/postgres/quote-expression.ts";
import { quoteIdentifier, quoteType } from "../../dialect/postgres/quote.ts";
import { isBuiltIn, unknownFunctionsIn, volatilityOf } from "../../dialect/postgres/volatility.ts";
import type { BatchedTable, BatchWords, Compared, Constancy, Literal } from "./batch-words.ts";

const integers: ReadonlySet<string> = new Set(["int2", "int4", "int8"]);

/** Of these types IS DISTINCT FROM is false exactly for values that are the same to every reader. */
const comparedByValue: ReadonlySet<string> = new Set(
	(
		"int2 int4 int8 numeric float4 float8 bool text varchar bpchar name uuid date time timetz " +
		"timestamp timestamptz bytea jsonb inet cidr macaddr macaddr8 bit varbit oid money"
	).split(" "),
);

/** Collations that hold two texts for equal only when their bytes are. */
const plainCollations: ReadonlySet<string> = new Set(["C", "POSIX", "default", "ucs_basic"]);

/** Words that stand for a moment, in a text that becomes a time. */
const momentWords = /^\s*(?:now|today|tomorrow|yesterday)\b/i;

const timeTypes = /^(?:date|time|timetz|timestamp|timestamptz)$/;

const neverNullCalls: ReadonlySet<string> = new Set(
	(
		"now current_timestamp current_date current_time localtime localtimestamp clock_timestamp " +
		"statement_timestamp transaction_timestamp timeofday gen_random_uuid uuidv4 uuidv7 random nextval " +
		"uuid_generate_v1 uuid_generate_v4 uuid_generate_v7 current_user session_user txid_current"
	).split(" "),
);

const isEnum = (type: TypeName, { catalog }: BatchedTable): boolean =>
	catalog.type(type)?.kind === "enum";

/** A collation of its own may hold other letters for the same, and does not go with that of another column. */
function isComparedByValue({ type, collation }: Column, of: BatchedTable): boolean {
	if (!type || collation) return false;
	if (type.name === "bpchar" && type.modifiers.length === 0) return false;
	return comparedByValue.has(type.name) || (type.dimensions === 0 && isEnum(type, of));
}

/** A literal that the column takes as it is written. */
function fitsAsWritten(value: Expression, type: TypeName, of: BatchedTable): boolean {
	if (value.kind !== "literal") return false;
	const [size, scale = "0"] = type.modifiers;
	switch (value.type) {
		case "boolean":
			return type.name === "bool";
		case "number": {
			const [, digits] = /^-?\d+(?:\.(\d+))?$/.exec(value.value) ?? [undefined];
			if (integers.has(type.name)) return /^-?\d+$/.test(value.value);
			if (type.name !== "numeric" || !/^-?\d+(?:\.\d+)?$/.test(value.value)) return false;
			return size === undefined || (digits ?? "").length <= Number(scale);
		}
		case "string":
			return size === undefined
				? comparedByValue.has(type.name) || isEnum(type, of)
				: type.name === "varchar" && value.value.length <= Number(size);
		default:
			return false;
	}
}

/** The type of a value, where it is plain to see. */
function givenType(value: Expression, { table }: BatchedTable): TypeName | undefined {
	if (value.kind === "cast") return value.type;
	const name = value.kind === "column" ? value.path.at(-1) : undefined;
	return table?.columns.find((column) => column.name === name)?.type;
}

function differs(column: Column, value: Expression, of: BatchedTable): string | undefined {
	const { type } = column;
	const text = quoteExpression(value);
	if (!type || text === undefined || type.name === "unknown") return undefined;
	if (value.kind === "literal" && value.type === "string" && timeTypes.test(type.name)) {
		if (momentWords.test(value.value)) return undefined;
	}
	const name = quoteIdentifier(column.name);
	const cast = `(${text})::${quoteType(type)}`;
	// The bytes of both, for types without an operator = and those whose = means less than the same.
	const read = columnsIn(value);
	const isCollated = of.table?.columns.some((one) => one.collation && read.has(one.name)) === true;
	if (isCollated || !isComparedByValue(column, of))
		return `ROW(${name})::record *<> ROW(${cast})::record`;
	const given = givenType(value, of);
	if (given && sameMeaning(given, type)) return `${name} IS DISTINCT FROM (${text})`;
	return `${name} IS DISTINCT FROM ${fitsAsWritten(value, type, of) ? text : cast}`;
}

const integerIn = ({ value }: Literal): bigint | undefined =>
	/^\s*[+-]?\d+\s*$/.test(value) ? BigInt(value.trim().replace(/^\+/, "")) : undefined;

function compare(
	{ type, collation }: Column,
	held: Literal,
	other: Literal,
	of: BatchedTable,
): Compared | undefined {
	if (!type || type.dimensions > 0) return undefined;
	if (integers.has(type.name) || (type.name === "numeric" && type.modifiers.length === 0)) {
		const [one, two] = [integerIn(held), integerIn(other)];
		if (one === undefined || two === undefined) return undefined;
		return one === two ? "equal" : one < two ? "less" : "greater";
	}
	if (type.name === "bool" && held.type === "boolean" && other.type === "boolean") {
		return held.value === other.value ? "equal" : held.value === "false" ? "less" : "greater";
	}
	const isPlain = collation === undefined || plainCollations.has(collation.name);
	const isText = ["text", "varchar"].includes(type.name) && isPlain;
	if (held.type !== "string" || other.type !== "string") return undefined;
	if (!isText && !isEnum(type, of)) return undefined;
	return held.value === other.value ? "equal" : "different";
}

function constancyOf(expression: Expression, of: BatchedTable): Constancy {
	const { table, catalog } = of;
	const typeOf = (name: string): TypeName | undefined =>
		table?.columns.find((column) => column.name === name)?.type;
	const volatility = volatilityOf(expression, catalog, typeOf);
	if (volatility === "immutable") return mentionsMoment(expression) ? "clock" : "constant";
	const own = callsIn([expression]).some(
		({ function: called }) => !isBuiltIn(called.name) && catalog.routines(called).length > 0,
	);
	// A function of the application may ask the table itself.
	if (own || unknownFunctionsIn(expression, catalog).length > 0) return "unknown";
	return volatility === "stable" ? "clock" : "random";
}

/** `'today'::date` is another one tomorrow. */
function mentionsMoment(expression: Expression): boolean {
	const found: Expression[] = [];
	visitExpression(expression, (part) => {
		if (part.kind !== "cast" || !timeTypes.test(part.type.name)) return;
		const { operand } = part;
		if (operand.kind === "literal" && momentWords.test(operand.value)) found.push(part);
	});
	return found.length > 0;
}

function isNeverNull(value: Expression): boolean {
	switch (value.kind) {
		case "literal":
			return value.type !== "null";
		case "cast":
			return isNeverNull(value.operand);
		case "call":
			return value.function.schema === undefined && neverNullCalls.has(value.function.name);
		case "operator":
			return value.operator === "||" && value.operands.every(isNeverNull);
		case "other":
			return value.what === "coalesce" && value.operands.some(isNeverNull);
		default:
			return false;
	}
}

/**
 * Returns the condition that two values of one type are not the same; IS DISTINCT FROM fails for types without an
 * operator =, and holds texts for the same that differ in their case where the type or the collation says so.
 */
export function differingValues(
	column: Column,
	[one, other]: readonly [string, string],
	of: BatchedTable,
): string {
	return isComparedByValue(column, of)
		? `${one} IS DISTINCT FROM ${other}`
		: `ROW(${one})::record *<> ROW(${other})::record`;
}

/** What PostgreSQL can tell of rows that are changed in batches. */
export const postgresWords: BatchWords = {
	quoteIdentifier,
	quoteExpression,
	columnKey: (name) => name,
	rowNames: new Set(),
	constancyOf,
	isNeverNull,
	compare,
	differs,
};
