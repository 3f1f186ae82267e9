import { keyOf } from "../../../catalog/catalog.ts";
import type { Constraint } from "../../../catalog/model.ts";
import type { OperationOf } from "../../../core/operation.ts";
import { because, lock, refuse, scan, type Draft } from "./draft.ts";
import { checkReferences, type ForeignKey } from "./foreign-key.ts";
import {
	constraintOf,
	descendantsOf,
	lockPartitions,
	storageOf,
	tableStorage,
	targetOf,
	type Scene,
	type Target,
} from "./scene.ts";
import { refuseBefore } from "./versions.ts";

/** VALIDATE CONSTRAINT: reads and writes go on, the rows are read. */
export function validateConstraint(
	operation: OperationOf<"validateConstraint">,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	const constraint =
		constraintOf(target.table, operation.constraint) ?? addedBeside(operation, scene);
	lock(draft, target.key, "ShareUpdateExclusiveLock");
	if (!constraint) {
		if (target.table?.complete) {
			refuse(draft, "42704", `constraint ${operation.constraint} does not exist`);
		}
		draft.assumed = true;
		scan(draft, storageOf(target));
		return;
	}
	if (!constraint.enforced) refuse(draft, "55000", "a NOT ENFORCED constraint cannot be validated");
	if (isKeyLike(constraint)) refuse(draft, "42809", `${constraint.name} needs no validation`);
	if (operation.only && constraint.type === "check" && !constraint.noInherit) {
		const pending = descendantsOf(scene, target.key).some(
			(child) => constraintOf(child, constraint.name)?.validated === false,
		);
		if (pending) refuse(draft, "42P16", "the constraint must be validated on the child tables too");
	}
	if (constraint.validated) {
		because(draft, "the constraint is valid already");
		return;
	}
	if (constraint.type === "foreignKey") validateForeignKey(constraint, target, scene, draft);
	else validateRows(constraint, target, scene, draft);
}

/** A NOT VALID constraint that another action of the command adds. */
function addedBeside(
	{ constraint: name }: OperationOf<"validateConstraint">,
	scene: Scene,
): Constraint | undefined {
	for (const other of scene.command) {
		if (other.kind !== "addConstraint" || other.constraint.name !== name) continue;
		return { ...other.constraint, name, validated: !other.constraint.notValid };
	}
	return undefined;
}

function isKeyLike({ type }: Constraint): boolean {
	return type === "primaryKey" || type === "unique" || type === "exclude";
}

function validateForeignKey(
	constraint: ForeignKey,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	const referenced = targetOf(scene, constraint.references);
	lockPartitions(draft, scene, target.key, "ShareUpdateExclusiveLock");
	lock(draft, referenced.key, "RowShareLock");
	for (const partition of scene.catalog.partitionsOf(referenced.key, true)) {
		lock(draft, keyOf(partition), "AccessShareLock");
	}
	checkReferences(target, referenced, scene, draft);
}

function validateRows(constraint: Constraint, target: Target, scene: Scene, draft: Draft): void {
	scan(draft, storageOf(target));
	because(draft, "every row is tested while reads and writes go on");
	for (const table of descendantsOf(scene, target.key)) {
		lock(draft, keyOf(table), "ShareUpdateExclusiveLock");
		if (constraintOf(table, constraint.name)?.validated !== true) scan(draft, tableStorage(table));
	}
}

/** ALTER CONSTRAINT: ACCESS EXCLUSIVE; enforcing a foreign key anew reads both tables (18). */
export function alterConstraint(
	operation: OperationOf<"alterConstraint">,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	if (operation.enforced !== undefined) refuseBefore("notEnforced", "ENFORCED", scene, draft);
	if (operation.inherit !== undefined) refuseBefore("namedNotNull", "INHERIT", scene, draft);
	lockPartitions(draft, scene, target.key, "AccessExclusiveLock");
	const constraint = constraintOf(target.table, operation.constraint);
	if (!constraint) {
		if (target.table?.complete) {
			refuse(draft, "42704", `constraint ${operation.constraint} does not exist`);
		}
		return;
	}
	if (constraint.type !== "foreignKey") {
		if (operation.inherit === undefined) {
			refuse(draft, "42809", `${constraint.name} is not a foreign key constraint`);
		}
		return;
	}
	const referenced = targetOf(scene, constraint.references);
	if (operation.enforced === false && constraint.enforced) {
		lockPartitions(draft, scene, referenced.key, "AccessExclusiveLock");
	}
	if (operation.enforced === true && !constraint.enforced) {
		lockPartitions(draft, scene, referenced.key, "ShareRowExclusiveLock");
		checkReferences(target, referenced, scene, draft);
	}
}
