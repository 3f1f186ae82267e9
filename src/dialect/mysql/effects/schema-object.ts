import { keyOf } from "../../../catalog/catalog.ts";
import type { Operation } from "../../../core/operation.ts";
import { because, refuse, type Draft } from "./draft.ts";
import { isSameName, targetOf, type Scene } from "./facts.ts";
import { lockForTrigger } from "./tables.ts";

/** Kinds that end the open transaction. MySQL Reference Manual 8.4, 15.3.3 Statements That Cause an Implicit Commit. */
const committing: ReadonlySet<Operation["kind"]> = new Set([
	"alterFunction",
	"alterObject",
	"alterSequence",
	"createFunction",
	"createObject",
	"createSchema",
	"createSequence",
	"createView",
	"dropFunction",
	"dropObject",
	"dropSchema",
	"dropSequence",
	"dropView",
	"grant",
	"renameObject",
	"revoke",
]);

const contracting: ReadonlySet<Operation["kind"]> = new Set([
	"dropFunction",
	"dropSequence",
	"dropView",
	"renameObject",
	"revoke",
]);

/** Triggers, views, routines, databases, rights. */
export function schemaObject(operation: Operation, scene: Scene, draft: Draft): void {
	draft.commits = committing.has(operation.kind);
	if (contracting.has(operation.kind)) draft.phase = "contract";
	switch (operation.kind) {
		case "createTrigger": {
			const target = targetOf(scene, operation.table);
			if (!target.table) draft.assumed = true;
			lockForTrigger(target.key, draft);
			return;
		}
		case "dropTrigger":
			draft.phase = "contract";
			lockForTrigger(targetOf(scene, operation.table).key, draft);
			return;
		case "dropTriggerByName": {
			draft.commits = true;
			draft.phase = "contract";
			const key = tableOfTrigger(operation.trigger.name, scene);
			if (key !== undefined) lockForTrigger(key, draft);
			return;
		}
		case "dropSchema":
			draft.phase = "contract";
			draft.reversible = "lossy";
			for (const table of scene.catalog.tables()) {
				if (isSameName(table.schema, operation.schema)) draft.locks.set(keyOf(table), "EXCLUSIVE");
			}
			because(draft, "every table of the database goes with it");
			return;
		case "vacuum":
		case "reindex":
		case "cluster":
			refuse(draft, 1064, `there is no ${operation.kind.toUpperCase()} here`);
			return;
		default:
	}
}

function tableOfTrigger(name: string, { catalog }: Scene): string | undefined {
	for (const table of catalog.tables()) {
		if (table.triggers.some((trigger) => isSameName(trigger.name, name))) return keyOf(table);
	}
	return undefined;
}
