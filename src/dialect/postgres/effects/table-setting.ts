import type { OperationOf } from "../../../core/operation.ts";
import type { Action } from "./alter-table.ts";
import { alterExpression, alterIdentity } from "./column-property.ts";
import { lock, refuse, type Draft } from "./draft.ts";
import { refuseNewEnumValues } from "./enum-value.ts";
import { setTableOwner } from "./rename.ts";
import { columnOf, lockTree, type Scene, type Target } from "./scene.ts";
import { changeStorage, refuseFixedLength, refuseStorage } from "./table-storage.ts";
import { setTriggerState } from "./trigger-policy.ts";
import { refuseBefore } from "./versions.ts";

/** Actions that change a setting of a column or of the table. */
export function changeProperty(action: Action, target: Target, scene: Scene, draft: Draft): void {
	switch (action.kind) {
		case "addIdentity":
		case "setIdentity":
		case "dropIdentity":
			alterIdentity(action, target, scene, draft);
			return;
		case "setExpression":
		case "dropExpression":
			alterExpression(action, target, scene, draft);
			return;
		case "setDefault":
			refuseDefaultOf(action, target, draft);
			lockTree(draft, scene, target, "AccessExclusiveLock", action.only);
			if (target.table) {
				const given = (name: string) => (name === action.column ? [action.default] : []);
				refuseNewEnumValues(target.table, given, scene, draft);
			}
			return;
		case "dropDefault":
			refuseDefaultOf(action, target, draft);
			if (leavesRequired(action, target, scene)) draft.phase = "contract";
			lockTree(draft, scene, target, "AccessExclusiveLock", action.only);
			return;
		case "setColumnStorage":
			refuseStorage(action, target, scene, draft);
			lockTree(draft, scene, target, "AccessExclusiveLock", action.only);
			return;
		case "setColumnStatistics":
			lockTree(draft, scene, target, "ShareUpdateExclusiveLock", action.only);
			return;
		case "setColumnParameters":
			lock(draft, target.key, "ShareUpdateExclusiveLock");
			return;
		case "setColumnCompression":
			refuseBefore("compression", "COMPRESSION", scene, draft);
			refuseFixedLength(action.column, target, draft);
			lock(draft, target.key, "AccessExclusiveLock");
			return;
		case "setRuleState":
			lock(draft, target.key, "AccessExclusiveLock");
			if (target.table?.complete && !target.table.rules.some(({ name }) => name === action.rule)) {
				refuse(draft, "42704", `rule ${action.rule} does not exist`);
			}
			return;
		case "setTriggerState":
			setTriggerState(action, scene, draft);
			return;
		case "setReplicaIdentity":
			refuseIdentityIndex(action, target, draft);
			lock(draft, target.key, "AccessExclusiveLock");
			return;
		case "clusterOn":
			if (action.index !== undefined) refuseMissingIndex(action.index, target, draft);
			lock(draft, target.key, "ShareUpdateExclusiveLock");
			return;
		case "setTableOwner":
			setTableOwner(target, scene, draft);
			return;
		default:
			changeStorage(action, target, scene, draft);
	}
}

function refuseMissingIndex(name: string, { key, table }: Target, draft: Draft): void {
	if (!table?.complete || table.indexes.some((index) => index.name === name)) return;
	refuse(draft, "42704", `${key} has no index ${name}`);
}

/** An index that identifies rows is unique, whole, and over columns that are NOT NULL. */
function refuseIdentityIndex(
	action: OperationOf<"setReplicaIdentity">,
	target: Target,
	draft: Draft,
): void {
	if (action.index === undefined) return;
	refuseMissingIndex(action.index, target, draft);
	const index = target.table?.indexes.find(({ name }) => name === action.index);
	if (!index) return;
	const plain = index.elements.every(
		({ expression }) =>
			expression.kind === "column" &&
			columnOf(target.table, expression.path.at(-1) ?? "")?.notNull === true,
	);
	if (!plain || !index.unique || index.where) {
		refuse(draft, "42809", `index ${index.name} does not identify every row`);
	}
}

/** INSERTs that leave out the column fail from then on. */
function leavesRequired(
	{ column }: OperationOf<"dropDefault">,
	target: Target,
	{ command }: Scene,
): boolean {
	const known = columnOf(target.table, column);
	if (!known?.notNull || !known.default) return false;
	return !command.some((other) => other.kind === "setDefault" && other.column === column);
}

/** The value of a generated or identity column is not a default. */
function refuseDefaultOf(
	action: OperationOf<"setDefault" | "dropDefault">,
	target: Target,
	draft: Draft,
): void {
	const column = columnOf(target.table, action.column);
	if (column?.identity) refuse(draft, "42601", `${column.name} is an identity column`);
	if (column?.generated) refuse(draft, "42601", `${column.name} is a generated column`);
}
