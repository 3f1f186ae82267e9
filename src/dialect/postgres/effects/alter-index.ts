import { keyOf } from "../../../catalog/catalog.ts";
import type { OperationOf } from "../../../core/operation.ts";
import { isAlike } from "./alike-index.ts";
import { lock, lockIndex, refuse, type Draft } from "./draft.ts";
import { targetOf, type Scene } from "./scene.ts";
import { has, refuseBefore } from "./versions.ts";

/** ALTER INDEX ... RENAME: other sessions go on since 12; ALTER TABLE ... RENAME still stops them. */
export function renameIndex(
	operation: OperationOf<"renameIndex">,
	scene: Scene,
	draft: Draft,
): void {
	draft.phase = "contract";
	const target = targetOf(scene, operation.index);
	if (target.kind !== "index" && target.kind !== "assumed") {
		lock(draft, target.key, "AccessExclusiveLock");
		return;
	}
	const shared = has(scene.version, "indexRenameSharesIndex");
	const mode = shared ? "ShareUpdateExclusiveLock" : "AccessExclusiveLock";
	lockIndex(draft, scene.catalog.resolve(operation.index), mode);
}

/** ALTER INDEX ... ATTACH PARTITION: both tables stay readable and writable. */
export function attachIndex(
	operation: OperationOf<"attachIndex">,
	scene: Scene,
	draft: Draft,
): void {
	const { catalog } = scene;
	refuseBefore("partitionedIndexes", "ATTACH PARTITION of an index", scene, draft);
	const parent = catalog.index(operation.index);
	const part = catalog.index(operation.partitionIndex);
	for (const found of [parent, part]) {
		if (found) lock(draft, keyOf(found.relation), "AccessShareLock");
	}
	if (parent && part && !isAlike(parent.index, part.index)) {
		refuse(draft, "42P17", "the two indexes have different definitions");
	}
	if (parent) lockIndex(draft, keyOf(parent.index), "ShareUpdateExclusiveLock");
	if (part) lockIndex(draft, keyOf(part.index), "AccessExclusiveLock");
}

/** Options of an index that need ACCESS EXCLUSIVE; the others let work go on (reloptions.c). */
const exclusiveIndexOptions: ReadonlySet<string> = new Set([
	"autosummarize",
	"buffering",
	"fastupdate",
	"gin_pending_list_limit",
	"pages_per_range",
]);

export function setIndexParameters(
	operation: OperationOf<"setIndexParameters">,
	scene: Scene,
	draft: Draft,
): void {
	const found = scene.catalog.index(operation.index);
	if (found && targetOf(scene, found.relation).kind === "partitioned") {
		refuse(draft, "42809", "an index of a partitioned table has no storage parameters");
	}
	const exclusive = operation.parameters.some(({ name }) => exclusiveIndexOptions.has(name));
	const mode = exclusive ? "AccessExclusiveLock" : "ShareUpdateExclusiveLock";
	lockIndex(draft, scene.catalog.resolve(operation.index), mode);
}
