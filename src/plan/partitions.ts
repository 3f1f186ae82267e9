import type { Catalog } from "../catalog/catalog.ts";
import type { Table } from "../catalog/model.ts";
import { makeObjectName } from "../catalog/naming.ts";
import type { QualifiedName } from "../core/expression.ts";

/** Returns the partitions that hold rows, those of partitioned partitions included. */
export function leavesOf(catalog: Catalog, table: QualifiedName): readonly Table[] {
	return catalog
		.partitionsOf(catalog.resolve(table), true)
		.filter(({ kind }) => kind !== "partitioned");
}

/** Returns the partitions that are partitioned themselves, the upper ones first. */
export function branchesOf(catalog: Catalog, table: QualifiedName): readonly Table[] {
	return catalog
		.partitionsOf(catalog.resolve(table), true)
		.filter(({ kind }) => kind === "partitioned");
}

/** Returns the name for a partition's own copy of the parent's index or constraint. */
export function nameOnPartition(partition: Table, name: string, parent: QualifiedName): string {
	const label = name.startsWith(`${parent.name}_`) ? name.slice(parent.name.length + 1) : name;
	return makeObjectName(partition.name, undefined, label);
}
