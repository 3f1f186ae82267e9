import { keyOf } from "../catalog.ts";
import type { Column, Constraint, Key, Origin, Table, Trigger } from "../model.ts";
import type { MutableCatalog } from "../mutable.ts";
import { columnOf, type Replay, alteredTable } from "./altered.ts";
import { inheritForeignKey } from "./constraint.ts";
import { notNullOf } from "./not-null.ts";
import { inheritIndex } from "./partition-index.ts";

/** Merges columns of one name: a later definition adds to the first one's, which keeps its place. */
export function mergeColumns(columns: readonly Column[]): readonly Column[] {
	const merged = new Map<string, Column>();
	for (const column of columns) {
		const before = merged.get(column.name);
		if (!before) {
			merged.set(column.name, column);
			continue;
		}
		const both = { ...before, ...column };
		if (column.inherited === true || before.inherited !== true) merged.set(column.name, both);
		else {
			const { inherited: _inherited, ...local } = both;
			merged.set(column.name, local);
		}
	}
	return [...merged.values()];
}

/** Returns the CHECK and NOT NULL constraints that parents hand down, under their names. */
export function inheritedConstraints(
	parents: readonly Table[],
	origin: Origin,
): readonly Constraint[] {
	const found: Constraint[] = [];
	for (const constraint of parents.flatMap((parent) => parent.constraints)) {
		const isHanded =
			(constraint.type === "check" || constraint.type === "notNull") && !constraint.noInherit;
		const isThere = found.some(
			(other) =>
				other.name === constraint.name ||
				(other.type === "notNull" &&
					constraint.type === "notNull" &&
					other.columns[0] === constraint.columns[0]),
		);
		if (isHanded && !isThere) found.push({ ...constraint, inherited: true, origin });
	}
	return found;
}

/** Gives a partition the indexes, foreign keys and row triggers of its parent. */
export function inheritFromParent(catalog: MutableCatalog, key: Key, origin: Origin): void {
	const parentKey = catalog.tableByKey(key)?.partitionOf?.parent;
	const parent = parentKey === undefined ? undefined : catalog.tableByKey(parentKey);
	if (!parent) return;
	const now = () => catalog.tableByKey(key);
	for (const index of parent.indexes) {
		const constraint = parent.constraints.find(({ name }) => name === index.constraint);
		const table = now();
		if (table) inheritIndex(catalog, table, index, constraint, origin);
	}
	for (const constraint of parent.constraints) {
		const table = now();
		if (table) inheritForeignKey(catalog, table, constraint, origin);
	}
	for (const trigger of parent.triggers) inheritTrigger(catalog, key, trigger, origin);
}

/** A row trigger of a partitioned table is on each of its partitions. */
export function inheritTrigger(
	catalog: MutableCatalog,
	key: Key,
	trigger: Trigger,
	origin: Origin,
): void {
	const table = catalog.tableByKey(key);
	if (!table || trigger.forEach !== "row") return;
	const others = table.triggers.filter(({ name }) => name !== trigger.name);
	catalog.putTable({ ...table, triggers: [...others, { ...trigger, inherited: true, origin }] });
	for (const below of catalog.partitionsOf(key)) {
		inheritTrigger(catalog, keyOf(below), trigger, origin);
	}
}

export const attachPartition: Replay<"attachPartition"> = (catalog, operation, origin) => {
	const parent = alteredTable(catalog, operation.table, operation.ifTableExists);
	const partition = alteredTable(catalog, operation.partition, false);
	if (!parent || !partition || partition.partitionOf || !fits(parent, partition)) return;
	const identities = new Map(parent.columns.map(({ name, identity }) => [name, identity]));
	catalog.putTable({
		...partition,
		partitionOf: { parent: keyOf(parent), bound: operation.bound },
		columns: partition.columns.map((column): Column => {
			const identity = identities.get(column.name);
			return { ...column, inherited: true, ...(identity && { identity }) };
		}),
		constraints: partition.constraints.map((constraint) =>
			isHandedDown(parent, constraint) ? { ...constraint, inherited: true } : constraint,
		),
	});
	const kind = parent.complete ? parent.kind : "partitioned";
	catalog.putTable({ ...parent, kind });
	inheritFromParent(catalog, keyOf(partition), origin);
	if (!partition.empty) markNotEmpty(catalog, keyOf(parent));
};

