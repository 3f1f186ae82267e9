import type { Catalog } from "../../catalog/catalog.ts";
import type { Routine, Trigger } from "../../catalog/model.ts";
import type { QualifiedName } from "../expression.ts";
import type { Operation } from "../operation.ts";
import { callsIn, expressionsOfQuery } from "./expressions.ts";

type Event = Trigger["events"][number];

function withBody(catalog: Catalog, name: QualifiedName, count?: number): readonly Routine[] {
	return catalog
		.routines(name)
		.filter(
			(routine) =>
				routine.body.length > 0 &&
				(count === undefined ||
					(count <= routine.argumentTypes.length &&
						count >= routine.argumentTypes.length - routine.defaults)),
		);
}

function fired(
	catalog: Catalog,
	tableName: QualifiedName,
	event: Event,
	columns?: readonly string[],
): readonly Routine[] {
	const table = catalog.table(tableName);
	if (!table || table.triggers.length === 0) return [];
	return table.triggers
		.filter(
			(trigger) =>
				(trigger.state === "enabled" || trigger.state === "always") &&
				trigger.events.includes(event) &&
				(trigger.columns.length === 0 ||
					!columns ||
					trigger.columns.some((column) => columns.includes(column))),
		)
		.flatMap((trigger) => withBody(catalog, trigger.function));
}

/**
 * Returns the routines of this history whose bodies run because of the operation: functions that it
 * calls, and functions of the triggers that it fires.
 */
export function routinesRunBy(operation: Operation, catalog: Catalog): readonly Routine[] {
	switch (operation.kind) {
		case "select":
			return callsIn(expressionsOfQuery(operation.query)).flatMap((call) =>
				withBody(catalog, call.function, call.arguments.length),
			);
		case "callProcedure":
			return callsIn([operation.call]).flatMap((call) => withBody(catalog, call.function));
		case "insert":
			return fired(catalog, operation.table, "insert");
		case "update":
			return fired(
				catalog,
				operation.table,
				"update",
				operation.set.map((assignment) => assignment.column),
			);
		case "delete":
			return fired(catalog, operation.table, "delete");
		case "truncate":
			return fired(catalog, operation.table, "truncate");
		default:
			return [];
	}
}
