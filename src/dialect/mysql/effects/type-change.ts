import type { TypeName } from "../../../core/expression.ts";
import { bytesPerCharacter, characterSetNamed, hasSameBytes } from "./character-sets.ts";
import type { Server } from "./server.ts";

/** A column's type with what it inherits from its table. */
export interface ShapedType {
	readonly name: string;
	readonly modifiers: readonly string[];
	readonly unsigned: boolean;
	/** Of texts, ENUM and SET. */
	readonly characterSet?: string;
	readonly collation?: string;
}

/**
 * What a change of a type asks for: nothing, metadata (of the kind that MySQL takes for instant, or in
 * place), the collation by which indexes are sorted, or a copy of every row.
 */
export type TypeChange =
	| { readonly kind: "none" }
	| { readonly kind: "instant"; readonly reason: string }
	| { readonly kind: "inPlace"; readonly reason: string }
	| { readonly kind: "collation"; readonly reason: string }
	| { readonly kind: "copy"; readonly reason: string };

const integers = new Set(["tinyint", "smallint", "mediumint", "int", "bigint", "year"]);
const reals = new Set(["float", "double"]);
const texts = new Set([
	"char",
	"varchar",
	"tinytext",
	"text",
	"mediumtext",
	"longtext",
	"enum",
	"set",
]);
/** Types whose modifier is the precision of seconds, 0 where none is written. */
const times = new Set(["datetime", "timestamp", "time"]);

/** A type as the server keeps it, with its defaults filled in. */
export function shapeOf(
	type: TypeName,
	{ flavor }: Server,
	inherited: { readonly characterSet: string; readonly collation?: string },
): ShapedType {
	const { name } = type;
	if (name === "json" && flavor === "mariadb") {
		// JSON is a name for LONGTEXT there.
		return {
			name: "longtext",
			modifiers: [],
			unsigned: false,
			characterSet: "utf8mb4",
			collation: "utf8mb4_bin",
		};
	}
	const base = {
		name,
		modifiers: modifiersOf(name, type.modifiers),
		unsigned: type.unsigned === true,
	};
	if (!texts.has(name)) return base;
	const characterSet =
		type.characterSet === undefined ? inherited.characterSet : characterSetNamed(type.characterSet);
	if (characterSet === "binary") return { ...base, name: binaryName(name) };
	const { collation } = inherited;
	return { ...base, characterSet, ...(collation !== undefined && { collation }) };
}

function binaryName(name: string): string {
	if (name === "char") return "binary";
	return name === "varchar" ? "varbinary" : name.replace("text", "blob");
}

function modifiersOf(name: string, modifiers: readonly string[]): readonly string[] {
	// The display width of a number changes nothing that is kept.
	if (integers.has(name)) return [];
	if (name === "float") return modifiers.length === 1 && Number(modifiers[0]) > 24 ? ["53"] : [];
	if (reals.has(name)) return [];
	if (name === "decimal") return [modifiers[0] ?? "10", modifiers[1] ?? "0"];
	if (times.has(name)) return [modifiers[0] ?? "0"];
	if (name === "char" || name === "binary" || name === "bit") return [modifiers[0] ?? "1"];
	return modifiers;
}

/**
 * What it takes to turn one type into another.
 *
 * MySQL Reference Manual 8.4, 17.12.1 (Column Operations: Changing the column data type, Extending VARCHAR
 * column size, Modifying the definition of an ENUM or SET column); MariaDB Knowledge Base, InnoDB Online DDL
 * Operations with the INSTANT Alter Algorithm. Measured on MariaDB 10.11, 11.8 and MySQL 9.7.
 */
export function compareTypes(
	before: ShapedType,
	after: ShapedType,
	server: Server,
	isRedundant: boolean,
): TypeChange {
	if (before.name !== after.name || before.unsigned !== after.unsigned) {
		return { kind: "copy", reason: "the type changes, so every row is copied" };
	}
	const texts = compareTexts(before, after);
	if (texts.kind === "copy") return texts;
	const lengths = compareModifiers(before, after, server, isRedundant);
	return lengths.kind === "none"
		? texts
		: texts.kind === "collation"
			? worse(lengths, texts)
			: lengths;
}

