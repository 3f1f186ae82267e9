import type { OperationOf } from "../../../core/operation.ts";
import { because, lock, refuse, type Draft } from "./draft.ts";
import { lockQuery, runQuery } from "./query.ts";
import { targetOf, type Scene } from "./scene.ts";

/** CREATE VIEW read-locks what it names; OR REPLACE stops readers of the view for a moment. */
export function createView(operation: OperationOf<"createView">, scene: Scene, draft: Draft): void {
	const target = targetOf(scene, operation.view);
	lockQuery(operation.query, scene, draft);
	if (target.kind === "assumed") return;
	if (!operation.orReplace) {
		refuse(draft, "42P07", `relation ${target.key} exists already`);
		return;
	}
	lock(draft, target.key, "AccessExclusiveLock");
	because(draft, `reads of ${target.key} wait, if only for a moment`);
}

export function createMaterializedView(
	operation: OperationOf<"createMaterializedView">,
	scene: Scene,
	draft: Draft,
): void {
	const target = targetOf(scene, operation.view);
	if (target.kind !== "assumed") {
		if (!operation.ifNotExists) refuse(draft, "42P07", `relation ${target.key} exists already`);
		return;
	}
	if (operation.withData) runQuery(operation.query, scene, draft);
	else lockQuery(operation.query, scene, draft);
}

/** The query that REFRESH runs. */
export function refreshQuery(
	operation: OperationOf<"refreshMaterializedView">,
	scene: Scene,
	draft: Draft,
): void {
	const { view } = targetOf(scene, operation.view);
	if (!view) return;
	if (operation.withData) runQuery(view.query, scene, draft);
	else lockQuery(view.query, scene, draft);
}
