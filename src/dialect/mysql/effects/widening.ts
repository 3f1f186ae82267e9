import type { ShapedType } from "./type-change.ts";

/** Types of one family, from the one that holds least to the one that holds most. */
const families = [
	["tinyint", "smallint", "mediumint", "int", "bigint"],
	["float", "double"],
	["char", "varchar", "text", "mediumtext", "longtext"],
	["tinytext", "text", "mediumtext", "longtext"],
	["varbinary", "blob", "mediumblob", "longblob"],
	["tinyblob", "blob", "mediumblob", "longblob"],
	["decimal"],
	["datetime"],
	["timestamp"],
	["time"],
	["enum"],
	["set"],
] as const satisfies readonly (readonly string[])[];

function ranksIn(before: ShapedType, after: ShapedType): readonly [number, number] | undefined {
	for (const family of families as readonly (readonly string[])[]) {
		const ranks = [family.indexOf(before.name), family.indexOf(after.name)] as const;
		if (!ranks.includes(-1)) return ranks;
	}
	return undefined;
}

const numberAt = ({ modifiers }: ShapedType, at: number): number => Number(modifiers[at] ?? "0");

function lengthsFit(before: ShapedType, after: ShapedType): boolean {
	switch (after.name) {
		case "enum":
		case "set":
			return before.modifiers.every((member) => after.modifiers.includes(member));
		case "decimal": {
			const scale = numberAt(after, 1) - numberAt(before, 1);
			return scale >= 0 && numberAt(after, 0) - numberAt(before, 0) >= scale;
		}
		case "char":
		case "varchar":
		case "varbinary":
		case "datetime":
		case "timestamp":
		case "time":
			return numberAt(after, 0) >= numberAt(before, 0);
		default:
			return true;
	}
}

/**
 * Whether a type takes every value of another one and gives it back as the same: then code that was written for the
 * narrower one goes on to work (MySQL Reference Manual 8.4, 13.1 and 13.3).
 */
export function takesAllOf(after: ShapedType, before: ShapedType): boolean {
	const ranks = ranksIn(before, after);
	if (!ranks || ranks[0] > ranks[1]) return false;
	if (before.unsigned && !after.unsigned && ranks[0] === ranks[1]) return false;
	if (after.unsigned && !before.unsigned) return false;
	const keepsTexts =
		before.characterSet === after.characterSet ||
		after.characterSet?.startsWith("utf8mb4") === true;
	return keepsTexts && lengthsFit(before, after);
}
