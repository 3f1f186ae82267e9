import type { AlterPublicationStmt, Node } from "@pgsql/types";
import type { QualifiedName } from "../../../core/expression.ts";
import { lowerRelation } from "./name.ts";
import type { LowerSource } from "./source.ts";

/** The tables that CREATE or ALTER PUBLICATION names; whole schemas are not among them. */
export function lowerPublishedTables(
	nodes: readonly Node[] | undefined,
	source: LowerSource,
): QualifiedName[] {
	return (nodes ?? []).flatMap((node) => {
		const relation =
			"PublicationObjSpec" in node ? node.PublicationObjSpec.pubtable?.relation : undefined;
		return relation ? lowerRelation(relation, source) : [];
	});
}

/** What ALTER PUBLICATION does, in words. */
export function describePublicationChange(statement: AlterPublicationStmt): string {
	// An option list alone leaves the action at the enum's first value.
	if (!statement.pubobjects) return "set options";
	switch (statement.action) {
		case "AP_DropObjects":
			return "drop tables";
		case "AP_SetObjects":
			return "set tables";
		default:
			return "add tables";
	}
}
