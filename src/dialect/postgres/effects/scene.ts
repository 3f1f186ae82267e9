import { historyIsWhole, keyOf } from "../../../catalog/catalog.ts";
import type { Column, Constraint, Key, Table, View } from "../../../catalog/model.ts";
import type { Situation } from "../../../core/dialect.ts";
import type { Expression, QualifiedName } from "../../../core/expression.ts";
import type { Operation } from "../../../core/operation.ts";
import { lock, type Draft, type Storage } from "./draft.ts";
import type { LockMode } from "./locks.ts";

/** Where an operation runs: the situation and the other operations of its command. */
export interface Scene extends Situation {
	readonly command: readonly Operation[];
}

/** What a name stands for. `table` is absent where the catalog does not know the relation. */
export interface Target {
	readonly key: Key;
	readonly kind:
		| Table["kind"]
		| "view"
		| "materializedView"
		| "index"
		| "sequence"
		| "type"
		/** Not in the catalog: taken for a table that has rows. */
		| "assumed";
	readonly table?: Table;
	readonly view?: View;
}

export function targetOf(scene: Scene, name: QualifiedName): Target {
	const { catalog } = scene;
	const table = catalog.table(name);
	if (table) return { key: keyOf(table), kind: table.kind, table };
	const view = catalog.view(name);
	if (view)
		return { key: keyOf(view), kind: view.materialized ? "materializedView" : "view", view };
	const index = catalog.index(name);
	if (index) return { key: keyOf(index.index), kind: "index" };
	const sequence = catalog.sequence(name);
	if (sequence) return { key: keyOf(sequence), kind: "sequence" };
	const type = catalog.type(name);
	if (type?.kind === "composite") return { key: keyOf(type), kind: "type" };
	return { key: catalog.resolve(name), kind: "assumed" };
}

export function storageOf(target: Target): Storage {
	const { key, table, view } = target;
	if (table) return tableStorage(table);
	if (target.kind === "view" || target.kind === "sequence")
		return { key, kind: "view", empty: true, indexes: [] };
	if (view) {
		return { key, kind: "materializedView", empty: !view.populated, indexes: view.indexes };
	}
	return { key, kind: "table", empty: false, indexes: [] };
}

export function tableStorage(table: Table): Storage {
	return { key: keyOf(table), kind: table.kind, empty: table.empty, indexes: table.indexes };
}

/** Partitions and inheritance children at every depth. */
export function descendantsOf(scene: Scene, key: Key): readonly Table[] {
	const { catalog } = scene;
	const found = new Map<Key, Table>();
	const visit = (parent: Key): void => {
		for (const child of [...catalog.partitionsOf(parent), ...catalog.childrenOf(parent)]) {
			const childKey = keyOf(child);
			if (found.has(childKey) || childKey === key) continue;
			found.set(childKey, child);
			visit(childKey);
		}
	};
	visit(key);
	return [...found.values()];
}

/** The tables with rows that an action on the target reaches: itself and what inherits from it. */
export function treeOf(scene: Scene, target: Target, only = false): readonly Storage[] {
	const below = only ? [] : descendantsOf(scene, target.key).map(tableStorage);
	return [storageOf(target), ...below];
}

export function lockTree(
	draft: Draft,
	scene: Scene,
	target: Target,
	mode: LockMode,
	only = false,
): void {
	for (const { key } of treeOf(scene, target, only)) lock(draft, key, mode);
}

/** The relation and its partitions; inheritance children stay out. */
export function lockPartitions(draft: Draft, scene: Scene, key: Key, mode: LockMode): void {
	lock(draft, key, mode);
	for (const partition of scene.catalog.partitionsOf(key, true)) {
		lock(draft, keyOf(partition), mode);
	}
}

/** What an action stores or builds for the relation and its partitions; inheritance children stay out. */
export function partitionTree(scene: Scene, target: Target): readonly Storage[] {
	const below = scene.catalog.partitionsOf(target.key, true).map(tableStorage);
	return [storageOf(target), ...below];
}

/** True when the relation is not there, so that IF EXISTS makes the statement do nothing. */
export function isMissing(scene: Scene, target: Target): boolean {
	return target.kind === "assumed" && historyIsWhole(scene.catalog);
}

export function columnOf(table: Table | undefined, name: string): Column | undefined {
	return table?.columns.find((column) => column.name === name);
}

export function constraintOf(table: Table | undefined, name: string): Constraint | undefined {
	return table?.constraints.find((constraint) => constraint.name === name);
}

/** True for a NULL constant, also under casts. */
export function isNullConstant(expression: Expression): boolean {
	if (expression.kind === "cast") return isNullConstant(expression.operand);
	return expression.kind === "literal" && expression.type === "null";
}
