import { sameMeaning } from "../../../catalog/expression.ts";
import type { Index } from "../../../catalog/model.ts";

type Definition = Pick<Index, "unique" | "method" | "elements" | "where">;

/** True when two indexes could be parts of one partitioned index (CompareIndexInfo). */
export function isAlike(index: Definition, other: Definition): boolean {
	return (
		index.unique === other.unique &&
		index.method === other.method &&
		index.elements.length === other.elements.length &&
		index.elements.every((element, at) =>
			sameMeaning(element.expression, other.elements[at]?.expression),
		) &&
		sameMeaning(index.where, other.where)
	);
}
