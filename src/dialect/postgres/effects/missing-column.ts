import type { Table } from "../../../catalog/model.ts";
import { refuse, type Draft } from "./draft.ts";
import { columnOf, type Scene, type Target } from "./scene.ts";

/** Refuses columns that the table does not have. */
export function refuseMissing(
	columns: readonly string[],
	table: Table | undefined,
	draft: Draft,
): void {
	if (!table?.complete) return;
	const missing = columns.find((name) => !columnOf(table, name));
	if (missing !== undefined) refuse(draft, "42703", `column ${missing} does not exist`);
}

/** The same for what is made beside the columns that its command adds. */
export function refuseColumns(
	columns: readonly string[],
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	const added = scene.command.flatMap((operation) =>
		operation.kind === "addColumn" ? [operation.column.name] : [],
	);
	const present = columns.filter((name) => !added.includes(name));
	refuseMissing(present, target.table, draft);
}
