import { hasHole, hole, nameOf, stringOf } from "../../sql-text.ts";
import { entry, isOn, wordsOf, type Value } from "../values.ts";

/** Returns the name of an object: a text, or { schema, name }. */
export function objectName(value: Value): string {
	if (value.kind !== "map") return nameOf(wordsOf(value));
	const schema = entry(value, "schema");
	const own = nameOf(wordsOf(entry(value, "name")));
	return schema.kind === "none" ? own : `${nameOf(wordsOf(schema))}.${own}`;
}

/** Returns an object's name without its schema, for the names that are made of it. */
export function plainName(value: Value): string {
	return wordsOf(value.kind === "map" ? entry(value, "name") : value);
}

/** Returns words where an option is on. */
export function option(value: Value, key: string, words: string): string {
	return isOn(entry(value, key)) ? words : "";
}

const typeNames: Readonly<Record<string, string>> = {
	int: "integer",
	string: "text",
	float: "real",
	double: "double precision",
	datetime: "timestamp",
	bool: "boolean",
};

/** Returns a type with the short forms of node-pg-migrate written out (src/utils/types.ts). */
export function typeText(type: string): string {
	return typeNames[type] ?? type;
}

/** Returns a value as src/utils/escapeValue.ts writes it. */
export function defaultText(value: Value): string {
	if (value.kind === "null") return "NULL";
	if (value.kind === "text") return hasHole(value.text) ? hole("value") : stringOf(value.text);
	if (value.kind === "list") return `ARRAY[${value.items.map(defaultText).join(",")}]`;
	// PgLiteral as an object.
	if (value.kind === "map") return wordsOf(entry(value, "value"));
	return wordsOf(value);
}
