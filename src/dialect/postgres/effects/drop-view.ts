import { keyOf } from "../../../catalog/catalog.ts";
import type { Key } from "../../../catalog/model.ts";
import type { OperationOf } from "../../../core/operation.ts";
import { because, lock, lockIndexes, refuse, type Draft } from "./draft.ts";
import { isMissing, targetOf, type Scene } from "./scene.ts";

export function dropView(operation: OperationOf<"dropView">, scene: Scene, draft: Draft): void {
	draft.phase = "contract";
	const target = targetOf(scene, operation.view);
	if (operation.ifExists && isMissing(scene, target)) return;
	if (target.kind === "assumed") draft.assumed = true;
	else if (target.kind !== (operation.materialized ? "materializedView" : "view")) {
		refuse(draft, "42809", `${target.key} is another kind of relation`);
	}
	lock(draft, target.key, "AccessExclusiveLock");
	if (target.view) lockIndexes(draft, target.view.indexes, "AccessExclusiveLock");
	const together = new Set(
		scene.command.flatMap((other) =>
			other.kind === "dropView" ? [targetOf(scene, other.view).key] : [],
		),
	);
	dropViews(target.key, undefined, operation.cascade, scene, draft, together);
}

/** Views over a relation, and with CASCADE those over them. */
export function dropViews(
	key: Key,
	column: string | undefined,
	cascade: boolean,
	scene: Scene,
	draft: Draft,
	dropped: ReadonlySet<Key> = new Set(),
): void {
	for (const view of scene.catalog.viewsOn(key)) {
		const viewKey = keyOf(view);
		if (dropped.has(viewKey) || draft.locks.get(viewKey) === "AccessExclusiveLock") continue;
		if (column !== undefined && !view.dependsOnColumns.includes(`${key}.${column}`)) continue;
		if (!cascade) refuse(draft, "2BP01", `view ${viewKey} reads ${key}`);
		lock(draft, viewKey, "AccessExclusiveLock");
		lockIndexes(draft, view.indexes, "AccessExclusiveLock");
		because(draft, `CASCADE drops view ${viewKey}`);
		dropViews(viewKey, undefined, cascade, scene, draft, dropped);
	}
}
