import { keyOf } from "../catalog.ts";
import type { Key } from "../model.ts";
import type { MutableCatalog } from "../mutable.ts";

/** Renames an index; the constraint that owns it has the same name always. */
export function renameIndexTo(catalog: MutableCatalog, key: Key, to: string): void {
	const found = catalog.indexByKey(key);
	if (!found || catalog.relationExists(`${found.index.schema}.${to}`)) return;
	const { index, relation } = found;
	const renamed = { ...index, name: to, ...(index.constraint !== undefined && { constraint: to }) };
	const indexes = relation.indexes.map((candidate) => (candidate === index ? renamed : candidate));
	if ("materialized" in relation) catalog.putView({ ...relation, indexes });
	else {
		const constraints = relation.constraints.map((constraint) =>
			constraint.name === index.constraint ? { ...constraint, name: to } : constraint,
		);
		catalog.putTable({ ...relation, indexes, constraints });
		followIndex(catalog, keyOf(relation), key, keyOf(renamed));
	}
}

/** Points the attached indexes of partitions to the new name of their parent. */
export function followIndex(catalog: MutableCatalog, table: Key, from: Key, to: Key): void {
	for (const partition of catalog.partitionsOf(table)) {
		const indexes = partition.indexes.map((own) =>
			own.parent === from ? { ...own, parent: to } : own,
		);
		catalog.putTable({ ...partition, indexes });
	}
}
