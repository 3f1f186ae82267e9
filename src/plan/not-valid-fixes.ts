import type { Catalog } from "../catalog/catalog.ts";
import type { Fix } from "../core/fix.ts";
import type { OperationOf } from "../core/operation.ts";
import { quoteIdentifier, quoteName } from "../dialect/postgres/quote.ts";
import { nameOfConstraint } from "./constraint-text.ts";

/** The name that the constraint has or gets, undefined where the history cannot tell. */
function certainName(
	{ table, constraint }: OperationOf<"addConstraint">,
	catalog: Catalog,
): string | undefined {
	if (constraint.name !== undefined) return constraint.name;
	const known = catalog.table(table);
	const name = nameOfConstraint(constraint, table);
	const isFree = known?.constraints.every((other) => other.name !== name);
	return known?.complete === true && isFree ? name : undefined;
}

/** Returns the fixes of a CHECK or FOREIGN KEY that reads the table: NOT VALID first, the old rows after it. */
export function notValidFixes(
	operation: OperationOf<"addConstraint">,
	catalog: Catalog,
	inTransaction: boolean,
): readonly Fix[] {
	const notValid = { kind: "addNotValid", range: operation.constraint.range } as const;
	const name = certainName(operation, catalog);
	const validate = `ALTER TABLE ${quoteName(operation.table)} VALIDATE CONSTRAINT ${quoteIdentifier(name ?? "")};`;
	const both: Fix = {
		title: "Add it NOT VALID and validate it in a statement of its own",
		safety: "safe",
		outsideTransaction: true,
		changes: [notValid, { kind: "insertAfter", sql: validate }],
	};
	const first: Fix = {
		title: "Add it NOT VALID and leave VALIDATE CONSTRAINT to the next migration",
		safety: "suggestion",
		changes: [notValid],
	};
	return [...(name === undefined ? [] : [both]), ...(inTransaction ? [first] : [])];
}
