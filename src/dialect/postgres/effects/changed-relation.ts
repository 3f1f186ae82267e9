import type { Constraint, Table } from "../../../catalog/model.ts";
import type { QualifiedName } from "../../../core/expression.ts";
import type { OperationOf } from "../../../core/operation.ts";
import { lock, type Draft } from "./draft.ts";
import { executed, readQuery, type Reading } from "./query.ts";
import { targetOf, type Scene, type Target } from "./scene.ts";

export function changed(
	name: QualifiedName,
	event: "insert" | "update" | "delete" | "merge",
	scene: Scene,
	draft: Draft,
): Target {
	const target = targetOf(scene, name);
	if (target.kind === "assumed") draft.assumed = true;
	lock(draft, target.key, "RowExclusiveLock");
	for (const rule of target.table?.rules ?? []) {
		if (rule.event !== event) continue;
		for (const relation of rule.relations) lock(draft, relation, "RowExclusiveLock");
	}
	const sources = target.kind === "view" ? (target.view?.dependsOn ?? []) : [];
	for (const key of sources) lock(draft, key, "RowExclusiveLock");
	return target;
}

/** The names that WITH gives are known to the whole statement: what WITH changes is an operation too. */
export function readingIn(scene: Scene): Reading {
	const ctes = scene.command.flatMap((operation) => {
		if (operation.kind === "select") return operation.query.ctes;
		return "ctes" in operation ? operation.ctes : [];
	});
	return { ...executed, named: new Set(ctes.map(({ name }) => name)) };
}

export function readCtes(ctes: OperationOf<"update">["ctes"], scene: Scene, draft: Draft): void {
	for (const { query } of ctes) if (query) readQuery(query, scene, draft, readingIn(scene));
}

export function constraintsWithParents(table: Table, scene: Scene): readonly Constraint[] {
	const parent = table.partitionOf && scene.catalog.tableByKey(table.partitionOf.parent);
	return parent
		? [...table.constraints, ...constraintsWithParents(parent, scene)]
		: table.constraints;
}
