import type { QualifiedName } from "../core/expression.ts";
import type { IndexDefinition, OperationOf } from "../core/operation.ts";
import type { Range } from "../core/source.ts";

/** Returns the index that stands inside CREATE TABLE or ALTER TABLE as an operation of its own. */
export function createIndexOf(
	{ name, unique, method, elements, parameters, ifNotExists }: IndexDefinition,
	table: QualifiedName,
	range: Range,
): OperationOf<"createIndex"> {
	return {
		kind: "createIndex",
		range,
		...(name !== undefined && { index: { name, table } }),
		table,
		only: false,
		unique,
		concurrently: false,
		ifNotExists: ifNotExists === true,
		method,
		elements,
		include: [],
		nullsNotDistinct: false,
		parameters,
	};
}
