import { keyOf } from "../../../catalog/catalog.ts";
import type { Table } from "../../../catalog/model.ts";
import type { Expression } from "../../../core/expression.ts";
import { mayHold } from "./bound-proof.ts";
import type { Scene } from "./scene.ts";
import { has } from "./versions.ts";

/** The partitions, at every depth, that rows of the condition can be in. */
export function prunedPartitions(
	table: Table,
	where: Expression | undefined,
	scene: Scene,
): readonly Table[] {
	const all = scene.catalog.partitionsOf(keyOf(table));
	const kept = where ? keepMatching(all, table, where) : all;
	return kept.flatMap((partition) => [partition, ...prunedPartitions(partition, where, scene)]);
}

/** The partitions that a statement with the condition locks: before 12 every one. */
export function lockedPartitions(
	table: Table,
	where: Expression | undefined,
	scene: Scene,
): readonly Table[] {
	if (has(scene.version, "partitionPruning")) return prunedPartitions(table, where, scene);
	return scene.catalog.partitionsOf(keyOf(table), true);
}

/** The default partition holds what no other takes: it is left out when another one certainly does. */
function keepMatching(
	partitions: readonly Table[],
	parent: Table,
	where: Expression,
): readonly Table[] {
	const kept = partitions.filter(
		({ partitionOf }) =>
			partitionOf &&
			partitionOf.bound.kind !== "default" &&
			mayHold(partitionOf.bound, parent, where),
	);
	const rest = partitions.filter(({ partitionOf }) => partitionOf?.bound.kind === "default");
	const certain = kept.length === 1 && !mayHold({ kind: "default" }, parent, where);
	return certain ? kept : [...kept, ...rest];
}

/** The partition that a row with these values goes to; all of them where that cannot be told. */
export function routedPartitions(
	table: Table,
	valueOf: (column: string) => Expression | undefined,
	scene: Scene,
): readonly Table[] {
	const [key, ...more] = table.partitionBy?.keys ?? [];
	const all = scene.catalog.partitionsOf(keyOf(table));
	if (!has(scene.version, "lazyRouting")) return scene.catalog.partitionsOf(keyOf(table), true);
	const value =
		key?.kind === "column" && more.length === 0 ? valueOf(key.path.at(-1) ?? "") : undefined;
	const chosen = value && key ? chosenBy(all, table, key, value) : all;
	return chosen.flatMap((partition) => [partition, ...routedPartitions(partition, valueOf, scene)]);
}

function chosenBy(
	partitions: readonly Table[],
	parent: Table,
	key: Expression,
	value: Expression,
): readonly Table[] {
	const where: Expression = { kind: "operator", operator: "=", operands: [key, value] };
	const named = partitions.filter(
		({ partitionOf }) =>
			partitionOf &&
			partitionOf.bound.kind !== "default" &&
			mayHold(partitionOf.bound, parent, where),
	);
	if (named.length > 0) return named;
	return partitions.filter(({ partitionOf }) => partitionOf?.bound.kind === "default");
}
