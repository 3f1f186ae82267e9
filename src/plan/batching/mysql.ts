import { sameMeaning } from "../../catalog/expression.ts";
import type { Column } from "../../catalog/model.ts";
import type { Expression, TypeName } from "../../core/expression.ts";
import { quoteExpression, quoteIdentifier } from "../../dialect/mysql/quote.ts";
import type { BatchedTable, BatchWords, Compared, Literal } from "./batch-words.ts";
import { callConstancy } from "./calls.ts";

const integers = /^(?:tinyint|smallint|mediumint|int|integer|bigint|bool|boolean)$/;
const decimals = /^(?:decimal|numeric|dec|fixed)$/;
const texts = /^(?:char|varchar|tinytext|text|mediumtext|longtext)$/;
/** Two columns of one of these types are equal exactly when they hold the same. */
const comparedAlike =
	/^(?:float|double|real|date|datetime|timestamp|time|year|binary|varbinary|tinyblob|blob|mediumblob|longblob|enum)$/;

/** Functions that give the same for the same arguments, whatever the moment, the session and other rows. */
const pure: ReadonlySet<string> = new Set(
	(
		"abs ascii ceil ceiling coalesce concat concat_ws floor greatest hex if ifnull left lcase least length " +
		"char_length character_length lower lpad ltrim md5 mod nullif octet_length repeat replace reverse right " +
		"round rpad rtrim sha sha1 sha2 sign substr substring substring_index truncate ucase upper year month " +
		"date_add date_sub adddate subdate day dayofmonth hour minute second quarter"
	).split(" "),
);

const clock: ReadonlySet<string> = new Set(
	(
		"now current_timestamp current_date current_time curdate curtime localtime localtimestamp utc_date " +
		"utc_time utc_timestamp date datediff to_days date_format unix_timestamp from_unixtime"
	).split(" "),
);

const random: ReadonlySet<string> = new Set(["rand", "sysdate", "uuid", "uuid_short"]);

const neverNullCalls: ReadonlySet<string> = new Set(
	(
		"now current_timestamp current_date current_time curdate curtime localtime localtimestamp utc_date " +
		"utc_time utc_timestamp uuid rand sysdate"
	).split(" "),
);

const givesText: ReadonlySet<string> = new Set(
	(
		"concat concat_ws hex left lcase lower lpad ltrim md5 repeat replace reverse right rpad rtrim sha sha1 " +
		"sha2 substr substring substring_index ucase upper"
	).split(" "),
);

const isWhole = (text: string): boolean => /^-?\d{1,18}$/.test(text);

function columnIn(value: Expression, { table }: BatchedTable): Column | undefined {
	const name = value.kind === "column" ? value.path.at(-1)?.toLowerCase() : undefined;
	return table?.columns.find((column) => column.name.toLowerCase() === name);
}

/** The bytes of a text in one character set: collations hold 'Paid' and 'paid', 'a' and 'a ' for equal. */
const bytesOf = (text: string): string => `CAST(CONVERT(${text} USING utf8mb4) AS BINARY)`;

const bytesOfLiteral = (text: string): string =>
	/^[ -~]*$/.test(text) ? `CAST(${text} AS BINARY)` : bytesOf(text);

/** Sums and products of whole and decimal numbers, which MySQL computes exactly. */
function isExactNumber(value: Expression, of: BatchedTable): boolean {
	switch (value.kind) {
		case "literal":
			return value.type === "boolean" || /^-?\d+(?:\.\d+)?$/.test(value.value);
		case "column": {
			const name = columnIn(value, of)?.type?.name ?? "";
			return integers.test(name) || decimals.test(name);
		}
		case "operator":
			return (
				["+", "-", "*"].includes(value.operator) &&
				value.operands.every((operand) => isExactNumber(operand, of))
			);
		default:
			return false;
	}
}

/** A number as the column rounds it. */
function stored(value: Expression, text: string, type: TypeName, of: BatchedTable): string {
	const source = columnIn(value, of)?.type;
	if (source && sameMeaning(source, type)) return text;
	if (value.kind === "literal") {
		const digits = /^-?\d+(?:\.(\d+))?$/.exec(value.value)?.[1] ?? "";
		const scale = decimals.test(type.name) ? Number(type.modifiers[1] ?? 0) : 0;
		if (digits.length <= scale) return text;
	}
	if (!decimals.test(type.name)) {
		return `CAST((${text}) AS ${type.unsigned ? "UNSIGNED" : "SIGNED"})`;
	}
	const [precision = "10", scale = "0"] = type.modifiers;
	return `CAST((${text}) AS DECIMAL(${precision}, ${scale}))`;
}

const isUtf16 = ({ characterSet }: TypeName): boolean =>
	/^(?:ucs2|utf16|utf16le|utf32)$/i.test(characterSet ?? "");

