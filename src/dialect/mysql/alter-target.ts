import type { QualifiedName } from "../../core/expression.ts";
import type { Operation } from "../../core/operation.ts";
import type { Range } from "../../core/source.ts";

/** What every action of one ALTER TABLE has. */
export interface Target {
	readonly table: QualifiedName;
	readonly ifTableExists: boolean;
	readonly only: false;
	readonly relation: "table";
}

/** A change that nothing asks about but by its name. */
export function other(target: Target, action: string, range: Range): Operation {
	return { kind: "alterTableOther", ...target, action, range };
}