/** The server wants the parent's columns with their NOT NULL, and its CHECKs, in the partition. */
function fits(parent: Table, partition: Table): boolean {
	if (!partition.complete || !parent.complete) return true;
	const hasColumns = parent.columns.every((column) => {
		const own = columnOf(partition, column.name);
		return own && (!column.notNull || own.notNull);
	});
	const hasChecks = parent.constraints.every(
		(constraint) =>
			constraint.type !== "check" ||
			constraint.noInherit ||
			partition.constraints.some(({ name }) => name === constraint.name),
	);
	return hasColumns && hasChecks && partition.columns.length === parent.columns.length;
}

function isHandedDown(parent: Table, constraint: Constraint): boolean {
	if (constraint.type === "notNull") {
		const above = notNullOf(parent, constraint.columns[0]);
		return above !== undefined && !above.noInherit;
	}
	if (constraint.type !== "check") return false;
	return parent.constraints.some(
		(above) => above.type === "check" && above.name === constraint.name && !above.noInherit,
	);
}

/** A table has got rows; so have the partitioned tables above it. */
export function markNotEmpty(catalog: MutableCatalog, key: Key): void {
	const table = catalog.tableByKey(key);
	if (!table) return;
	if (table.empty) catalog.putTable({ ...table, empty: false });
	if (table.partitionOf) markNotEmpty(catalog, table.partitionOf.parent);
}

/**
 * DETACH leaves the partition its indexes and foreign keys and takes the parent's triggers away. A
 * DETACH CONCURRENTLY counts as finished at once.
 */
export const detachPartition: Replay<"detachPartition"> = (catalog, operation) => {
	const key = catalog.resolve(operation.partition);
	const partition = catalog.tableByKey(key);
	if (partition?.partitionOf?.parent !== catalog.resolve(operation.table)) return;
	const { partitionOf: _parent, ...rest } = partition;
	catalog.putTable({
		...rest,
		columns: rest.columns.map(
			({ inherited: _inherited, identity: _identity, ...column }) => column,
		),
		constraints: rest.constraints.map(withoutInheritance),
		indexes: rest.indexes.map(({ parent: _index, ...index }) => index),
		triggers: rest.triggers.filter((trigger) => trigger.inherited !== true),
	});
};

function withoutInheritance(constraint: Constraint): Constraint {
	const { inherited: _inherited, ...rest } = constraint;
	return rest;
}

export const setInheritance: Replay<"setInheritance"> = (catalog, operation) => {
	const child = alteredTable(catalog, operation.table, operation.ifTableExists);
	if (!child) return;
	const parentKey = catalog.resolve(operation.parent);
	if (operation.inherit) {
		const parent = catalog.tableByKey(parentKey);
		if (child.inherits.includes(parentKey) || (parent && !fitsInheritance(parent, child))) return;
		catalog.putTable({ ...child, inherits: [...child.inherits, parentKey] });
		return;
	}
	if (!child.inherits.includes(parentKey)) return;
	const inherits = child.inherits.filter((key) => key !== parentKey);
	const others = inherits.flatMap((key) => catalog.tableByKey(key) ?? []);
	catalog.putTable({
		...child,
		inherits,
		columns: child.columns.map((column) => {
			if (others.some((other) => columnOf(other, column.name))) return column;
			const { inherited: _inherited, ...local } = column;
			return local;
		}),
		constraints: child.constraints.map((constraint) =>
			others.some((other) => isHandedDown(other, constraint))
				? constraint
				: withoutInheritance(constraint),
		),
	});
};

function fitsInheritance(parent: Table, child: Table): boolean {
	if (!parent.complete || !child.complete) return true;
	return parent.columns.every((column) => {
		const own = columnOf(child, column.name);
		return own && (!column.notNull || own.notNull);
	});
}