/** A text as the column keeps it: CHAR drops spaces at the end, and what is too long is refused or cut. */
function textStored(value: Expression, type: TypeName, of: BatchedTable): string | undefined {
	const text = quoteExpression(value);
	if (text === undefined || isUtf16(type)) return undefined;
	if (value.kind === "literal") {
		if (value.type !== "string") return undefined;
		const [size] = type.modifiers;
		const isCut = size !== undefined && Array.from(value.value).length > Number(size);
		return isCut || (type.name === "char" && value.value.endsWith(" "))
			? undefined
			: bytesOfLiteral(text);
	}
	if (value.kind === "column") {
		const source = columnIn(value, of)?.type;
		const isSame =
			source?.name === type.name &&
			Number(source.modifiers[0] ?? 0) <= Number(type.modifiers[0] ?? 0);
		return isSame ? bytesOf(text) : undefined;
	}
	if (value.kind !== "call" || type.name === "char") return undefined;
	return givesText.has(value.function.name.toLowerCase()) ? bytesOf(text) : undefined;
}

function isTimeAsStored({ value }: Literal, type: TypeName): boolean {
	if (type.name === "date") return /^\d{4}-\d\d-\d\d$/.test(value);
	return (
		(type.name === "datetime" || type.name === "timestamp") &&
		/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(value)
	);
}

const isMember = (text: string, { modifiers }: TypeName): boolean =>
	modifiers.some((member) => member.toLowerCase() === text.toLowerCase());

function differs(column: Column, value: Expression, of: BatchedTable): string | undefined {
	const { type } = column;
	const text = quoteExpression(value);
	if (!type || text === undefined) return undefined;
	const name = quoteIdentifier(column.name);
	const unlike = (one: string, other: string): string => `NOT (${one} <=> ${other})`;
	if (integers.test(type.name) || decimals.test(type.name)) {
		return isExactNumber(value, of) ? unlike(name, stored(value, text, type, of)) : undefined;
	}
	if (texts.test(type.name)) {
		const kept = textStored(value, type, of);
		return kept === undefined ? undefined : unlike(bytesOf(name), kept);
	}
	if (value.kind === "literal") {
		if (value.type !== "string") return undefined;
		const isKept = type.name === "enum" ? isMember(value.value, type) : isTimeAsStored(value, type);
		return isKept ? unlike(name, text) : undefined;
	}
	const source = columnIn(value, of)?.type;
	const isAlike = source !== undefined && comparedAlike.test(type.name);
	return isAlike && sameMeaning(source, type) ? unlike(name, text) : undefined;
}

/** Letters and digits that no collation holds for equal but for their case; v and w, i and j may be. */
function plainLetters(text: string): string | undefined {
	if (!/^[a-z0-9_-]*$/i.test(text)) return undefined;
	return text.toLowerCase().replaceAll(/[vw]/g, "u").replaceAll("j", "i");
}

function compare({ type }: Column, held: Literal, other: Literal): Compared | undefined {
	const name = type?.name ?? "";
	const numberOf = ({ type: kind, value }: Literal): bigint | undefined => {
		if (kind === "boolean") return value === "true" ? 1n : 0n;
		return kind === "number" && isWhole(value) ? BigInt(value) : undefined;
	};
	if (integers.test(name)) {
		const [one, two] = [numberOf(held), numberOf(other)];
		if (one === undefined || two === undefined) return undefined;
		return one === two ? "equal" : one < two ? "less" : "greater";
	}
	if (held.type !== "string" || other.type !== "string") return undefined;
	if (!texts.test(name) && name !== "enum") return undefined;
	if (name === "enum" && type && !isMember(held.value, type)) return undefined;
	const [one, two] = [plainLetters(held.value), plainLetters(other.value)];
	if (one === undefined || two === undefined) return undefined;
	if (one !== two) return "different";
	return held.value === other.value ? "equal" : undefined;
}

function isNeverNull(value: Expression): boolean {
	switch (value.kind) {
		case "literal":
			return value.type !== "null";
		case "call": {
			const name = value.function.name.toLowerCase();
			if (neverNullCalls.has(name)) return true;
			return (
				["concat", "lower", "upper", "hex", "replace"].includes(name) &&
				value.arguments.every(isNeverNull)
			);
		}
		default:
			return false;
	}
}

/** Returns the condition that two values of one column are the same, in upper and lower case and accents, too. */
export function sameValue(type: TypeName, one: string, other: string): string {
	return texts.test(type.name)
		? `CAST(${one} AS BINARY) <=> CAST(${other} AS BINARY)`
		: `${one} <=> ${other}`;
}

/** What MySQL and MariaDB can tell of rows that are changed in batches. */
export const mysqlWords: BatchWords = {
	quoteIdentifier,
	quoteExpression,
	columnKey: (name) => name.toLowerCase(),
	rowNames: new Set(),
	constancyOf: (expression) => callConstancy(expression, { pure, clock, random }),
	isNeverNull,
	compare,
	differs,
};
