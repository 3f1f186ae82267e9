import type { TableAction } from "../../../core/operation.ts";
import { refuse, type Draft } from "./draft.ts";
import type { Target } from "./scene.ts";

type Kind = Target["kind"];

/**
 * Relations other than tables that an action of ALTER TABLE may be used on; actions that are not listed
 * go with every relation. Source: the calls of ATSimplePermissions in src/backend/commands/tablecmds.c.
 */
const allowed: Partial<Record<TableAction["kind"], readonly Kind[]>> = {
	addColumn: ["foreign", "type"],
	dropColumn: ["foreign", "type"],
	alterColumnType: ["foreign", "type"],
	setDefault: ["foreign", "view"],
	dropDefault: ["foreign", "view"],
	addIdentity: ["foreign", "view"],
	setIdentity: ["foreign", "view"],
	dropIdentity: ["foreign", "view"],
	setNotNull: ["foreign"],
	dropNotNull: ["foreign"],
	setExpression: ["foreign"],
	dropExpression: ["foreign"],
	setColumnStatistics: ["foreign", "materializedView", "index"],
	setColumnParameters: ["foreign", "materializedView"],
	setColumnStorage: ["foreign", "materializedView"],
	setColumnCompression: ["materializedView"],
	addConstraint: ["foreign"],
	dropConstraint: ["foreign"],
	alterConstraint: ["foreign"],
	validateConstraint: ["foreign"],
	clusterOn: ["materializedView"],
	setPersistence: ["sequence"],
	setAccessMethod: ["materializedView"],
	setTablespace: ["materializedView", "index"],
	setTableParameters: ["foreign", "view", "materializedView", "index"],
	setInheritance: ["foreign"],
	setReplicaIdentity: ["materializedView"],
	setTriggerState: ["foreign"],
	setRuleState: [],
	setRowSecurity: [],
	setTableType: [],
	attachPartition: [],
	detachPartition: [],
};

/** Refuses an action that the relation is no place for. */
export function refuseKind(action: TableAction, target: Target, draft: Draft): void {
	const kinds = allowed[action.kind];
	const { kind, table } = target;
	if (kind === "table" || kind === "partitioned" || kind === "assumed") {
		if (table?.ofType !== undefined && fixedByType.has(action.kind)) {
			refuse(draft, "42809", `the columns of ${target.key} are those of its type`);
		}
		return;
	}
	if (kinds && !kinds.includes(kind)) {
		refuse(draft, "42809", `the statement cannot be used on ${target.key}: it is no table`);
	}
}

/** What a table made with OF leaves to its type. */
const fixedByType: ReadonlySet<TableAction["kind"]> = new Set([
	"addColumn",
	"dropColumn",
	"alterColumnType",
	"renameColumn",
]);
