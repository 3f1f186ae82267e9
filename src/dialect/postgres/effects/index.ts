import type { Situation } from "../../../core/dialect.ts";
import type { Effect } from "../../../core/effect.ts";
import type { Operation } from "../../../core/operation.ts";
import { attachIndex, renameIndex, setIndexParameters } from "./alter-index.ts";
import { alterTable } from "./alter-table.ts";
import { createIndex } from "./create-index.ts";
import { createTable, createTableAs } from "./create-table.ts";
import { finish, lock, newDraft, type Draft } from "./draft.ts";
import { dropIndex } from "./drop-index.ts";
import { dropSchema } from "./drop-schema.ts";
import { dropTable } from "./drop-table.ts";
import { dropView } from "./drop-view.ts";
import { earlierIn } from "./earlier.ts";
import { copy, insert } from "./insert.ts";
import {
	analyze,
	cluster,
	lockTable,
	refreshMaterializedView,
	truncate,
	vacuum,
} from "./maintenance.ts";
import {
	addEnumValue,
	alterCompositeType,
	alterDomain,
	alterObject,
	createObject,
	createStatistics,
	describeObject,
	dropObject,
	dropType,
	renameEnumValue,
	sessionCommand,
	setPrivileges,
} from "./object.ts";
import { executed, readExpression, select } from "./query.ts";
import { reindex } from "./reindex.ts";
import { renameObject, setObjectOwner, setObjectSchema } from "./rename.ts";
import { dropExtension, dropFunction } from "./routine.ts";
import type { Scene } from "./scene.ts";
import { alterSequence, createSequence, dropSequence } from "./sequence.ts";
import {
	createRule,
	createTrigger,
	dropPolicy,
	dropRule,
	dropTrigger,
	setPolicy,
} from "./trigger-policy.ts";
import { deleteRows, merge, update } from "./update.ts";
import { createMaterializedView, createView, refreshQuery } from "./view.ts";

/**
 * What PostgreSQL 10 to 18 does for the operations of one command, one effect for each in the same order.
 * Relations that the catalog does not know are taken for existing tables with rows, and the effect says
 * `assumed`. Held to measured behaviour of every version: fixtures/ground-truth.
 */
export function effects(operations: readonly Operation[], situation: Situation): readonly Effect[] {
	const scene: Scene = { ...situation, command: operations };
	return operations.map((operation) => {
		const draft = newDraft();
		fill(operation, scene, draft);
		if (draft.scans.size > 0) for (const key of earlierIn(scene).emptied) draft.scans.delete(key);
		return finish(draft);
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
		case "truncate":
			truncate(operation, scene, draft);
			return;
		case "lockTable":
			lockTable(operation, scene, draft);
			return;
		case "insert":
			insert(operation, scene, draft);
			return;
		case "update":
			update(operation, scene, draft);
			return;
		case "delete":
			deleteRows(operation, scene, draft);
			return;
		case "merge":
			merge(operation, scene, draft);
			return;
		case "select":
			select(operation, scene, draft);
			return;
		case "copy":
			copy(operation, scene, draft);
			return;
		case "callProcedure":
			readExpression(operation.call, scene, draft, executed);
			return;
		default:
			fillIndexOrView(operation, scene, draft);
	}
}

function fillIndexOrView(operation: Operation, scene: Scene, draft: Draft): void {
	switch (operation.kind) {
		case "createIndex":
			createIndex(operation, scene, draft);
			return;
		case "dropIndex":
			dropIndex(operation, scene, draft);
			return;
		case "renameIndex":
			renameIndex(operation, scene, draft);
			return;
		case "attachIndex":
			attachIndex(operation, scene, draft);
			return;
		case "setIndexParameters":
			setIndexParameters(operation, scene, draft);
			return;
		case "reindex":
			reindex(operation, scene, draft);
			return;
		case "cluster":
			cluster(operation, scene, draft);
			return;
		case "vacuum":
			vacuum(operation, scene, draft);
			return;
		case "analyze":
			analyze(operation, scene, draft);
			return;
		case "createView":
			createView(operation, scene, draft);
			return;
		case "createMaterializedView":
			createMaterializedView(operation, scene, draft);
			return;
		case "dropView":
			dropView(operation, scene, draft);
			return;
		case "refreshMaterializedView":
			refreshMaterializedView(operation, scene, draft, (into) => {
				refreshQuery(operation, scene, into);
			});
			return;
		default:
			fillType(operation, scene, draft);
	}
}

function fillType(operation: Operation, scene: Scene, draft: Draft): void {
	switch (operation.kind) {
		case "addEnumValue":
			addEnumValue(operation, scene, draft);
			return;
		case "renameEnumValue":
			renameEnumValue(operation, scene, draft);
			return;
		case "alterCompositeType":
			alterCompositeType(operation, scene, draft);
			return;
		case "alterDomain":
			alterDomain(operation, scene, draft);
			return;
		case "dropType":
			dropType(operation, scene, draft);
			return;
		case "createTrigger":
			createTrigger(operation, scene, draft);
			return;
		case "dropTrigger":
			dropTrigger(operation, scene, draft);
			return;
		case "createRule":
			createRule(operation, scene, draft);
			return;
		case "dropRule":
			dropRule(operation, scene, draft);
			return;
		case "createPolicy":
		case "alterPolicy":
			setPolicy(operation, scene, draft);
			return;
		case "dropPolicy":
			dropPolicy(operation, scene, draft);
			return;
		case "createSequence":
			createSequence(operation, scene, draft);
			return;
		case "alterSequence":
			alterSequence(operation, scene, draft);
			return;
		case "dropSequence":
			dropSequence(operation, scene, draft);
			return;
		default:
			fillObject(operation, scene, draft);
	}
}

function fillObject(operation: Operation, scene: Scene, draft: Draft): void {
	switch (operation.kind) {
		case "createFunction":
			// The server parses the body of a SQL function at once; other languages wait for the call.
			if (operation.language !== "sql") return;
			for (const { operations } of operation.body) {
				for (const inner of operations) if (isData(inner)) plan(inner, scene, draft);
			}
			return;
		case "dropFunction":
			dropFunction(operation, scene, draft);
			return;
		case "dropExtension":
			dropExtension(operation, scene, draft);
			return;
		case "dropSchema":
			dropSchema(operation, scene, draft);
			return;
		case "createObject":
			createObject(operation, scene, draft);
			return;
		case "alterObject":
			alterObject(operation, scene, draft);
			return;
		case "dropObject":
			dropObject(operation, scene, draft);
			return;
		case "renameObject":
			renameObject(operation, scene, draft);
			return;
		case "setObjectSchema":
			setObjectSchema(operation, scene, draft);
			return;
		case "setObjectOwner":
			setObjectOwner(operation, scene, draft);
			return;
		case "createStatistics":
			createStatistics(operation, scene, draft);
			return;
		case "comment":
		case "securityLabel":
			describeObject(operation, scene, draft);
			return;
		case "grant":
		case "revoke":
			setPrivileges(operation, scene, draft);
			return;
		case "sessionCommand":
			sessionCommand(operation, draft);
			for (const planned of operation.planned ?? []) plan(planned, scene, draft);
			return;
		default:
	}
}

function isData({ kind }: Operation): boolean {
	return kind === "select" || kind === "insert" || kind === "update" || kind === "delete";
}

/** A planned statement takes its locks and no more. */
function plan(operation: Operation, scene: Scene, draft: Draft): void {
	const inner = newDraft();
	fill(operation, scene, inner);
	for (const [key, mode] of inner.locks) lock(draft, key, mode);
}
