import type { OperationBase, OperationOf, TableAction } from "../../../core/operation.ts";
import { addColumn } from "./add-column.ts";
import { addConstraint } from "./add-constraint.ts";
import { alterConstraint, validateConstraint } from "./alter-constraint.ts";
import { alterColumnType } from "./alter-type.ts";
import { lockIndex, refuse, type Draft } from "./draft.ts";
import { dropColumn } from "./drop-column.ts";
import { dropConstraint } from "./drop-constraint.ts";
import { dropNotNull, setNotNull } from "./not-null.ts";
import { attachPartition, detachPartition } from "./partition.ts";
import { refuseKind } from "./relation-kind.ts";
import { renameColumn, renameConstraint, renameTable, setTableSchema } from "./rename.ts";
import { columnOf, isMissing, targetOf, type Scene, type Target } from "./scene.ts";
import { changeProperty } from "./table-setting.ts";
import { has } from "./versions.ts";

export type Action = OperationBase & TableAction;

/** One action of ALTER TABLE. Lock modes are those of AlterTableGetLockLevel (tablecmds.c). */
export function alterTable(action: Action, scene: Scene, draft: Draft): void {
	const target = targetOf(scene, action.table);
	if (target.kind === "assumed") draft.assumed = true;
	if (action.ifTableExists && isMissing(scene, target)) return;
	refuseKind(action, target, draft);
	if (target.kind === "index") {
		alterIndexLikeTable(action, target, scene, draft);
		return;
	}
	refuseMissingColumn(action, target, scene, draft);
	changeRelation(action, target, scene, draft);
}

/** A column that is not there; system columns and those that the command adds are. */
function refuseMissingColumn(action: Action, target: Target, scene: Scene, draft: Draft): void {
	if (!("column" in action) || typeof action.column !== "string") return;
	const name = action.column;
	if (target.table?.complete !== true || columnOf(target.table, name)) return;
	const added =
		!beforeAdditions.has(action.kind) &&
		scene.command.some(
			(operation) => operation.kind === "addColumn" && operation.column.name === name,
		);
	const ifExists = action.kind === "dropColumn" && action.ifExists;
	if (added || ifExists) return;
	if (systemColumns.has(name)) refuse(draft, "0A000", `${name} is a column of the server's own`);
	refuse(draft, "42703", `column ${name} does not exist`);
}

/** Actions that run before the columns of the same command are added (the AT_PASS order, tablecmds.c). */
const beforeAdditions: ReadonlySet<Action["kind"]> = new Set([
	"alterColumnType",
	"dropColumn",
	"dropDefault",
	"dropExpression",
	"dropIdentity",
	"dropNotNull",
]);

const systemColumns: ReadonlySet<string> = new Set([
	"cmax",
	"cmin",
	"ctid",
	"tableoid",
	"xmax",
	"xmin",
]);

/** ALTER INDEX says some actions of ALTER TABLE; the table of the index stays free. */
function alterIndexLikeTable(action: Action, target: Target, scene: Scene, draft: Draft): void {
	switch (action.kind) {
		case "renameTable":
			renameTable(target, action.to, scene, draft);
			return;
		case "setColumnStatistics":
			if (!has(scene.version, "indexColumnStatistics")) {
				refuse(draft, "42601", `PostgreSQL ${scene.version} knows no statistics of index columns`);
			}
			refusePlainIndexColumn(action, scene, draft);
			lockIndex(draft, target.key, "ShareUpdateExclusiveLock");
			return;
		case "setTableParameters":
			lockIndex(draft, target.key, "ShareUpdateExclusiveLock");
			return;
		default:
			lockIndex(draft, target.key, "AccessExclusiveLock");
	}
}

/** Plain columns of an index have the statistics of the table. */
function refusePlainIndexColumn(
	action: OperationOf<"setColumnStatistics">,
	scene: Scene,
	draft: Draft,
): void {
	const element = scene.catalog.index(action.table)?.index.elements[Number(action.column) - 1];
	if (element?.expression.kind === "column") {
		refuse(draft, "0A000", "only expressions of an index have statistics of their own");
	}
}

function changeRelation(action: Action, target: Target, scene: Scene, draft: Draft): void {
	switch (action.kind) {
		case "addColumn":
			addColumn(action, target, scene, draft);
			return;
		case "dropColumn":
			dropColumn(action, target, scene, draft);
			return;
		case "renameTable":
			renameTable(target, action.to, scene, draft);
			return;
		case "renameColumn":
			renameColumn(action, target, scene, draft);
			return;
		case "renameConstraint":
			renameConstraint(action, target, scene, draft);
			return;
		case "setTableSchema":
			setTableSchema(target, scene, draft);
			return;
		case "alterColumnType":
			alterColumnType(action, target, scene, draft);
			return;
		case "setNotNull":
			setNotNull(action, target, scene, draft);
			return;
		case "dropNotNull":
			dropNotNull(action, target, scene, draft);
			return;
		case "addConstraint":
			addConstraint(action, target, scene, draft);
			return;
		case "dropConstraint":
			dropConstraint(action, target, scene, draft);
			return;
		case "alterConstraint":
			alterConstraint(action, target, scene, draft);
			return;
		case "validateConstraint":
			validateConstraint(action, target, scene, draft);
			return;
		case "attachPartition":
			attachPartition(action, target, scene, draft);
			return;
		case "detachPartition":
			detachPartition(action, target, scene, draft);
			return;
		default:
			changeProperty(action, target, scene, draft);
	}
}
