import type { Node } from "@pgsql/types";
import type { Operation } from "../../../core/operation.ts";
import { lowerAlterTable } from "./alter-table.ts";
import { lowerAlteredObject } from "./altered-object.ts";
import { lowerCreatedObject } from "./created-object.ts";
import { lowerData } from "./data.ts";
import { lowerDrop } from "./drop.ts";
import { lowerIndexing } from "./indexes.ts";
import { lowerPrivilege } from "./privilege.ts";
import { lowerRename } from "./rename.ts";
import { lowerRoutine } from "./routine.ts";
import { lowerSchema, statementsOfSchema } from "./schema.ts";
import { lowerSequence } from "./sequence.ts";
import { lowerSession } from "./session.ts";
import type { LowerSource } from "./source.ts";
import { lowerTable } from "./table.ts";
import { lowerTrigger } from "./trigger.ts";
import { lowerTypeDefinition } from "./type-definition.ts";
import { lowerView } from "./view.ts";

/** The families, each knows its own statements. Order matters where two could take a node. */
const families: readonly ((node: Node, source: LowerSource) => readonly Operation[] | undefined)[] =
	[
		// Before data: SELECT INTO creates a table.
		lowerView,
		lowerData,
		lowerTable,
		lowerAlterTable,
		lowerIndexing,
		lowerDrop,
		lowerRename,
		// Before the other objects: both take some CREATE TYPE and CREATE AGGREGATE nodes.
		lowerTypeDefinition,
		lowerRoutine,
		lowerTrigger,
		lowerSequence,
		lowerSchema,
		lowerSession,
		lowerPrivilege,
		lowerCreatedObject,
		lowerAlteredObject,
	];

/**
 * What one PostgreSQL statement does, from its libpg_query 18 parse tree. The bodies of functions are
 * left empty (see `routineSource`). A node that no family knows gives `unanalyzable`, never nothing.
 */
export function lowerStatement(node: Node, source: LowerSource): readonly Operation[] {
	if ("RawStmt" in node) return node.RawStmt.stmt ? lowerStatement(node.RawStmt.stmt, source) : [];
	if ("PLAssignStmt" in node) {
		return lowerStatement({ SelectStmt: node.PLAssignStmt.val ?? {} }, source);
	}
	if ("ReturnStmt" in node) {
		const value = node.ReturnStmt.returnval;
		const targetList = value ? [{ ResTarget: { val: value } }] : [];
		return lowerStatement({ SelectStmt: { targetList } }, source);
	}
	for (const lower of families) {
		const operations = lower(node, source);
		if (!operations) continue;
		if (!("CreateSchemaStmt" in node)) return operations;
		const inside = statementsOfSchema(node.CreateSchemaStmt);
		return [...operations, ...inside.flatMap((statement) => lowerStatement(statement, source))];
	}
	const [kind = "empty"] = Object.keys(node);
	return [{ kind: "unanalyzable", range: source.statementRange, reason: `no reading for ${kind}` }];
}