function worse(lengths: TypeChange, texts: TypeChange): TypeChange {
	return lengths.kind === "copy" ? lengths : texts;
}

function compareTexts(before: ShapedType, after: ShapedType): TypeChange {
	const [from, to] = [before.characterSet, after.characterSet];
	if (from === undefined || to === undefined) return { kind: "none" };
	if (from !== to) {
		const grows = bytesPerCharacter(to) > bytesPerCharacter(from);
		const isFixed = after.name === "char" && grows;
		return hasSameBytes(from, to) && !isFixed
			? { kind: "collation", reason: `every ${from} text has the same bytes in ${to}` }
			: { kind: "copy", reason: `texts are written anew in ${to}, so every row is copied` };
	}
	if (before.collation === after.collation) return { kind: "none" };
	return { kind: "collation", reason: "only the order of the texts changes" };
}

function compareModifiers(
	before: ShapedType,
	after: ShapedType,
	server: Server,
	isRedundant: boolean,
): TypeChange {
	if (after.name === "enum" || after.name === "set") return compareMembers(before, after);
	const isVariable = after.name === "varchar" || after.name === "varbinary";
	if (isVariable) return compareLengths(before, after, server, isRedundant);
	if (before.modifiers.join() === after.modifiers.join()) return { kind: "none" };
	return { kind: "copy", reason: "the type changes, so every row is copied" };
}

/** Members at the end need no row as long as their number takes as many bytes as before. */
function compareMembers(before: ShapedType, after: ShapedType): TypeChange {
	const [old, now] = [before.modifiers, after.modifiers];
	const keeps = old.every((member, at) => now[at] === member);
	if (keeps && old.length === now.length) return { kind: "none" };
	if (!keeps) {
		return {
			kind: "copy",
			reason: "members are removed, renamed or moved, so every row is copied",
		};
	}
	const bytes = after.name === "enum" ? enumBytes : setBytes;
	return bytes(old.length) === bytes(now.length)
		? { kind: "instant", reason: "members are added at the end" }
		: {
				kind: "copy",
				reason: "so many members take more bytes in every row, so every row is copied",
			};
}

const enumBytes = (members: number): number => (members < 256 ? 1 : 2);
const setBytes = (members: number): number => {
	const bytes = Math.ceil(members / 8);
	return bytes > 4 ? 8 : bytes;
};

/** Bytes that a row can have, and so a value that is kept in it. */
const longestRow = 65_535;

/** Why the server refuses a type; undefined where it takes it. */
export function tooLong({ name, modifiers, characterSet }: ShapedType): string | undefined {
	if (name !== "varchar" && name !== "varbinary") return undefined;
	const width = characterSet === undefined ? 1 : bytesPerCharacter(characterSet);
	const most = Math.floor((longestRow - 2) / width);
	return Number(modifiers[0] ?? "0") > Math.floor(longestRow / width)
		? `${name} can have ${most} characters at most where one takes ${width} bytes`
		: undefined;
}

/** Up to 255 bytes the length of a value takes one byte of the row, above it two. */
function compareLengths(
	before: ShapedType,
	after: ShapedType,
	{ flavor }: Server,
	isRedundant: boolean,
): TypeChange {
	const length = ({ modifiers }: ShapedType): number => Number(modifiers[0] ?? "0");
	const bytes = (type: ShapedType): number =>
		length(type) * (type.characterSet === undefined ? 1 : bytesPerCharacter(type.characterSet));
	const isWider = bytes(after) > bytes(before);
	if (length(after) < length(before)) {
		return { kind: "copy", reason: "values may be too long for it, so every row is copied" };
	}
	const crosses = bytes(before) <= 255 && bytes(after) > 255;
	// In MariaDB short columns (127 bytes) and REDUNDANT rows have room for a longer length.
	const hasRoom = flavor === "mariadb" && (isRedundant || bytes(before) <= 127);
	if (crosses && !hasRoom) {
		return {
			kind: "copy",
			reason: `${after.name}(${length(after)}) can take ${bytes(after)} bytes: above 255 the length takes two bytes instead of one, so every row is copied`,
		};
	}
	return length(after) === length(before) && !isWider
		? { kind: "none" }
		: { kind: "inPlace", reason: "values that fitted still fit" };
}
