import { keyOf } from "../../../catalog/catalog.ts";
import { columnsIn } from "../../../catalog/expression.ts";
import type { Constraint, Key, Table } from "../../../catalog/model.ts";
import type { Expression } from "../../../core/expression.ts";
import type { OperationOf } from "../../../core/operation.ts";
import { referencedColumns } from "./alter-type.ts";
import { because, lock, lockIndex, lockIndexes, newDraft, refuse, type Draft } from "./draft.ts";
import { defaultPartitionOf } from "./partition.ts";
import { lockQueriesIn } from "./query.ts";
import {
	columnOf,
	constraintOf,
	descendantsOf,
	isMissing,
	lockPartitions,
	targetOf,
	treeOf,
	type Scene,
	type Target,
} from "./scene.ts";
import { lockOwnedSequences } from "./sequence.ts";
import { has } from "./versions.ts";

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

/** A foreign key leaves triggers on the table it points at: they go too, under the strongest lock. */
function lockReferenced(constraint: Constraint, scene: Scene, draft: Draft, owner: Key): void {
	if (constraint.type !== "foreignKey") return;
	const referenced = targetOf(scene, constraint.references);
	lockPartitions(draft, scene, referenced.key, "AccessExclusiveLock");
	if (referenced.key !== owner) {
		because(draft, `the foreign key goes too: reads and writes of ${referenced.key} wait`);
	}
}

/** Foreign keys of other tables that point at these columns (all columns when none are given). */
function dropReferences(
	table: Table,
	columns: readonly string[] | undefined,
	cascade: boolean,
	dropped: ReadonlySet<Key>,
	scene: Scene,
	draft: Draft,
): void {
	for (const reference of scene.catalog.referencesTo(keyOf(table))) {
		const key = keyOf(reference.table);
		if (dropped.has(key) || key === keyOf(table)) continue;
		const constraint = constraintOf(reference.table, reference.constraint);
		if (columns && constraint?.type === "foreignKey") {
			const used = referencedColumns(constraint, table);
			if (!columns.some((column) => used.includes(column))) continue;
		}
		if (!cascade)
			refuse(draft, "2BP01", `the foreign key ${reference.constraint} of ${key} needs it`);
		lockPartitions(draft, scene, key, "AccessExclusiveLock");
		because(draft, `CASCADE drops the foreign key ${reference.constraint} of ${key}`);
	}
}

/** Views over a relation, and with CASCADE those over them. */
export function dropViews(
	key: Key,
	column: string | undefined,
	cascade: boolean,
	scene: Scene,
	draft: Draft,
	dropped: ReadonlySet<Key> = new Set(),
): void {
	for (const view of scene.catalog.viewsOn(key)) {
		const viewKey = keyOf(view);
		if (dropped.has(viewKey) || draft.locks.get(viewKey) === "AccessExclusiveLock") continue;
		if (column !== undefined && !view.dependsOnColumns.includes(`${key}.${column}`)) continue;
		if (!cascade) refuse(draft, "2BP01", `view ${viewKey} reads ${key}`);
		lock(draft, viewKey, "AccessExclusiveLock");
		lockIndexes(draft, view.indexes, "AccessExclusiveLock");
		because(draft, `CASCADE drops view ${viewKey}`);
		dropViews(viewKey, undefined, cascade, scene, draft, dropped);
	}
}

/** DROP COLUMN: no row is touched; what uses the column goes with it or stops it. */
export function dropColumn(
	operation: OperationOf<"dropColumn">,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	draft.phase = "contract";
	draft.reversible = "lossy";
	const { column, cascade, ifExists, only } = operation;
	// Even ONLY locks the children: the column becomes theirs.
	for (const { key } of treeOf(scene, target)) lock(draft, key, "AccessExclusiveLock");
	const { table } = target;
	if (!table) return;
	if (!columnOf(table, column)) {
		if (table.complete && !ifExists) refuse(draft, "42703", `column ${column} does not exist`);
		return;
	}
	if (table.partitionBy?.keys.some((key) => columnsIn(key).has(column))) {
		refuse(draft, "42P16", `column ${column} is part of the partition key`);
	}
	if (only && target.kind === "partitioned" && descendantsOf(scene, target.key).length > 0) {
		refuse(draft, "42P16", "the column must be dropped from the partitions too");
	}
	const parents = [...table.inherits, ...(table.partitionOf ? [table.partitionOf.parent] : [])];
	if (parents.some((key) => columnOf(scene.catalog.tableByKey(key), column))) {
		refuse(draft, "42P16", `column ${column} is inherited`);
	}
	for (const one of [table, ...(only ? [] : descendantsOf(scene, target.key))]) {
		dropColumnOf(one, column, cascade, scene, draft);
	}
}

