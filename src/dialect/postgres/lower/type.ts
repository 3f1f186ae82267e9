import type { Node, TypeName as TypeNode } from "@pgsql/types";
import type { TypeName } from "../../../core/expression.ts";
import { textsOf } from "./name.ts";
import type { LowerSource } from "./source.ts";

/**
 * Returns the type under the server's own name: `integer`, `int` and `pg_catalog.int4` are `int4`. The
 * serial family stays as written, for it is no type but a column default. `orders.id%TYPE` becomes a
 * type named `orders.id%TYPE`: what it is only the catalog knows.
 */
export function lowerType(type: TypeNode | undefined, source: LowerSource): TypeName {
	const parts = textsOf(type?.names);
	const location = type?.location ?? 0;
	const common = {
		modifiers: modifiersOf(parts.at(-1), type?.typmods ?? []),
		dimensions: type?.arrayBounds?.length ?? 0,
		...(location >= 0 ? { range: source.toRange(location) } : {}),
	};
	if (type?.pct_type) return { name: `${parts.join(".")}%TYPE`, ...common };
	const name = parts.at(-1) ?? "";
	const schema = parts.at(-2);
	if (schema === undefined || schema === "pg_catalog") return { name, ...common };
	return { schema, name, ...common };
}

function modifiersOf(name: string | undefined, nodes: readonly Node[]): readonly string[] {
	const values = nodes.map(modifierText);
	const [mask, precision] = values;
	if (name !== "interval" || mask === undefined) return values;
	const fields = intervalFields(Number(mask));
	return [fields, precision ?? ""].filter((value) => value !== "");
}

function modifierText(node: Node): string {
	if ("ColumnRef" in node) return textsOf(node.ColumnRef.fields).join(".");
	if (!("A_Const" in node)) return "";
	const { ival, fval, sval, bsval } = node.A_Const;
	if (ival) return String(ival.ival ?? 0);
	return fval?.fval ?? sval?.sval ?? bsval?.bsval ?? "";
}

/** The bits of the fields in an interval's modifier. Source: src/include/utils/timestamp.h, INTERVAL_MASK. */
const intervalBits = [
	["year", 1 << 2],
	["month", 1 << 1],
	["day", 1 << 3],
	["hour", 1 << 10],
	["minute", 1 << 11],
	["second", 1 << 12],
] as const;

const intervalFullRange = 0x7fff;

/** Returns "day to second" and the like; "" when the interval may have every field. */
function intervalFields(mask: number): string {
	if (mask === intervalFullRange) return "";
	const words = intervalBits.filter(([, bit]) => (mask & bit) !== 0).map(([word]) => word);
	const [first] = words;
	const last = words.at(-1);
	if (first === undefined || last === undefined) return "";
	return first === last ? first : `${first} to ${last}`;
}
