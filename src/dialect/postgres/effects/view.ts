import type { OperationOf } from "../../../core/operation.ts";
import { because, lock, refuse, type Draft } from "./draft.ts";
import { lockQuery, runQuery } from "./query.ts";
import { targetOf, type Scene } from "./scene.ts";

/** CREATE VIEW read-locks what it names; OR REPLACE stops readers of the view for a moment. */
export function createView(operation: OperationOf<"createView">, scene: Scene, draft: Draft): void {
	const target = targetOf(scene, operation.view);
	lockQuery(operation.query, scene, draft);
	if (target.kind === "assumed") return;
	if (!operation.orReplace) {
		refuse(draft, "42P07", `relation ${target.key} exists already`);
		return;
	}
	refuseLostColumns(operation, target.view?.columns ?? [], draft);
	lock(draft, target.key, "AccessExclusiveLock");
	because(draft, `reads of ${target.key} wait, if only for a moment`);
}

/** A replaced view keeps its columns in their places; new ones come after them. */
function refuseLostColumns(
	{ query, columns }: OperationOf<"createView">,
	before: readonly string[],
	draft: Draft,
): void {
	const names = query.targets.map(({ expression, alias }, at) => {
		const own = expression.kind === "column" ? expression.path.at(-1) : undefined;
		return columns[at] ?? alias ?? own;
	});
	if (names.length === 0 || names.includes("*")) return;
	if (names.length < before.length) refuse(draft, "42P16", "a replaced view must keep its columns");
	const renamed = before.find((name, at) => names[at] !== undefined && names[at] !== name);
	if (renamed !== undefined) refuse(draft, "42P16", `column ${renamed} would change its name`);
}

export function createMaterializedView(
	operation: OperationOf<"createMaterializedView">,
	scene: Scene,
	draft: Draft,
): void {
	const target = targetOf(scene, operation.view);
	if (target.kind !== "assumed") {
		if (!operation.ifNotExists) refuse(draft, "42P07", `relation ${target.key} exists already`);
		return;
	}
	if (operation.withData) runQuery(operation.query, scene, draft);
	else lockQuery(operation.query, scene, draft);
}

/** The query that REFRESH runs. */
export function refreshQuery(
	operation: OperationOf<"refreshMaterializedView">,
	scene: Scene,
	draft: Draft,
): void {
	const { view } = targetOf(scene, operation.view);
	if (!view) return;
	if (operation.withData) runQuery(view.query, scene, draft);
}
