import type { ConstraintDefinition } from "../../core/operation.ts";
import { keyOf } from "../catalog.ts";
import type { Constraint, Table } from "../model.ts";
import type { MutableCatalog } from "../mutable.ts";
import { chooseName } from "../naming.ts";
import { alteredTable, columnOf, forInheritors, withColumn, type Replay } from "./altered.ts";
import { replaceConstraint, standing, type Adding } from "./constraint.ts";

export type NotNull = Extract<ConstraintDefinition, { readonly type: "notNull" }>;

/** Returns the NOT NULL constraint of a column. */
export function notNullOf(table: Table, column: string): (NotNull & Constraint) | undefined {
	for (const constraint of table.constraints) {
		if (constraint.type === "notNull" && constraint.columns[0] === column) return constraint;
	}
	return undefined;
}

/** Returns an unnamed NOT NULL constraint: what SET NOT NULL, PRIMARY KEY and identity mean. */
export function notNullDefinition(column: string, range: NotNull["range"]): NotNull {
	return {
		type: "notNull",
		columns: [column],
		range,
		notValid: false,
		enforced: true,
		deferrable: false,
		initiallyDeferred: false,
		noInherit: false,
	};
}

/**
 * Gives a column its NOT NULL constraint, the children's columns too. A second one merges with the
 * first and validates it (ATExecSetNotNull, src/backend/commands/tablecmds.c, PostgreSQL 18; older
 * servers keep the flag alone, which is `notNull` of the column).
 */
export function addNotNull(
	catalog: MutableCatalog,
	table: Table,
	definition: NotNull,
	adding: Adding,
): void {
	const [column] = definition.columns;
	const existing = notNullOf(table, column);
	const children = definition.noInherit ? [] : catalog.inheritorsOf(keyOf(table));
	if (adding.only && !existing && children.length > 0) return;
	const valid = definition.enforced && !definition.notValid;
	const name = existing?.name ?? definition.name ?? chooseNotNullName(catalog, table, column);
	if (existing) {
		if (!valid || existing.validated) return;
		const validated: Constraint = { ...existing, notValid: false, validated: true };
		putNotNull(catalog, replaceConstraint(table, existing, validated), column, true);
	} else {
		const added: Constraint = standing(definition, name, adding);
		const constraints = [...table.constraints, added];
		if (!putNotNull(catalog, { ...table, constraints }, column, valid)) return;
	}
	if (children.length === 0) return;
	forInheritors(catalog, table, (child) => {
		addNotNull(
			catalog,
			child,
			{ ...definition, name },
			{ ...adding, only: false, inherited: true },
		);
	});
}

export function chooseNotNullName(
	catalog: MutableCatalog,
	table: Pick<Table, "schema" | "name">,
	column: string,
): string {
	return chooseName(table.name, column, "not_null", (name) =>
		catalog.constraintExists(`${table.schema}.${name}`),
	);
}

function putNotNull(
	catalog: MutableCatalog,
	table: Table,
	column: string,
	notNull: boolean,
): boolean {
	const changed = withColumn(table, column, (before) => ({ ...before, notNull }));
	if (changed) catalog.putTable(changed);
	return changed !== undefined;
}

export const setNotNull: Replay<"setNotNull"> = (catalog, operation, origin) => {
	const table = alteredTable(catalog, operation.table, operation.ifTableExists);
	if (!table) return;
	const definition = notNullDefinition(operation.column, operation.range);
	addNotNull(catalog, table, definition, { origin, only: operation.only });
};

export const dropNotNull: Replay<"dropNotNull"> = (catalog, operation) => {
	const table = alteredTable(catalog, operation.table, operation.ifTableExists);
	if (!table) return;
	const constraint = notNullOf(table, operation.column);
	const isKey = table.constraints.some(
		({ type, ...rest }) =>
			type === "primaryKey" && "columns" in rest && rest.columns.includes(operation.column),
	);
	const identity = columnOf(table, operation.column)?.identity !== undefined;
	if (isKey || identity || constraint?.inherited === true) return;
	removeNotNull(catalog, table, operation.column, operation.only);
};

/** Takes the NOT NULL of a column away, and that of the children that have it from here alone. */
export function removeNotNull(
	catalog: MutableCatalog,
	table: Table,
	column: string,
	only: boolean,
): void {
	const constraint = notNullOf(table, column);
	const constraints = table.constraints.filter((candidate) => candidate !== constraint);
	if (!putNotNull(catalog, { ...table, constraints }, column, false)) return;
	if (!constraint || constraint.noInherit) return;
	forInheritors(catalog, table, (child) => {
		const inherited = notNullOf(child, column);
		if (inherited?.inherited !== true || hasOtherParent(catalog, child, table, column)) return;
		if (only) {
			const local: Constraint = { ...inherited, inherited: false };
			catalog.putTable(replaceConstraint(child, inherited, local));
		} else removeNotNull(catalog, child, column, false);
	});
}

function hasOtherParent(
	catalog: MutableCatalog,
	child: Table,
	parent: Table,
	column: string,
): boolean {
	return child.inherits.some((key) => {
		const other = key === keyOf(parent) ? undefined : catalog.tableByKey(key);
		return other !== undefined && notNullOf(other, column) !== undefined;
	});
}
