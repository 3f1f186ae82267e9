import { keyOf } from "../../../catalog/catalog.ts";
import type { Table } from "../../../catalog/model.ts";
import type { Expression } from "../../../core/expression.ts";
import { refuse, type Draft } from "./draft.ts";
import { earlierIn } from "./earlier.ts";
import type { Scene } from "./scene.ts";
import { has } from "./versions.ts";

/**
 * A value that ALTER TYPE ... ADD VALUE gave an enum may not be used before that transaction commits.
 * Source: https://www.postgresql.org/docs/current/sql-altertype.html, Notes.
 */
export function refuseNewEnumValues(
	table: Table,
	valuesOf: (column: string) => readonly Expression[],
	scene: Scene,
	draft: Draft,
): void {
	const { enumValues } = earlierIn(scene);
	if (enumValues.size === 0) return;
	for (const column of table.columns) {
		const type = column.type && scene.catalog.type(column.type);
		if (type?.kind !== "enum") continue;
		for (const given of valuesOf(column.name)) {
			const value = given.kind === "cast" ? given.operand : given;
			if (value.kind !== "literal" || !enumValues.has(`${keyOf(type)}.${value.value}`)) continue;
			// Before 12 ADD VALUE is refused in a transaction, so the value is not there at all.
			const code = has(scene.version, "enumValueInTransaction") ? "55P04" : "22P02";
			refuse(draft, code, `the enum value ${value.value} is new in this transaction`);
		}
	}
}
