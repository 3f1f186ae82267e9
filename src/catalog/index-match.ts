import { sameMeaning } from "./expression.ts";
import type { Index } from "./model.ts";

/** Returns the columns that an index begins with, up to the first expression. */
export function leadingColumns(index: Index): readonly string[] {
	const columns: string[] = [];
	for (const { expression } of index.elements) {
		const name = expression.kind === "column" ? expression.path.at(-1) : undefined;
		if (name === undefined) break;
		columns.push(name);
	}
	return columns;
}

/** True when a search for equal values of all the columns can use the index. */
export function findsBy(index: Index, columns: readonly string[]): boolean {
	if (!index.valid || (index.method !== "btree" && index.method !== "hash")) return false;
	const leading = leadingColumns(index).slice(0, columns.length);
	if (leading.length < columns.length || !columns.every((name) => leading.includes(name))) {
		return false;
	}
	// Values that are searched for are not null: an index without the nulls has them all.
	return (
		index.where === undefined ||
		(index.where.kind === "isNull" &&
			index.where.negated &&
			index.where.operand.kind === "column" &&
			columns.includes(index.where.operand.path.at(-1) ?? ""))
	);
}

/** True when the first elements of `longer` are those of `shorter`, over the same rows. */
export function isPrefixOf(shorter: Index, longer: Index): boolean {
	return (
		longer.valid &&
		shorter.method === longer.method &&
		shorter.elements.length <= longer.elements.length &&
		sameMeaning(shorter.elements, longer.elements.slice(0, shorter.elements.length)) &&
		sameMeaning(shorter.where ?? null, longer.where ?? null)
	);
}

/** True when two indexes differ in their names alone. */
export function isEqualIndex(one: Index, other: Index): boolean {
	return (
		one.elements.length === other.elements.length &&
		isPrefixOf(one, other) &&
		one.unique === other.unique &&
		one.nullsNotDistinct === other.nullsNotDistinct &&
		sameMeaning(one.include, other.include)
	);
}
