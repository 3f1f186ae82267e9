import type { Operation, OperationKind, OperationOf } from "../core/operation.ts";
import type { Origin } from "./model.ts";
import type { MutableCatalog } from "./mutable.ts";
import * as column from "./replay/column.ts";
import * as constraint from "./replay/constraint.ts";
import * as index from "./replay/index-ops.ts";
import * as inheritance from "./replay/inheritance.ts";
import * as notNull from "./replay/not-null.ts";
import * as table from "./replay/table.ts";

export function replay(
	catalog: MutableCatalog,
	operation: Operation,
	origin: Origin,
	command: readonly Operation[] = [operation],
): void {
	switch (operation.kind) {
		case "createTable":
			table.createTable(catalog, operation, origin);
			return;
		case "createTableAs":
			table.createTableAs(catalog, operation, origin);
			return;
		case "dropTable":
			table.dropTable(catalog, operation, []);
			return;
		case "addColumn":
			column.addColumn(catalog, operation, origin);
			return;
		case "dropColumn":
			column.dropColumn(catalog, operation, origin);
			return;
		case "addConstraint":
			constraint.addConstraint(catalog, operation, origin);
			return;
		case "createIndex":
			index.createIndex(catalog, operation, origin);
			return;
		default:
			void command;
			void inheritance;
			void notNull;
	}
}
export type { OperationKind, OperationOf };