function dropColumnOf(
	table: Table,
	column: string,
	cascade: boolean,
	scene: Scene,
	draft: Draft,
): void {
	const key = keyOf(table);
	for (const index of table.indexes) {
		const named = [...index.elements.map(({ expression }) => expression), index.where].flatMap(
			(expression) => (expression ? [...columnsIn(expression)] : []),
		);
		if (named.includes(column) || index.include.includes(column)) {
			lockIndex(draft, keyOf(index), "AccessExclusiveLock");
			because(draft, `the index ${index.name} goes with the column`);
		}
	}
	for (const constraint of table.constraints) {
		if (constraint.type === "foreignKey" && constraint.columns.includes(column)) {
			lockReferenced(constraint, scene, draft, key);
		}
		const keyed = constraint.type === "primaryKey" || constraint.type === "unique";
		if (keyed && constraint.columns.includes(column)) {
			dropReferences(table, constraint.columns, cascade, new Set(), scene, draft);
		}
	}
	dropReferences(table, [column], cascade, new Set(), scene, draft);
	lockOwnedSequences(key, column, "AccessExclusiveLock", scene, draft);
	dropViews(key, column, cascade, scene, draft);
	refuseColumnUses(table, column, cascade, scene, draft);
}

function refuseColumnUses(
	table: Table,
	column: string,
	cascade: boolean,
	scene: Scene,
	draft: Draft,
): void {
	if (cascade) return;
	for (const { name, using, withCheck } of table.policies) {
		const used = [using, withCheck].some((part) => part && columnsIn(part).has(column));
		if (used) refuse(draft, "2BP01", `policy ${name} uses column ${column}`);
	}
	for (const trigger of table.triggers) {
		if (trigger.columns.includes(column) || trigger.whenColumns.includes(column)) {
			refuse(draft, "2BP01", `trigger ${trigger.name} names column ${column}`);
		}
	}
	for (const rule of table.rules) {
		if (rule.columns.includes(column)) refuse(draft, "2BP01", `rule ${rule.name} uses ${column}`);
	}
	for (const other of table.columns) {
		if (!other.generated || !columnsIn(other.generated.expression).has(column)) continue;
		if (has(scene.version, "generatedColumnsProtect")) {
			refuse(draft, "2BP01", `generated column ${other.name} is computed from ${column}`);
		} else {
			because(draft, `before PostgreSQL 15 the generated column ${other.name} is dropped silently`);
		}
	}
}

/** DROP CONSTRAINT: a foreign key's other table is locked as strongly; no row is read. */
export function dropConstraint(
	operation: OperationOf<"dropConstraint">,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	const { constraint: name, cascade, ifExists, only } = operation;
	lock(draft, target.key, "AccessExclusiveLock");
	const { table } = target;
	if (!table) return;
	const constraint = constraintOf(table, name);
	if (constraint?.type === "notNull" && !has(scene.version, "namedNotNull")) {
		refuse(draft, "42704", `before PostgreSQL 18 a NOT NULL has no name`);
	}
	if (!constraint) {
		if (ifExists || !table.complete) return;
		refuse(draft, "42704", `constraint ${name} does not exist`);
		return;
	}
	if (constraint.inherited) refuse(draft, "42P16", `constraint ${name} is inherited`);
	draft.phase = constraint.type === "notNull" ? "expand" : "contract";
	dropOneConstraint(table, constraint, cascade, scene, draft);
	// Even ONLY locks the children: the constraint becomes theirs.
	if (constraint.type === "check" && constraint.noInherit) return;
	for (const child of descendantsOf(scene, target.key)) {
		if (constraint.type === "foreignKey" && !child.partitionOf) continue;
		lock(draft, keyOf(child), "AccessExclusiveLock");
		if (only) continue;
		const own = child.constraints.find((candidate) => isChildOf(candidate, constraint));
		if (own) dropOneConstraint(child, own, cascade, scene, draft);
	}
}

