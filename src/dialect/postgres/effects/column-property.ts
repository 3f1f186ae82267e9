import { keyOf } from "../../../catalog/catalog.ts";
import type { OperationOf } from "../../../core/operation.ts";
import { because, lock, refuse, rewrite, scan, type Draft } from "./draft.ts";
import {
	columnOf,
	descendantsOf,
	lockPartitions,
	lockTree,
	storageOf,
	tableStorage,
	treeOf,
	type Scene,
	type Target,
} from "./scene.ts";
import { lockOwnedSequences } from "./sequence.ts";
import { has, refuseBefore } from "./versions.ts";

/** ADD, SET and DROP IDENTITY; partitions go along since 17. */
export function alterIdentity(
	operation: OperationOf<"addIdentity" | "setIdentity" | "dropIdentity">,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	lock(draft, target.key, "AccessExclusiveLock");
	if (has(scene.version, "partitionedIdentity")) {
		lockPartitions(draft, scene, target.key, "AccessExclusiveLock");
	}
	const column = columnOf(target.table, operation.column);
	if (operation.kind === "addIdentity") {
		if (column && !column.notNull) {
			refuse(draft, "55000", `column ${column.name} must be NOT NULL before it gets an identity`);
		}
		if (column?.default) refuse(draft, "55000", `column ${column.name} has a default already`);
		if (column?.identity) refuse(draft, "55000", `column ${column.name} has an identity already`);
		return;
	}
	const ifExists = operation.kind === "dropIdentity" && operation.ifExists;
	if (column && !column.identity && !ifExists) {
		refuse(draft, "55000", `column ${column.name} is not an identity column`);
	}
	const mode = operation.kind === "setIdentity" ? "ShareRowExclusiveLock" : "AccessExclusiveLock";
	if (column?.identity) lockOwnedSequences(target.key, column.name, mode, scene, draft);
}

/** SET EXPRESSION computes stored values anew; DROP EXPRESSION leaves them as they are. */
export function alterExpression(
	operation: OperationOf<"setExpression" | "dropExpression">,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	const setting = operation.kind === "setExpression";
	if (setting) refuseBefore("setExpression", "SET EXPRESSION", scene, draft);
	else refuseBefore("dropExpression", "DROP EXPRESSION", scene, draft);
	lockTree(draft, scene, target, "AccessExclusiveLock", operation.only);
	const column = columnOf(target.table, operation.column);
	const ifExists = operation.kind === "dropExpression" && operation.ifExists;
	if (column && !column.generated && !ifExists) {
		refuse(draft, "55000", `column ${column.name} is not a generated column`);
	}
	if (!setting) {
		if (column?.generated?.kind === "virtual") {
			refuse(draft, "0A000", "a virtual column cannot lose its expression");
		}
		return;
	}
	if (column?.generated?.kind === "virtual") {
		if (target.table?.constraints.some(({ type }) => type === "check")) {
			refuse(draft, "0A000", "a table with CHECK constraints keeps its virtual expressions");
		}
		checkVirtual(operation.column, target, scene, draft);
		return;
	}
	for (const storage of treeOf(scene, target, operation.only)) rewrite(draft, storage);
	because(draft, "the generated value of every row is computed anew");
}

/** Nothing is stored; only NOT NULL of the virtual column is tested again. */
function checkVirtual(name: string, target: Target, scene: Scene, draft: Draft): void {
	const tables = [...(target.table ? [target.table] : []), ...descendantsOf(scene, target.key)];
	for (const table of tables) {
		if (columnOf(table, name)?.notNull) scan(draft, tableStorage(table));
	}
}

/** SET LOGGED and SET UNLOGGED write the table anew, unless it is so already. */
export function setPersistence(
	operation: OperationOf<"setPersistence">,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	const { table } = target;
	if (target.kind === "sequence") {
		if (scene.version < 15) refuse(draft, "42809", `${target.key} is not a table`);
		return;
	}
	if (table?.persistence === operation.persistence) return;
	if (target.kind === "partitioned") return;
	if (operation.persistence === "unlogged" && table) {
		const [reference] = scene.catalog.referencesTo(target.key);
		if (reference && keyOf(reference.table) !== target.key) {
			refuse(draft, "42P16", `the logged table ${keyOf(reference.table)} references it`);
		}
	}
	rewrite(draft, storageOf(target));
	// Owned sequences change with their table since 15.
	if (scene.version >= 15) {
		lockOwnedSequences(target.key, undefined, "AccessExclusiveLock", scene, draft);
	}
	because(draft, "the whole table is written anew while reads and writes wait");
}
