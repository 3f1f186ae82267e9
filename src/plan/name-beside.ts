import type { QualifiedName } from "../core/expression.ts";

/** Returns a neighbour's name as the statement writes its own: without its schema where that has none. */
export function nameBeside(
	own: QualifiedName,
	{ schema, name }: { readonly schema: string; readonly name: string },
): QualifiedName {
	return own.schema === undefined && schema === "public" ? { name } : { schema, name };
}
