import { keyOf } from "../../../catalog/catalog.ts";
import type { Key, Table } from "../../../catalog/model.ts";
import type { Expression } from "../../../core/expression.ts";
import type { OperationOf } from "../../../core/operation.ts";
import { because, lock, lockIndexes, newDraft, refuse, type Draft } from "./draft.ts";
import { dropReferences, lockReferenced } from "./drop-foreign-key.ts";
import { dropViews } from "./drop-view.ts";
import { defaultPartitionOf } from "./partition.ts";
import { lockQueriesIn } from "./query.ts";
import { isMissing, targetOf, type Scene } from "./scene.ts";
import { lockOwnedSequences } from "./sequence.ts";

/**
 * DROP TABLE: ACCESS EXCLUSIVE on the table, on every table that it references and, for a partition, on
 * the parent and its default partition. Source: heap_drop_with_catalog; measured 10 to 18.
 */
export function dropTable(operation: OperationOf<"dropTable">, scene: Scene, draft: Draft): void {
	draft.phase = "contract";
	draft.reversible = "lossy";
	const target = targetOf(scene, operation.table);
	if (operation.ifExists && isMissing(scene, target)) return;
	if (target.kind === "assumed") draft.assumed = true;
	if (target.kind !== "assumed" && !target.table) {
		refuse(draft, "42809", `${target.key} is not a table`);
	}
	lock(draft, target.key, "AccessExclusiveLock");
	if (!target.table) return;
	dropWithDependents(target.table, operation.cascade, droppedTables(scene), scene, draft);
}

/** Every table that the command drops, with the partitions that go with them. */
function droppedTables(scene: Scene): ReadonlySet<Key> {
	const keys = new Set<Key>();
	for (const operation of scene.command) {
		if (operation.kind !== "dropTable") continue;
		const { key } = targetOf(scene, operation.table);
		keys.add(key);
		for (const table of scene.catalog.partitionsOf(key, true)) keys.add(keyOf(table));
	}
	return keys;
}

export function dropWithDependents(
	table: Table,
	cascade: boolean,
	dropped: ReadonlySet<Key>,
	scene: Scene,
	draft: Draft,
): void {
	const key = keyOf(table);
	const gone = [table, ...scene.catalog.partitionsOf(key, true)];
	for (const one of gone) {
		lock(draft, keyOf(one), "AccessExclusiveLock");
		lockIndexes(draft, one.indexes, "AccessExclusiveLock");
		lockOwnedSequences(keyOf(one), undefined, "AccessExclusiveLock", scene, draft);
		for (const constraint of one.constraints) {
			if (!constraint.inherited) lockReferenced(constraint, scene, draft, keyOf(one));
		}
		dropRowType(one, cascade, dropped, scene, draft);
		dropReferences(one, undefined, cascade, dropped, scene, draft);
		dropViews(keyOf(one), undefined, cascade, scene, draft);
		dropRulesAndPolicies(keyOf(one), cascade, dropped, scene, draft);
	}
	for (const child of scene.catalog.childrenOf(key)) {
		if (dropped.has(keyOf(child))) continue;
		if (!cascade) refuse(draft, "2BP01", `table ${keyOf(child)} inherits from ${key}`);
		dropWithDependents(child, cascade, dropped, scene, draft);
	}
	const parent = table.partitionOf?.parent;
	if (parent === undefined) return;
	lock(draft, parent, "AccessExclusiveLock");
	because(draft, `reads and writes of the partitioned table ${parent} wait too`);
	const rest = defaultPartitionOf(scene, parent);
	if (rest) lock(draft, keyOf(rest), "AccessExclusiveLock");
}

/** Rules and policies of other tables whose queries read the table. */
function dropRulesAndPolicies(
	key: Key,
	cascade: boolean,
	dropped: ReadonlySet<Key>,
	scene: Scene,
	draft: Draft,
): void {
	for (const other of scene.catalog.tables()) {
		const otherKey = keyOf(other);
		if (dropped.has(otherKey) || otherKey === key) continue;
		const rule = other.rules.find(({ relations }) => relations.includes(key));
		const policy = other.policies.find((one) =>
			[one.using, one.withCheck].some(
				(expression) => expression && readsRelation(expression, key, scene),
			),
		);
		const user = rule ? `rule ${rule.name}` : policy && `policy ${policy.name}`;
		if (user === undefined) continue;
		if (!cascade) refuse(draft, "2BP01", `${user} of ${otherKey} reads ${key}`);
		lock(draft, otherKey, "AccessExclusiveLock");
		because(draft, `CASCADE drops ${user} of ${otherKey}`);
	}
}

function readsRelation(expression: Expression, key: Key, scene: Scene): boolean {
	const inner = newDraft();
	lockQueriesIn(expression, scene, inner);
	return inner.locks.has(key);
}

/** Columns and functions of the table's row type go with it. */
function dropRowType(
	table: Table,
	cascade: boolean,
	dropped: ReadonlySet<Key>,
	scene: Scene,
	draft: Draft,
): void {
	const key = keyOf(table);
	for (const use of scene.catalog.tablesUsingType(key)) {
		const other = keyOf(use.table);
		if (dropped.has(other)) continue;
		if (!cascade) refuse(draft, "2BP01", `column ${use.column} of ${other} is of its row type`);
		lock(draft, other, "AccessExclusiveLock");
	}
	if (cascade) return;
	for (const routine of scene.catalog.allRoutines()) {
		const types = [...routine.argumentTypes, ...(routine.returns ? [routine.returns] : [])];
		if (types.some((type) => type.name === table.name && scene.catalog.resolve(type) === key)) {
			refuse(draft, "2BP01", `function ${keyOf(routine)} uses its row type`);
		}
	}
}
