import type { Node, RangeVar, RoleSpec } from "@pgsql/types";
import type { QualifiedName } from "../../../core/expression.ts";
import type { Range } from "../../../core/source.ts";
import type { LowerSource } from "./source.ts";

/** The value of a String node; undefined for any other node. */
export function textOf(node: Node | undefined): string | undefined {
	return node && "String" in node ? (node.String.sval ?? "") : undefined;
}

/** The values of the String nodes of a list. */
export function textsOf(nodes: readonly Node[] | undefined): string[] {
	return (nodes ?? []).flatMap((node) => textOf(node) ?? []);
}

/** The items of a List node; a node that is no list is its own only item. */
export function itemsOf(node: Node | undefined): readonly Node[] {
	if (!node) return [];
	return "List" in node ? (node.List.items ?? []) : [node];
}

/** The name with the given parts; only the last two count (a database name before them is ignored). */
export function qualify(parts: readonly string[], range?: Range): QualifiedName {
	const name = parts.at(-1) ?? "";
	const schema = parts.at(-2);
	return { ...(schema === undefined ? {} : { schema }), name, ...(range ? { range } : {}) };
}

/** The object named by a list of String nodes, searched in the tokens after the offset `after`. */
export function lowerName(
	nodes: readonly Node[] | undefined,
	source: LowerSource,
	after?: number,
): QualifiedName {
	const parts = textsOf(nodes);
	return qualify(parts, source.rangeOfName(parts, after));
}

/** The relation that a RangeVar names. */
export function lowerRelation(relation: RangeVar | undefined, source: LowerSource): QualifiedName {
	const parts = [relation?.schemaname, relation?.relname].filter((part) => part !== undefined);
	const first = source.toRange(relation?.location);
	const last = source.rangeOfName(parts.at(-1) ?? "", first.start);
	const found = last !== source.statementRange;
	return qualify(parts, found ? { start: first.start, end: last.end } : first);
}

/** A role as the statement writes it; PUBLIC, CURRENT_USER and the like in lower case. */
export function roleName(role: RoleSpec | undefined): string {
	switch (role?.roletype) {
		case "ROLESPEC_PUBLIC":
			return "public";
		case "ROLESPEC_CURRENT_ROLE":
			return "current_role";
		case "ROLESPEC_CURRENT_USER":
			return "current_user";
		case "ROLESPEC_SESSION_USER":
			return "session_user";
		default:
			return role?.rolename ?? "";
	}
}

/** The roles of a list of RoleSpec nodes. */
export function roleNames(nodes: readonly Node[] | undefined): string[] {
	return (nodes ?? []).flatMap((node) => ("RoleSpec" in node ? roleName(node.RoleSpec) : []));
}
