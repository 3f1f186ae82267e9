import type { Column } from "../../../catalog/model.ts";
import type { ColumnDefinition } from "../../../core/operation.ts";
import { bytesPerCharacter } from "./character-sets.ts";
import { shapeOfColumn } from "./column-shape.ts";
import { optionOf, type Target } from "./facts.ts";
import type { ShapedType } from "./type-change.ts";

/** A column of a key as the statement writes it; `prefixLength` in characters. */
export interface KeyPart {
	readonly column: Column | ColumnDefinition | undefined;
	readonly prefixLength?: number;
}

export interface KeyProblem {
	readonly code: number;
	readonly reason: string;
}

/**
 * Why the server refuses a key for its length; undefined where it takes it, or where a column is not known.
 *
 * MySQL Reference Manual 8.4, 17.22 InnoDB Limits: 3072 bytes for a key of the row format DYNAMIC, 767 for a column of
 * COMPACT and REDUNDANT; TEXT and BLOB need a length. MariaDB shortens a plain index of one column with a warning, and keeps
 * a long unique one by a hash (measured on 10.11).
 */
export function keyProblem(
	parts: readonly KeyPart[],
	kind: "plain" | "unique" | "primary",
	target: Target,
): KeyProblem | undefined {
	const isMysql = target.scene.server.flavor === "mysql";
	const sizes = parts.map((part) => sizeOf(part, target));
	const whole = sizes.find((size) => size?.bytes === undefined && size?.isLong === true);
	if (whole && (isMysql || kind === "primary")) {
		return whole.name === "json"
			? { code: 3152, reason: "JSON takes no index of its own: make one over a generated column" }
			: { code: 1170, reason: `an index over ${whole.name} needs a length: column(100)` };
	}
	const bytes = sizes.map((size) => size?.bytes ?? 0);
	if (sizes.includes(undefined) || whole) return undefined;
	const widest = Math.max(0, ...bytes);
	const format = optionOf(target, "row_format");
	if ((format === "compact" || format === "redundant") && widest > 767) {
		return { code: isMysql ? 1071 : 1709, reason: tooLong(widest, 767) };
	}
	// MariaDB cuts a single column, and a unique key becomes a hash.
	const isCut = !isMysql && (kind === "unique" || (kind === "plain" && parts.length === 1));
	const sum = bytes.reduce((one, other) => one + other, 0);
	return sum > longest && !isCut ? { code: 1071, reason: tooLong(sum, longest) } : undefined;
}

const longest = 3072;

function tooLong(bytes: number, most: number): string {
	return `the key can take ${bytes} bytes and may take ${most}: give its texts a length, as in column(100)`;
}

interface Size {
	readonly name: string;
	/** Absent for a whole TEXT, BLOB or JSON. */
	readonly bytes?: number;
	readonly isLong: boolean;
}

function sizeOf({ column, prefixLength }: KeyPart, target: Target): Size | undefined {
	const shape = column && shapeOfColumn(column, target);
	if (!shape) return undefined;
	const { name, characterSet } = shape;
	const width = characterSet === undefined ? 1 : bytesPerCharacter(characterSet);
	const isLong = /(?:text|blob)$/.test(name) || name === "json";
	if (prefixLength !== undefined) return { name, bytes: prefixLength * width, isLong };
	return isLong ? { name, isLong } : { name, bytes: lengthOf(shape) * width, isLong };
}

/** Numbers and times are short: their bytes never make a key too long. */
function lengthOf({ name, modifiers }: ShapedType): number {
	return /^(?:var)?(?:char|binary)$/.test(name) ? Number(modifiers[0] ?? "1") : 8;
}