function isChildOf(candidate: Constraint, constraint: Constraint): boolean {
	if (candidate.type !== constraint.type) return false;
	if (candidate.name === constraint.name) return true;
	if (candidate.type === "check" || candidate.type === "exclude") return false;
	if (constraint.type === "check" || constraint.type === "exclude") return false;
	return candidate.columns.join() === constraint.columns.join();
}

function dropOneConstraint(
	table: Table,
	constraint: Constraint,
	cascade: boolean,
	scene: Scene,
	draft: Draft,
): void {
	lockReferenced(constraint, scene, draft, keyOf(table));
	for (const index of table.indexes) {
		if (index.constraint === constraint.name) lockIndex(draft, keyOf(index), "AccessExclusiveLock");
	}
	if (constraint.type === "primaryKey" || constraint.type === "unique") {
		dropReferences(table, constraint.columns, cascade, new Set([keyOf(table)]), scene, draft);
	}
	if (constraint.type === "notNull") {
		const [column] = constraint.columns;
		const key = table.constraints.find(({ type }) => type === "primaryKey");
		if (key?.type === "primaryKey" && key.columns.includes(column)) {
			refuse(draft, "42P16", `column ${column} is in a primary key`);
		}
	}
}

export function dropView(operation: OperationOf<"dropView">, scene: Scene, draft: Draft): void {
	draft.phase = "contract";
	const target = targetOf(scene, operation.view);
	if (operation.ifExists && isMissing(scene, target)) return;
	if (target.kind === "assumed") draft.assumed = true;
	else if (target.kind !== (operation.materialized ? "materializedView" : "view")) {
		refuse(draft, "42809", `${target.key} is another kind of relation`);
	}
	lock(draft, target.key, "AccessExclusiveLock");
	if (target.view) lockIndexes(draft, target.view.indexes, "AccessExclusiveLock");
	const together = new Set(
		scene.command.flatMap((other) =>
			other.kind === "dropView" ? [targetOf(scene, other.view).key] : [],
		),
	);
	dropViews(target.key, undefined, operation.cascade, scene, draft, together);
}

/** DROP SCHEMA: with CASCADE every relation of it. */
export function dropSchema(operation: OperationOf<"dropSchema">, scene: Scene, draft: Draft): void {
	draft.phase = "contract";
	draft.reversible = "lossy";
	const { schema, cascade } = operation;
	const { catalog } = scene;
	const tables = [...catalog.tables()].filter((table) => table.schema === schema);
	const views = [...catalog.views()].filter((view) => view.schema === schema);
	const sequences = [...catalog.sequences()].filter((sequence) => sequence.schema === schema);
	const types = [...catalog.types()].filter((type) => type.schema === schema);
	if (!cascade && tables.length + views.length + sequences.length + types.length > 0) {
		refuse(draft, "2BP01", `schema ${schema} is not empty`);
	}
	for (const sequence of sequences) lock(draft, keyOf(sequence), "AccessExclusiveLock");
	for (const type of types) {
		if (type.kind === "composite") lock(draft, keyOf(type), "AccessExclusiveLock");
		for (const { table } of catalog.tablesUsingType(keyOf(type))) {
			lock(draft, keyOf(table), "AccessExclusiveLock");
		}
	}
	const dropped = new Set(tables.map(keyOf));
	for (const table of tables) dropWithDependents(table, true, dropped, scene, draft);
	for (const view of views) {
		lock(draft, keyOf(view), "AccessExclusiveLock");
		dropViews(keyOf(view), undefined, true, scene, draft);
	}
}
