import { dependentsOf } from "./dependents.ts";
import { keyOf, type Catalog } from "./catalog.ts";
import type { Key, Table, Trigger } from "./model.ts";
import type { MutableCatalog } from "./mutable.ts";
import { routineId } from "./routine-id.ts";

/** A thing that DROP takes away, or that goes along. */
export type DropTarget =
	| { readonly kind: "table" | "view" | "sequence" | "type"; readonly key: Key }
	| {
			readonly kind: "column" | "default" | "constraint" | "trigger" | "policy";
			readonly relation: Key;
			readonly name: string;
	  }
	| { readonly kind: "index"; readonly relation: Key; readonly name: string }
	| { readonly kind: "attribute"; readonly type: Key; readonly name: string }
	| { readonly kind: "domainConstraint"; readonly type: Key; readonly name: string }
	| { readonly kind: "routine"; readonly key: Key; readonly id: string };

/** What hangs on an object: an automatic dependent goes in silence, another needs CASCADE. */
export interface Dependent {
	readonly target: DropTarget;
	readonly automatic: boolean;
}

/**
 * Drops objects with all that depends on them. Without CASCADE the server refuses when more than
 * automatic dependents would go; then nothing changes and false is returned. `alsoDropped` are the
 * other objects that the same command drops.
 */
export function dropObjects(
	catalog: MutableCatalog,
	targets: readonly DropTarget[],
	cascade: boolean,
	alsoDropped: readonly DropTarget[] = [],
): boolean {
	const automatic = closureOf(catalog, targets, false);
	// Nothing holds a drop back there but foreign keys, and those only while they are checked.
	if (catalog.dialect !== "postgres") {
		for (const target of automatic.values()) removeTarget(catalog, target);
		return true;
	}
	const all = closureOf(catalog, targets, true);
	if (!cascade && all.size > automatic.size) {
		const allowed = closureOf(catalog, [...targets, ...alsoDropped], false);
		for (const [id, target] of all) if (!isCovered(id, target, allowed)) return false;
	}
	for (const target of all.values()) removeTarget(catalog, target);
	return true;
}

/** Returns everything that goes with the targets, the targets included. */
export function closureOf(
	catalog: Catalog,
	targets: readonly DropTarget[],
	cascade: boolean,
): ReadonlyMap<string, DropTarget> {
	const found = new Map<string, DropTarget>();
	const open = [...targets];
	for (let target = open.pop(); target; target = open.pop()) {
		const id = idOf(target);
		if (found.has(id)) continue;
		found.set(id, target);
		for (const dependent of dependentsOf(catalog, target)) {
			if (dependent.automatic || cascade) open.push(dependent.target);
		}
	}
	return found;
}

function isCovered(
	id: string,
	target: DropTarget,
	allowed: ReadonlyMap<string, DropTarget>,
): boolean {
	if (allowed.has(id)) return true;
	if (!("relation" in target)) return false;
	return (
		allowed.has(idOf({ kind: "table", key: target.relation })) ||
		allowed.has(idOf({ kind: "view", key: target.relation })) ||
		(target.kind === "default" && allowed.has(idOf({ ...target, kind: "column" })))
	);
}

function idOf(target: DropTarget): string {
	if ("relation" in target) return `${target.kind} ${target.relation} ${target.name}`;
	if ("type" in target) return `${target.kind} ${target.type} ${target.name}`;
	if (target.kind === "routine") return `routine ${target.key} ${target.id}`;
	return `${target.kind} ${target.key}`;
}

function removeTarget(catalog: MutableCatalog, target: DropTarget): void {
	switch (target.kind) {
		case "table":
			catalog.removeTable(target.key);
			return;
		case "view":
			catalog.removeView(target.key);
			return;
		case "sequence":
			catalog.removeSequence(target.key);
			return;
		case "type":
			catalog.removeType(target.key);
			return;
		case "routine":
			catalog.putRoutines(
				target.key,
				catalog.routinesByKey(target.key).filter((routine) => routineId(routine) !== target.id),
			);
			return;
		case "attribute":
		case "domainConstraint":
			removeFromType(catalog, target);
			return;
		case "index":
			removeIndex(catalog, target.relation, target.name);
			return;
		case "column":
		case "default":
		case "constraint":
		case "policy": {
			const { kind } = target;
			changeTable(catalog, target.relation, (table) => without(table, kind, target.name));
			return;
		}
		case "trigger":
			mapTriggers(catalog, target.relation, (trigger) =>
				trigger.name === target.name ? [] : [trigger],
			);
	}
}

