import type { Column } from "../../catalog/model.ts";
import type { Expression } from "../../core/expression.ts";
import { affinityOf, type Affinity } from "../../dialect/sqlite/affinity.ts";
import { quoteExpression, quoteIdentifier, quoteType } from "../../dialect/sqlite/quote.ts";
import type { BatchedTable, BatchWords, Compared, Literal } from "./batch-words.ts";
import { callConstancy } from "./calls.ts";

/** Functions that give the same for the same arguments. Source: https://www.sqlite.org/deterministic.html */
const pure: ReadonlySet<string> = new Set(
	(
		"abs char coalesce concat concat_ws format hex if ifnull iif instr length lower ltrim nullif " +
		"octet_length printf quote replace round rtrim sign substr substring trim typeof unhex unicode upper json " +
		"json_array json_extract json_insert json_object json_patch json_quote json_remove json_replace " +
		"json_set json_type json_valid"
	).split(" "),
);

const clock: ReadonlySet<string> = new Set(
	"current_date current_time current_timestamp date time datetime julianday unixepoch strftime".split(
		" ",
	),
);

const random: ReadonlySet<string> = new Set(["random", "randomblob"]);

const neverNullCalls: ReadonlySet<string> = new Set(
	"current_date current_time current_timestamp random randomblob".split(" "),
);

const affinity = ({ type }: Column): Affinity => affinityOf(type ? quoteType(type) : "");

const isBinary = ({ collation }: Column): boolean =>
	collation === undefined || collation.name.toLowerCase() === "binary";

/**
 * A comparison turns both sides into the type of the column as the assignment does, where the other side has none of
 * its own: so of another column only one of the same type will do
 * (https://www.sqlite.org/datatype3.html#type_conversions_prior_to_comparison).
 */
function differs(column: Column, value: Expression, { table }: BatchedTable): string | undefined {
	const text = quoteExpression(value);
	if (text === undefined) return undefined;
	const own = affinity(column);
	const isPlainValue = value.kind === "literal";
	if (value.kind === "cast" && affinityOf(quoteType(value.type)) !== own) return undefined;
	// Values keep the type that they come with here, and IS holds 1 and 1.0 for equal.
	const keepsType = own === "BLOB" || column.type?.name.toLowerCase() === "any";
	if (keepsType && !(value.kind === "literal" && value.type === "string")) return undefined;
	const name = quoteIdentifier(column.name);
	const held = isBinary(column) ? name : `${name} COLLATE BINARY`;
	if (value.kind !== "column") return `${held} IS NOT ${isPlainValue ? text : `(${text})`}`;
	const source = table?.columns.find(
		(one) => one.name.toLowerCase() === value.path.at(-1)?.toLowerCase(),
	);
	if (!source || affinity(source) !== own) return undefined;
	return `${held} IS NOT (${text})`;
}

function compare(column: Column, held: Literal, other: Literal): Compared | undefined {
	const own = affinity(column);
	const numberOf = ({ type, value }: Literal): number | undefined => {
		if (type === "boolean") return value === "true" ? 1 : 0;
		return type === "number" && /^-?\d{1,15}$/.test(value) ? Number(value) : undefined;
	};
	if (own === "INTEGER" || own === "NUMERIC" || own === "REAL") {
		const [one, two] = [numberOf(held), numberOf(other)];
		if (one === undefined || two === undefined) return undefined;
		return one === two ? "equal" : one < two ? "less" : "greater";
	}
	if (own !== "TEXT" || !isBinary(column)) return undefined;
	if (held.type !== "string" || other.type !== "string") return undefined;
	return held.value === other.value ? "equal" : "different";
}

function isNeverNull(value: Expression): boolean {
	switch (value.kind) {
		case "literal":
			return value.type !== "null";
		case "call": {
			const name = value.function.name.toLowerCase();
			if (neverNullCalls.has(name)) return true;
			const [only] = value.arguments;
			const isNow =
				["date", "time", "datetime", "julianday", "unixepoch"].includes(name) &&
				value.arguments.length <= 1 &&
				(only === undefined || (only.kind === "literal" && only.value.toLowerCase() === "now"));
			return (
				isNow || (["lower", "upper", "hex"].includes(name) && value.arguments.every(isNeverNull))
			);
		}
		case "operator":
			return value.operator === "||" && value.operands.every(isNeverNull);
		default:
			return false;
	}
}

/** What SQLite can tell of rows that are changed in batches. */
export const sqliteWords: BatchWords = {
	quoteIdentifier,
	quoteExpression,
	columnKey: (name) => name.toLowerCase(),
	rowNames: new Set(["rowid", "oid", "_rowid_"]),
	constancyOf: (expression) => callConstancy(expression, { pure, clock, random }),
	isNeverNull,
	compare,
	differs,
};
