import { keyOf } from "../catalog.ts";
import { dropObjects } from "../dependencies.ts";
import type { Index, Key, Table, View } from "../model.ts";
import type { MutableCatalog } from "../mutable.ts";
import { qualifyExpression } from "../qualify.ts";
import { alteredTable, columnsInAll, withProvenColumns, type Replay } from "./altered.ts";
import { attachedTable, chooseIndexName, inheritIndex } from "./partition-index.ts";
import { withoutGenerated } from "./mysql.ts";
import { renameIndexTo } from "./rename.ts";

export const createIndex: Replay<"createIndex"> = (catalog, operation, origin) => {
	const view = catalog.view(operation.table);
	const relation = view ?? alteredTable(catalog, operation.table, false);
	if (!relation) return;
	const elements = operation.elements.map((element) => ({
		...element,
		expression: qualifyExpression(catalog, element.expression),
	}));
	const { unique, method, include, nullsNotDistinct } = operation;
	const name = operation.index?.name ?? chooseIndexName(catalog, relation, { elements, include });
	const schema = catalog.indexSchema(relation);
	if (catalog.relationExists(`${schema}.${name}`)) return;
	const partitions = view ? [] : catalog.partitionsOf(keyOf(relation));
	const index: Index = {
		schema,
		name,
		unique,
		method,
		elements,
		include,
		...(operation.where && { where: qualifyExpression(catalog, operation.where) }),
		nullsNotDistinct,
		valid: !operation.only || partitions.length === 0,
		origin,
	};
	if (!putIndex(catalog, relation, index) || operation.only) return;
	for (const partition of partitions) inheritIndex(catalog, partition, index, undefined, origin);
};

function putIndex(catalog: MutableCatalog, relation: Table | View, index: Index): boolean {
	if ("materialized" in relation) {
		catalog.putView({ ...relation, indexes: [...relation.indexes, index] });
		return true;
	}
	const columns = [
		...columnsInAll([...index.elements.map(({ expression }) => expression), index.where]),
		...index.include,
	];
	const proven = withProvenColumns(relation, columns);
	if (proven) {
		const added = { ...proven, indexes: [...proven.indexes, index] };
		catalog.putTable(catalog.isMysql ? withoutGenerated(added, index) : added);
	}
	return proven !== undefined;
}

export const dropIndex: Replay<"dropIndex"> = (catalog, operation) => {
	const found = catalog.index(operation.index);
	if (!found) return;
	const { index, relation } = found;
	if (index.constraint !== undefined && catalog.isMysql) {
		const name = index.constraint;
		dropObjects(catalog, [{ kind: "constraint", relation: keyOf(relation), name }], false);
		return;
	}
	if (index.constraint !== undefined || index.parent !== undefined) return;
	dropObjects(
		catalog,
		[{ kind: "index", relation: keyOf(relation), name: index.name }],
		operation.cascade,
	);
};

export const renameIndex: Replay<"renameIndex"> = (catalog, operation) => {
	renameIndexTo(catalog, catalog.indexKey(operation.index), operation.to);
};

export const attachIndex: Replay<"attachIndex"> = (catalog, operation) => {
	const parent = catalog.index(operation.index);
	const child = catalog.index(operation.partitionIndex);
	if (!parent || !child || "materialized" in child.relation || child.index.parent !== undefined) {
		return;
	}
	const parentKey = keyOf(parent.index);
	catalog.putTable(attachedTable(child.relation, child.index, parentKey));
	validatePartitionedIndex(catalog, parentKey);
};

/** A partitioned index is valid when each partition has a valid one attached to it. */
function validatePartitionedIndex(catalog: MutableCatalog, key: Key): void {
	const found = catalog.indexByKey(key);
	if (!found || found.index.valid || "materialized" in found.relation) return;
	const { index, relation } = found;
	const all = catalog
		.partitionsOf(keyOf(relation))
		.every((partition) => partition.indexes.some((own) => own.parent === key && own.valid));
	if (!all) return;
	const indexes = relation.indexes.map((own) => (own === index ? { ...own, valid: true } : own));
	catalog.putTable({ ...relation, indexes });
	if (index.parent !== undefined) validatePartitionedIndex(catalog, index.parent);
}