/** Changes the triggers of a table or view, not those of partitions. */
export function mapTriggers(
	catalog: MutableCatalog,
	key: Key,
	change: (trigger: Trigger) => readonly Trigger[],
): void {
	const table = catalog.tableByKey(key);
	const view = catalog.viewByKey(key);
	if (table) catalog.putTable({ ...table, triggers: table.triggers.flatMap(change) });
	else if (view) catalog.putView({ ...view, triggers: view.triggers.flatMap(change) });
}

function changeTable(catalog: MutableCatalog, key: Key, change: (table: Table) => Table): void {
	const table = catalog.tableByKey(key);
	if (table) catalog.putTable(change(table));
}

function without(
	table: Table,
	kind: "column" | "default" | "constraint" | "policy",
	name: string,
): Table {
	const others = <T extends { readonly name: string }>(list: readonly T[]) =>
		list.filter((element) => element.name !== name);
	switch (kind) {
		case "column":
			return { ...table, columns: others(table.columns) };
		case "policy":
			return { ...table, policies: others(table.policies) };
		case "default": {
			const columns = table.columns.map((column) => {
				if (column.name !== name) return column;
				const { default: _dropped, ...rest } = column;
				return rest;
			});
			return { ...table, columns };
		}
		case "constraint":
			return withoutConstraint(table, name);
	}
}

function withoutConstraint(table: Table, name: string): Table {
	const constraint = table.constraints.find((candidate) => candidate.name === name);
	const constraints = table.constraints.filter((candidate) => candidate !== constraint);
	const indexes = table.indexes.filter((index) => index.constraint !== name);
	const column = constraint?.type === "notNull" ? constraint.columns[0] : undefined;
	const columns =
		column === undefined
			? table.columns
			: table.columns.map((own) => (own.name === column ? { ...own, notNull: false } : own));
	return {
		...table,
		columns,
		constraints,
		indexes: indexes.length === table.indexes.length ? table.indexes : indexes,
	};
}

function removeIndex(catalog: MutableCatalog, relation: Key, name: string): void {
	const view = catalog.viewByKey(relation);
	const rest = <T extends { readonly name: string }>(list: readonly T[]) =>
		list.filter((index) => index.name !== name);
	if (view) catalog.putView({ ...view, indexes: rest(view.indexes) });
	else changeTable(catalog, relation, (table) => ({ ...table, indexes: rest(table.indexes) }));
}

function removeFromType(
	catalog: MutableCatalog,
	target: Extract<DropTarget, { readonly type: Key }>,
): void {
	const type = catalog.typeByKey(target.type);
	if (type?.kind === "composite" && target.kind === "attribute") {
		const attributes = type.attributes.filter(({ name }) => name !== target.name);
		catalog.putType({ ...type, attributes });
	} else if (type?.kind === "domain" && target.kind === "domainConstraint") {
		const constraints = type.constraints.filter(({ name }) => name !== target.name);
		catalog.putType({ ...type, constraints });
	}
}

/** Returns the column of a table and those of inheritors that have it from here alone. */
export function columnWithInheritors(
	catalog: MutableCatalog,
	table: Table,
	column: string,
): readonly DropTarget[] {
	const parent = keyOf(table);
	const below = catalog.inheritorsOf(parent).flatMap((child) => {
		const own = child.columns.find(({ name }) => name === column);
		const fromElsewhere = child.inherits.some(
			(key) =>
				key !== parent &&
				catalog.tableByKey(key)?.columns.some(({ name }) => name === column) === true,
		);
		return own?.inherited === true && !fromElsewhere
			? columnWithInheritors(catalog, child, column)
			: [];
	});
	return [{ kind: "column", relation: parent, name: column }, ...below];
}
