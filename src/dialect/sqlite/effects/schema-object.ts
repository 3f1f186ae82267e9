import { historyIsWhole, keyOf } from "../../../catalog/catalog.ts";
import { columnsIn } from "../../../catalog/expression.ts";
import type { OperationOf } from "../../../core/operation.ts";
import { because, refuse, refuseName, type Draft } from "./draft.ts";
import {
	columnOf,
	isMissing,
	isSameName,
	nameOf,
	requireTable,
	scan,
	targetOf,
	writeSchema,
	writeTo,
	type Scene,
} from "./scene.ts";

/** CREATE INDEX reads the whole table and writes the index in one transaction; there is no other way. */
export function createIndex(
	operation: OperationOf<"createIndex">,
	scene: Scene,
	draft: Draft,
): void {
	const { catalog } = scene;
	const { index: name, ifNotExists } = operation;
	const target = targetOf(scene, operation.table);
	const schema = target.key.slice(0, target.key.indexOf("."));
	const existing = name && catalog.index({ schema, ...name });
	if (existing?.index.origin) {
		if (!ifNotExists) refuseName(draft, `there is an index ${existing.index.name} already`);
		return;
	}
	if (!requireTable(scene, target, draft)) return;
	if (target.view) refuseName(draft, `${nameOf(target.key)} is a view: it cannot be indexed`);
	if (name && catalog.table({ schema, name: name.name })) {
		refuseName(draft, `there is a table with the name ${name.name}`);
	}
	writeTo(draft, scene, target);
	const { table } = target;
	if (table?.complete) {
		for (const { expression } of operation.elements) {
			for (const column of columnsIn(expression)) {
				if (!columnOf(table, column)) refuseName(draft, `${table.name} has no column ${column}`);
			}
		}
	}
	if (table?.empty === true) return;
	const index = `${schema}.${name?.name ?? "index"}`;
	draft.builds.set(index, { index, table: target.key });
	scan(draft, target);
	if (operation.unique) because(draft, "it fails where two rows have the same key");
}

export function dropIndex(operation: OperationOf<"dropIndex">, scene: Scene, draft: Draft): void {
	draft.phase = "contract";
	const found = scene.catalog.index(operation.index);
	if (found?.index.constraint !== undefined || /^sqlite_autoindex_/i.test(operation.index.name)) {
		refuse(draft, `${operation.index.name} belongs to a UNIQUE or PRIMARY KEY of its table`);
	}
	if (!found && historyIsWhole(scene.catalog)) {
		if (!operation.ifExists) refuseName(draft, `there is no index ${operation.index.name}`);
		return;
	}
	if (!found) draft.assumed = true;
	writeSchema(draft, scene, found ? found.relation : operation.index);
}

/** REINDEX builds the indexes of a table, or of the database, anew. */
export function reindex(operation: OperationOf<"reindex">, scene: Scene, draft: Draft): void {
	const { catalog } = scene;
	writeSchema(draft, scene, operation.name);
	const named = operation.name && catalog.index(operation.name);
	const table = operation.name && catalog.table(operation.name);
	const tables = named || table ? [] : [...catalog.tables()];
	const pairs = named
		? [{ table: named.relation, indexes: [named.index] }]
		: [...(table ? [table] : []), ...tables].map((one) => ({ table: one, indexes: one.indexes }));
	for (const { table: owner, indexes } of pairs) {
		if ("empty" in owner && owner.empty) continue;
		for (const index of indexes) {
			draft.builds.set(keyOf(index), { index: keyOf(index), table: keyOf(owner) });
			draft.scans.add(keyOf(owner));
		}
	}
}

/** A view is kept as text: what it reads need not be there. */
export function createView(operation: OperationOf<"createView">, scene: Scene, draft: Draft): void {
	const { key, table, view } = targetOf(scene, operation.view);
	if (table) refuseName(draft, `there is a table ${nameOf(key)}`);
	if (view?.origin && !operation.orReplace)
		refuseName(draft, `there is a view ${nameOf(key)} already`);
	if (!operation.temporary) writeSchema(draft, scene, operation.view);
}

export function dropView(operation: OperationOf<"dropView">, scene: Scene, draft: Draft): void {
	draft.phase = "contract";
	const target = targetOf(scene, operation.view);
	if (target.table) refuseName(draft, `${nameOf(target.key)} is a table: DROP TABLE drops it`);
	if (isMissing(scene, target)) {
		if (!operation.ifExists) refuseName(draft, `there is no view ${nameOf(target.key)}`);
		return;
	}
	if (!target.view) draft.assumed = true;
	writeSchema(draft, scene, operation.view);
}

export function createTrigger(
	operation: OperationOf<"createTrigger">,
	scene: Scene,
	draft: Draft,
): void {
	const target = targetOf(scene, operation.table);
	const owner = target.table ?? target.view;
	if (owner?.triggers.some(({ name }) => isSameName(name, operation.trigger))) {
		if (!operation.ifNotExists)
			refuseName(draft, `there is a trigger ${operation.trigger} already`);
		return;
	}
	if (!requireTable(scene, target, draft)) return;
	if (target.view && operation.timing !== "insteadOf") {
		refuseName(draft, `${nameOf(target.key)} is a view: its triggers are INSTEAD OF`);
	}
	if (target.table && operation.timing === "insteadOf") {
		refuseName(draft, `${nameOf(target.key)} is a table: INSTEAD OF is for views`);
	}
	writeTo(draft, scene, target);
}

/** The statement names the trigger alone. */
export function dropTrigger(
	operation: OperationOf<"dropTriggerByName">,
	scene: Scene,
	draft: Draft,
): void {
	draft.phase = "contract";
	const { catalog } = scene;
	const { trigger, ifExists } = operation;
	const isThere = [...catalog.tables(), ...catalog.views()].some(({ triggers }) =>
		triggers.some(({ name }) => isSameName(name, trigger.name)),
	);
	if (!isThere && historyIsWhole(catalog)) {
		if (!ifExists) refuseName(draft, `there is no trigger ${trigger.name}`);
		return;
	}
	writeSchema(draft, scene, trigger);
}
