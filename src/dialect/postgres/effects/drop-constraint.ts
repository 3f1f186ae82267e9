import { keyOf } from "../../../catalog/catalog.ts";
import type { Constraint, Table } from "../../../catalog/model.ts";
import type { OperationOf } from "../../../core/operation.ts";
import { lock, lockIndex, refuse, type Draft } from "./draft.ts";
import { dropReferences, lockReferenced } from "./drop-foreign-key.ts";
import { constraintOf, descendantsOf, type Scene, type Target } from "./scene.ts";
import { has } from "./versions.ts";

/** DROP CONSTRAINT: a foreign key's other table is locked as strongly; no row is read. */
export function dropConstraint(
	operation: OperationOf<"dropConstraint">,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	const { constraint: name, cascade, ifExists, only } = operation;
	lock(draft, target.key, "AccessExclusiveLock");
	const { table } = target;
	if (!table) return;
	const constraint = constraintOf(table, name);
	if (constraint?.type === "notNull" && !has(scene.version, "namedNotNull")) {
		refuse(draft, "42704", `before PostgreSQL 18 a NOT NULL has no name`);
	}
	if (!constraint) {
		if (ifExists || !table.complete) return;
		refuse(draft, "42704", `constraint ${name} does not exist`);
		return;
	}
	if (constraint.inherited) refuse(draft, "42P16", `constraint ${name} is inherited`);
	draft.phase = constraint.type === "notNull" ? "expand" : "contract";
	dropOneConstraint(table, constraint, cascade, scene, draft);
	// Even ONLY locks the children: the constraint becomes theirs.
	if (constraint.type === "check" && constraint.noInherit) return;
	for (const child of descendantsOf(scene, target.key)) {
		if (constraint.type === "foreignKey" && !child.partitionOf) continue;
		lock(draft, keyOf(child), "AccessExclusiveLock");
		if (only) continue;
		const own = child.constraints.find((candidate) => isChildOf(candidate, constraint));
		if (own) dropOneConstraint(child, own, cascade, scene, draft);
	}
}

function isChildOf(candidate: Constraint, constraint: Constraint): boolean {
	if (candidate.type !== constraint.type) return false;
	if (candidate.name === constraint.name) return true;
	if (candidate.type === "check" || candidate.type === "exclude") return false;
	if (constraint.type === "check" || constraint.type === "exclude") return false;
	return candidate.columns.join() === constraint.columns.join();
}

function dropOneConstraint(
	table: Table,
	constraint: Constraint,
	cascade: boolean,
	scene: Scene,
	draft: Draft,
): void {
	lockReferenced(constraint, scene, draft, keyOf(table));
	for (const index of table.indexes) {
		if (index.constraint === constraint.name) lockIndex(draft, keyOf(index), "AccessExclusiveLock");
	}
	if (constraint.type === "primaryKey" || constraint.type === "unique") {
		dropReferences(table, constraint.columns, cascade, new Set([keyOf(table)]), scene, draft);
	}
	if (constraint.type === "notNull") {
		const [column] = constraint.columns;
		const key = table.constraints.find(({ type }) => type === "primaryKey");
		if (key?.type === "primaryKey" && key.columns.includes(column)) {
			refuse(draft, "42P16", `column ${column} is in a primary key`);
		}
	}
}
