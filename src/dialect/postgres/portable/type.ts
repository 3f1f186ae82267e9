import type { DataTypeDef } from "pgsql-ast-parser";
import type { TypeName } from "../../../core/expression.ts";
import type { Range } from "../../../core/source.ts";
import { partsOf } from "./name.ts";
import type { PortableSource } from "./source.ts";

/** The server's name of what the standard spells otherwise. Source: gram.y, GenericType and the rules after it. */
const serverNames: Readonly<Record<string, string>> = {
	bigint: "int8",
	"bit varying": "varbit",
	boolean: "bool",
	char: "bpchar",
	character: "bpchar",
	"character varying": "varchar",
	dec: "numeric",
	decimal: "numeric",
	"double precision": "float8",
	float: "float8",
	int: "int4",
	integer: "int4",
	real: "float4",
	smallint: "int2",
	"time with time zone": "timetz",
	"time without time zone": "time",
	"timestamp with time zone": "timestamptz",
	"timestamp without time zone": "timestamp",
};

/** Returns the type under the server's own name, as the lowering of the server's tree does. */
export function lowerType(type: DataTypeDef, source: PortableSource): TypeName {
	let dimensions = 0;
	let element = type;
	while (element.kind === "array") {
		dimensions++;
		element = element.arrayOf;
	}
	const range = rangeOfType(type, source);
	const modifiers = element.config?.map(String) ?? [];
	const parts = partsOf(element, source);
	const [first = "", second] = parts;
	if (second !== undefined) {
		const named = first === "pg_catalog" ? { name: second } : { schema: first, name: second };
		return { ...named, modifiers, dimensions, range };
	}
	if (element.doubleQuoted) return { name: first, modifiers, dimensions, range };
	return { ...standardType(spelledName(first, range, source), modifiers), dimensions, range };
}

function standardType(written: string, modifiers: readonly string[]) {
	if (written === "float") {
		// Up to 24 bits are a single precision number.
		const single = modifiers[0] !== undefined && Number(modifiers[0]) <= 24;
		return { name: single ? "float4" : "float8", modifiers: [] };
	}
	const name = serverNames[written] ?? written;
	const isLengthOne = written === "char" || written === "character" || written === "bit";
	return { name, modifiers: isLengthOne && modifiers.length === 0 ? ["1"] : modifiers };
}

/** The library calls `time(3) with time zone` a timestamp. */
function spelledName(name: string, range: Range, source: PortableSource): string {
	const isTime = source.textAt(range).toLowerCase() === "time";
	return isTime ? name.replace(/^timestamp/, "time") : name;
}

/** Words whose place the library does not keep when they start a type of several words. */
const lostWords = ["bit", "character", "time", "timestamp"];

/** The first token of a type. */
export function rangeOfType(type: DataTypeDef, source: PortableSource): Range {
	const first = source.firstTokenOf(type);
	const index = source.tokenIndexAt(first.start);
	const before = source.tokens[index - 1];
	const continues = ["varying", "with", "without", "("].includes(
		source.textAt(first).toLowerCase(),
	);
	const lost = continues && before && lostWords.some((word) => source.isWordAt(index - 1, word));
	return lost ? { start: before.start, end: before.end } : first;
}
