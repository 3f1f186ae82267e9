import type { Situation } from "../../../core/dialect.ts";
import type { Effect } from "../../../core/effect.ts";
import type { Operation } from "../../../core/operation.ts";
import { alterTable } from "./alter-table.ts";
import { data } from "./data.ts";
import { finish, newDraft, type Draft } from "./draft.ts";
import { analyze, vacuum } from "./maintenance.ts";
import type { Scene } from "./scene.ts";
import {
	createIndex,
	createTrigger,
	createView,
	dropIndex,
	dropTrigger,
	dropView,
	reindex,
} from "./schema-object.ts";
import { begin, setPragma } from "./session.ts";
import { createTable, createTableAs, dropTable } from "./table.ts";

/**
 * What SQLite 3.24 to 3.53 does for the operations of one command, one effect for each in the same order. Tables
 * that the catalog does not know are taken for existing tables with rows, and the effect says `assumed`. Held to
 * measured behaviour: 3.45 and 3.53.
 */
export function effects(operations: readonly Operation[], situation: Situation): readonly Effect[] {
	const scene: Scene = { ...situation, command: operations };
	const journal = situation.settings.get("journal_mode");
	return operations.map((operation) => {
		const draft = newDraft();
		fill(operation, scene, draft);
		return finish(draft, journal);
	});
}

function fill(operation: Operation, scene: Scene, draft: Draft): void {
	if ("only" in operation && "ifTableExists" in operation) {
		alterTable(operation, scene, draft);
		return;
	}
	switch (operation.kind) {
		case "createTable":
			createTable(operation, scene, draft);
			return;
		case "createTableAs":
			createTableAs(operation, scene, draft);
			return;
		case "dropTable":
			dropTable(operation, scene, draft);
			return;
		case "insert":
		case "update":
		case "delete":
		case "select":
			data(operation, scene, draft);
			return;
		case "vacuum":
			vacuum(operation, scene, draft);
			return;
		case "analyze":
			analyze(operation, scene, draft);
			return;
		case "setParameter":
			setPragma(operation, scene, draft);
			return;
		case "begin":
			begin(scene, draft);
			return;
		default:
			fillObject(operation, scene, draft);
	}
}

function fillObject(operation: Operation, scene: Scene, draft: Draft): void {
	switch (operation.kind) {
		case "createIndex":
			createIndex(operation, scene, draft);
			return;
		case "dropIndex":
			dropIndex(operation, scene, draft);
			return;
		case "reindex":
			reindex(operation, scene, draft);
			return;
		case "createView":
			createView(operation, scene, draft);
			return;
		case "dropView":
			dropView(operation, scene, draft);
			return;
		case "createTrigger":
			createTrigger(operation, scene, draft);
			return;
		case "dropTriggerByName":
			dropTrigger(operation, scene, draft);
			return;
		default:
	}
}
