import { keyOf } from "../catalog.ts";
import { sameMeaning } from "../expression.ts";
import type { Constraint, Index, Key, Origin, Table } from "../model.ts";
import type { MutableCatalog } from "../mutable.ts";
import { chooseName, indexColumnNames, nameAddition } from "../naming.ts";
import { chooseServerName } from "../server-names.ts";
import { chooseConstraintName } from "./index-constraint.ts";

/**
 * Gives a partition the index of its parent: an equal one that it has is attached, otherwise one is
 * made (DefineIndex and AttachPartitionEnsureIndexes of PostgreSQL). Partitions below follow.
 */
export function inheritIndex(
	catalog: MutableCatalog,
	partition: Table,
	parent: Index,
	constraint: Constraint | undefined,
	origin: Origin,
): void {
	const key = keyOf(partition);
	const table = catalog.tableByKey(key);
	if (!table) return;
	const equal = table.indexes.find((index) => isEqual(index, parent, table, constraint));
	if (equal) {
		catalog.putTable(attachedTable(table, equal, keyOf(parent)));
		return;
	}
	const name = chooseCloneName(catalog, table, parent, constraint);
	const index: Index = {
		...parent,
		schema: table.schema,
		name,
		valid: true,
		parent: keyOf(parent),
		origin,
		...(constraint && { constraint: name }),
	};
	const copy: Constraint | undefined = constraint && {
		...constraint,
		name,
		inherited: true,
		origin,
	};
	catalog.putTable({
		...table,
		indexes: [...table.indexes, index],
		constraints: copy ? [...table.constraints, copy] : table.constraints,
	});
	for (const below of catalog.partitionsOf(key)) inheritIndex(catalog, below, index, copy, origin);
}

function isEqual(
	index: Index,
	parent: Index,
	table: Table,
	constraint: Constraint | undefined,
): boolean {
	if (index.parent !== undefined || !sameMeaning(shapeOf(index), shapeOf(parent))) return false;
	if (!constraint) return true;
	const own = table.constraints.find(({ name }) => name === index.constraint);
	return own?.type === constraint.type;
}

function shapeOf(index: Index): unknown {
	const { unique, method, elements, include, where, nullsNotDistinct } = index;
	return { unique, method, elements, include, where, nullsNotDistinct };
}

/** Returns the table with one of its indexes, and the constraint of it, tied to the parent's index. */
export function attachedTable(table: Table, index: Index, parent: Key): Table {
	return {
		...table,
		indexes: table.indexes.map((candidate) =>
			candidate === index ? { ...candidate, parent } : candidate,
		),
		constraints: table.constraints.map((candidate) =>
			candidate.name === index.constraint ? { ...candidate, inherited: true } : candidate,
		),
	};
}

function chooseCloneName(
	catalog: MutableCatalog,
	table: Table,
	parent: Index,
	constraint: Constraint | undefined,
): string {
	const { elements, include } = parent;
	if (
		constraint?.type === "primaryKey" ||
		constraint?.type === "unique" ||
		constraint?.type === "exclude"
	) {
		return chooseConstraintName(catalog, table, { type: constraint.type, include }, elements);
	}
	return chooseIndexName(catalog, table, parent);
}

/** ChooseIndexName for an index without a constraint: t_a_b_idx, t_lower_idx, t_expr_idx. */
export function chooseIndexName(
	catalog: MutableCatalog,
	relation: { readonly schema: string; readonly name: string },
	index: Pick<Index, "elements" | "include">,
): string {
	const served =
		catalog.dialect === "postgres"
			? undefined
			: chooseServerName(catalog, relation, "index", index.elements);
	if (served !== undefined) return served;
	const addition = nameAddition(indexColumnNames(index.elements, index.include));
	return chooseName(relation.name, addition, "idx", (name) =>
		catalog.relationExists(`${relation.schema}.${name}`),
	);
}
