import type { ConstraintDefinition, ReferentialAction } from "../core/operation.ts";
import type { QualifiedName, TypeName } from "../core/expression.ts";
import { columnsIn } from "../catalog/expression.ts";
import { makeObjectName } from "../catalog/naming.ts";
import { quoteExpression } from "../dialect/postgres/quote-expression.ts";
import { quoteIdentifier, quoteName, quoteType } from "../dialect/postgres/quote.ts";

/** Returns the name of a constraint, or the one that the server would choose first. */
export function nameOfConstraint(constraint: ConstraintDefinition, table: QualifiedName): string {
	if (constraint.name !== undefined) return constraint.name;
	const columns = "columns" in constraint ? constraint.columns.join("_") : undefined;
	switch (constraint.type) {
		case "primaryKey":
			return makeObjectName(table.name, undefined, "pkey");
		case "unique":
			return makeObjectName(table.name, columns, "key");
		case "foreignKey":
			return makeObjectName(table.name, columns, "fkey");
		case "check": {
			const [column, ...others] = columnsIn(constraint.expression);
			return makeObjectName(table.name, others.length > 0 ? undefined : column, "check");
		}
		case "notNull":
			return makeObjectName(table.name, columns, "not_null");
		case "exclude":
			return makeObjectName(table.name, undefined, "excl");
	}
}

/** Returns a column's type with its collation, where it has one of its own. */
export function typeText({
	type,
	collation,
}: {
	readonly type: TypeName;
	readonly collation?: QualifiedName;
}): string {
	return `${quoteType(type)}${collation ? ` COLLATE ${quoteName(collation)}` : ""}`;
}

export function quoteColumns(columns: readonly string[]): string {
	return columns.map(quoteIdentifier).join(", ");
}

/** Returns a CHECK or FOREIGN KEY as a table constraint without its name, undefined when it cannot be told. */
export function constraintText(constraint: ConstraintDefinition): string | undefined {
	switch (constraint.type) {
		case "check": {
			const condition = quoteExpression(constraint.expression);
			return condition === undefined ? undefined : `CHECK (${condition})`;
		}
		case "foreignKey": {
			const { columns, references, referencedColumns, onDelete, onUpdate } = constraint;
			const target = referencedColumns.length > 0 ? ` (${quoteColumns(referencedColumns)})` : "";
			return `FOREIGN KEY (${quoteColumns(columns)}) REFERENCES ${quoteName(references)}${target}${action("DELETE", onDelete)}${action("UPDATE", onUpdate)}${deferral(constraint)}`;
		}
		default:
			return undefined;
	}
}

const actionWords: Readonly<Record<ReferentialAction, string>> = {
	noAction: "",
	restrict: "RESTRICT",
	cascade: "CASCADE",
	setNull: "SET NULL",
	setDefault: "SET DEFAULT",
};

function action(event: string, what: ReferentialAction): string {
	return actionWords[what] === "" ? "" : ` ON ${event} ${actionWords[what]}`;
}

/** Returns when the constraint is tested, as SQL with a blank before it; empty for the usual case. */
export function deferral({
	deferrable,
	initiallyDeferred,
}: Pick<ConstraintDefinition, "deferrable" | "initiallyDeferred">): string {
	if (!deferrable) return "";
	return initiallyDeferred ? " DEFERRABLE INITIALLY DEFERRED" : " DEFERRABLE";
}
