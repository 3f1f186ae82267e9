import { keyOf } from "../../../catalog/catalog.ts";
import type { OperationOf } from "../../../core/operation.ts";
import { lock, refuse, type Draft } from "./draft.ts";
import { dropWithDependents } from "./drop-table.ts";
import { dropViews } from "./drop-view.ts";
import type { Scene } from "./scene.ts";

/** DROP SCHEMA: with CASCADE every relation of it. */
export function dropSchema(operation: OperationOf<"dropSchema">, scene: Scene, draft: Draft): void {
	draft.phase = "contract";
	draft.reversible = "lossy";
	const { schema, cascade } = operation;
	const { catalog } = scene;
	const tables = [...catalog.tables()].filter((table) => table.schema === schema);
	const views = [...catalog.views()].filter((view) => view.schema === schema);
	const sequences = [...catalog.sequences()].filter((sequence) => sequence.schema === schema);
	const types = [...catalog.types()].filter((type) => type.schema === schema);
	if (!cascade && tables.length + views.length + sequences.length + types.length > 0) {
		refuse(draft, "2BP01", `schema ${schema} is not empty`);
	}
	for (const sequence of sequences) lock(draft, keyOf(sequence), "AccessExclusiveLock");
	for (const type of types) {
		if (type.kind === "composite") lock(draft, keyOf(type), "AccessExclusiveLock");
		for (const { table } of catalog.tablesUsingType(keyOf(type))) {
			lock(draft, keyOf(table), "AccessExclusiveLock");
		}
	}
	const dropped = new Set(tables.map(keyOf));
	for (const table of tables) dropWithDependents(table, true, dropped, scene, draft);
	for (const view of views) {
		lock(draft, keyOf(view), "AccessExclusiveLock");
		dropViews(keyOf(view), undefined, true, scene, draft);
	}
}
