import { keyOf } from "../../../catalog/catalog.ts";
import { functionUse } from "../../../catalog/uses.ts";
import type { OperationOf } from "../../../core/operation.ts";
import { lock, refuse, type Draft } from "./draft.ts";
import type { Scene } from "./scene.ts";

/**
 * DROP FUNCTION: what calls it keeps it, or goes with CASCADE. Expressions do not say which overload they
 * call: of a function that has several nothing is claimed.
 */
export function dropFunction(
	operation: OperationOf<"dropFunction">,
	scene: Scene,
	draft: Draft,
): void {
	draft.phase = "contract";
	const { function: name, cascade } = operation;
	if (scene.catalog.routines(name).length !== 1) return;
	const { tables, views } = scene.catalog.usersOf(functionUse(name.name));
	for (const user of [...tables, ...views]) {
		if (!cascade) refuse(draft, "2BP01", `${keyOf(user)} uses the function`);
		lock(draft, keyOf(user), "AccessExclusiveLock");
	}
}

/** DROP EXTENSION: columns of its type keep it, or go with CASCADE. */
export function dropExtension(
	operation: OperationOf<"dropExtension">,
	scene: Scene,
	draft: Draft,
): void {
	draft.phase = "contract";
	draft.reversible = "lossy";
	for (const table of scene.catalog.tables()) {
		const column = table.columns.find(({ type }) => type?.name === operation.extension);
		if (!column) continue;
		if (!operation.cascade)
			refuse(draft, "2BP01", `column ${column.name} of ${keyOf(table)} needs it`);
		lock(draft, keyOf(table), "AccessExclusiveLock");
	}
}
