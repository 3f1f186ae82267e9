import { keyOf } from "../../../catalog/catalog.ts";
import type { OperationOf } from "../../../core/operation.ts";
import { because, lock, lockIndex, lockIndexes, refuse, type Draft } from "./draft.ts";
import {
	columnOf,
	constraintOf,
	descendantsOf,
	isMissing,
	lockTree,
	targetOf,
	type Scene,
	type Target,
} from "./scene.ts";
import { partsOf } from "./index-name.ts";
import { lockOwnedSequences } from "./sequence.ts";
import { has, refuseBefore } from "./versions.ts";

/** RENAME of a table: an instant under the strongest lock; running code still says the old name. */
export function renameTable(target: Target, to: string, scene: Scene, draft: Draft): void {
	draft.phase = "contract";
	const { schema } = partsOf(target.key);
	const taken = targetOf(scene, { schema, name: to });
	if (taken.kind !== "assumed") refuse(draft, "42P07", `relation ${taken.key} exists already`);
	if (target.kind === "index") lockIndex(draft, target.key, "AccessExclusiveLock");
	else lock(draft, target.key, "AccessExclusiveLock");
	because(draft, `code that says ${target.key} fails from the commit on`);
}

export function renameColumn(
	operation: OperationOf<"renameColumn">,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	draft.phase = "contract";
	const { column, only, to } = operation;
	lockTree(draft, scene, target, "AccessExclusiveLock", only);
	const { table } = target;
	if (only && descendantsOf(scene, target.key).length > 0) {
		refuse(draft, "42P16", "the column must be renamed in the child tables too");
	}
	if (table?.complete && !columnOf(table, column)) {
		refuse(draft, "42703", `column ${column} does not exist`);
	}
	const parents = [
		...(table?.inherits ?? []),
		...(table?.partitionOf ? [table.partitionOf.parent] : []),
	];
	if (parents.some((key) => columnOf(scene.catalog.tableByKey(key), column))) {
		refuse(draft, "42P16", `column ${column} is inherited: rename it in the parent table`);
	}
	if (operation.relation === "view")
		refuseBefore("viewRenameColumn", "ALTER VIEW RENAME COLUMN", scene, draft);
	if (columnOf(table, to)) refuse(draft, "42701", `column ${to} exists already`);
	because(draft, `code that says ${column} fails from the commit on`);
}

export function renameConstraint(
	operation: OperationOf<"renameConstraint">,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	lock(draft, target.key, "AccessExclusiveLock");
	const { table } = target;
	const constraint = constraintOf(table, operation.constraint);
	if (table?.complete && !constraint) {
		refuse(draft, "42704", `constraint ${operation.constraint} does not exist`);
	}
	const inherits =
		(constraint?.type === "check" && !constraint.noInherit) || constraint?.type === "notNull";
	if (!inherits) return;
	for (const child of operation.only ? [] : descendantsOf(scene, target.key)) {
		lock(draft, keyOf(child), "AccessExclusiveLock");
	}
}

/** SET SCHEMA moves the sequences that belong to the table too. */
export function setTableSchema(target: Target, scene: Scene, draft: Draft): void {
	draft.phase = "contract";
	moveWithSequences(target, scene, draft);
}

/** OWNER TO changes indexes and owned sequences too. */
export function setTableOwner(target: Target, scene: Scene, draft: Draft): void {
	moveWithSequences(target, scene, draft);
}

function moveWithSequences(target: Target, scene: Scene, draft: Draft): void {
	lock(draft, target.key, "AccessExclusiveLock");
	if (target.table) lockIndexes(draft, target.table.indexes, "AccessExclusiveLock");
	lockOwnedSequences(target.key, undefined, "AccessExclusiveLock", scene, draft);
}

/** RENAME of what is no table, column, constraint or index. */
export function renameObject(
	operation: OperationOf<"renameObject">,
	scene: Scene,
	draft: Draft,
): void {
	const { object, name, table } = operation;
	const silent = ["trigger", "rule", "policy", "constraint", "domainConstraint", "statistics"];
	if (!silent.includes(object)) draft.phase = "contract";
	switch (object) {
		case "trigger":
		case "rule":
		case "policy":
			if (table) renameOnTable(operation, targetOf(scene, table), scene, draft);
			return;
		case "view":
		case "materializedView":
		case "sequence":
		case "foreignTable":
		case "table": {
			const target = targetOf(scene, name);
			if (!isMissing(scene, target)) lock(draft, target.key, "AccessExclusiveLock");
			return;
		}
		case "type": {
			const type = scene.catalog.type(name);
			if (type?.kind === "composite") lock(draft, keyOf(type), "AccessExclusiveLock");
			return;
		}
		case "index":
			lockIndex(draft, scene.catalog.resolve(name), "ShareUpdateExclusiveLock");
			return;
		default:
	}
}

function renameOnTable(
	operation: OperationOf<"renameObject">,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	lock(draft, target.key, "AccessExclusiveLock");
	const known = target.table?.triggers.some(({ name }) => name === operation.name.name);
	if (operation.object !== "trigger") return;
	if (target.table?.complete && !known) {
		refuse(draft, "42704", `trigger ${operation.name.name} does not exist`);
	}
	if (!has(scene.version, "renameTriggerRecurses") || target.kind !== "partitioned") return;
	lockTree(draft, scene, target, "AccessExclusiveLock");
}

export function setObjectSchema(
	operation: OperationOf<"setObjectSchema">,
	scene: Scene,
	draft: Draft,
): void {
	draft.phase = "contract";
	lockRelationObject(operation.object, operation.name, scene, draft);
}

export function setObjectOwner(
	operation: OperationOf<"setObjectOwner">,
	scene: Scene,
	draft: Draft,
): void {
	lockRelationObject(operation.object, operation.name, scene, draft);
}

function lockRelationObject(
	object: OperationOf<"setObjectOwner">["object"],
	name: OperationOf<"setObjectOwner">["name"],
	scene: Scene,
	draft: Draft,
): void {
	const relations = ["table", "view", "materializedView", "sequence", "foreignTable"];
	if (relations.includes(object)) {
		const target = targetOf(scene, name);
		if (target.table) moveWithSequences(target, scene, draft);
		else lock(draft, target.key, "AccessExclusiveLock");
	}
	if (object !== "type") return;
	const type = scene.catalog.type(name);
	if (type?.kind === "composite") lock(draft, keyOf(type), "AccessExclusiveLock");
}
