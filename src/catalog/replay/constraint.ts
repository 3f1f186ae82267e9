import type { ConstraintDefinition } from "../../core/operation.ts";
import { keyOf } from "../catalog.ts";
import { sameMeaning } from "../expression.ts";
import type { Constraint, Origin, Table } from "../model.ts";
import type { MutableCatalog } from "../mutable.ts";
import { chooseName, nameAddition } from "../naming.ts";
import { qualifyExpression, qualifyName } from "../qualify.ts";
import {
	alteredTable,
	columnOf,
	columnsInAll,
	forInheritors,
	withProvenColumns,
	type Replay,
} from "./altered.ts";
import { addIndexConstraint } from "./index-constraint.ts";
import { chooseServerName } from "../server-names.ts";
import { withKeyIndex } from "./mysql.ts";
import { addNotNull } from "./not-null.ts";

/** How a constraint comes to a table. */
export interface Adding {
	readonly origin: Origin;
	/** ALTER TABLE ONLY: children are left out. */
	readonly only: boolean;
	/** It comes from a parent. */
	readonly inherited?: boolean;
}

export const addConstraint: Replay<"addConstraint"> = (catalog, operation, origin) => {
	const table = alteredTable(catalog, operation.table, operation.ifTableExists);
	if (table)
		addConstraintTo(catalog, table, operation.constraint, { origin, only: operation.only });
};

/** Adds a constraint to a table and those that inherit it. What the server refuses changes nothing. */
export function addConstraintTo(
	catalog: MutableCatalog,
	table: Table,
	definition: ConstraintDefinition,
	adding: Adding,
): void {
	switch (definition.type) {
		case "notNull":
			addNotNull(catalog, table, definition, adding);
			return;
		case "check":
			addCheck(catalog, table, definition, adding);
			return;
		case "foreignKey":
			addForeignKey(catalog, table, definition, adding);
			return;
		case "unique":
		case "primaryKey":
		case "exclude":
			addIndexConstraint(catalog, table, definition, adding);
	}
}

type DefinitionOf<Type extends ConstraintDefinition["type"]> = Extract<
	ConstraintDefinition,
	{ readonly type: Type }
>;

/** Returns a check constraint with its name, by the server's rule where none is written. */
export function nameCheck(
	catalog: MutableCatalog,
	table: Pick<Table, "schema" | "name">,
	definition: DefinitionOf<"check">,
	taken: (name: string) => boolean,
): string {
	if (definition.name !== undefined) return definition.name;
	const columns = new Set(columnsInAll([definition.expression]));
	const [column] = columns;
	if (catalog.dialect !== "postgres") {
		const served = chooseServerName(catalog, table, "check", [], taken);
		if (served !== undefined) return served;
	}
	const isTaken = (name: string) =>
		taken(name) || catalog.constraintExists(`${table.schema}.${name}`);
	return chooseName(table.name, columns.size === 1 ? column : undefined, "check", isTaken);
}

function addCheck(
	catalog: MutableCatalog,
	table: Table,
	definition: DefinitionOf<"check">,
	adding: Adding,
): void {
	const same = table.constraints.find(({ name }) => name === definition.name);
	if (same) {
		if (adding.inherited === true) mergeConstraint(catalog, table, same, definition);
		return;
	}
	const inheritors = definition.noInherit ? [] : catalog.inheritorsOf(keyOf(table));
	if (adding.only && inheritors.length > 0) return;
	const columns = columnsInAll([definition.expression]);
	const proven = table.complete ? table : (withProvenColumns(table, columns) ?? table);
	const name = nameCheck(catalog, table, definition, () => false);
	const expression = qualifyExpression(catalog, definition.expression);
	const added: Constraint = { ...standing(definition, name, adding), expression };
	catalog.putTable({ ...proven, constraints: [...proven.constraints, added] });
	if (inheritors.length === 0) return;
	forInheritors(catalog, table, (child) => {
		addCheck(catalog, child, { ...definition, name, expression }, { ...adding, inherited: true });
	});
}

/** A child that has the parent's constraint already keeps its own; it is validated by the parent's. */
function mergeConstraint(
	catalog: MutableCatalog,
	table: Table,
	existing: Constraint,
	definition: ConstraintDefinition,
): void {
	if (existing.validated || definition.notValid || !definition.enforced) return;
	const validated: Constraint = { ...existing, notValid: false, validated: true };
	catalog.putTable(replaceConstraint(table, existing, validated));
}

/** Returns the constraint as it stands in the catalog. */
export function standing<Definition extends ConstraintDefinition>(
	definition: Definition,
	name: string,
	adding: Adding,
): Definition & {
	readonly name: string;
	readonly validated: boolean;
	readonly inherited?: boolean;
	readonly origin: Origin;
} {
	return {
		...definition,
		name,
		validated: definition.enforced && !definition.notValid,
		...(adding.inherited === true && { inherited: true }),
		origin: adding.origin,
	};
}

export function replaceConstraint(table: Table, before: Constraint, after: Constraint): Table {
	const constraints = table.constraints.map((constraint) =>
		constraint === before ? after : constraint,
	);
	return { ...table, constraints };
}

/** Returns the columns that a foreign key points to: the primary key where none are written. */
function referencedColumns(
	catalog: MutableCatalog,
	definition: DefinitionOf<"foreignKey">,
): readonly string[] {
	if (definition.referencedColumns.length > 0) return definition.referencedColumns;
	const key = catalog
		.table(definition.references)
		?.constraints.find(({ type }) => type === "primaryKey");
	return key?.type === "primaryKey" ? key.columns : [];
}

function addForeignKey(
	catalog: MutableCatalog,
	table: Table,
	definition: DefinitionOf<"foreignKey">,
	adding: Adding,
): void {
	// MySQL before 9.0 reads what is written at the column and makes nothing of it.
	const { dialect, version = 0 } = catalog;
	if (definition.inline && dialect === "mysql" && version < 90_000) return;
	const proven = withProvenColumns(table, definition.columns);
	if (!proven || refersToNothing(catalog, definition)) return;
	const has = (name: string) => table.constraints.some((constraint) => constraint.name === name);
	if (definition.name !== undefined && has(definition.name) && adding.inherited !== true) return;
	const chosen = () =>
		(catalog.dialect === "postgres"
			? undefined
			: chooseServerName(catalog, table, "foreignKey", [])) ??
		chooseName(table.name, nameAddition(definition.columns), "fkey", (name) =>
			catalog.constraintExists(`${table.schema}.${name}`),
		);
	const name = definition.name === undefined || has(definition.name) ? chosen() : definition.name;
	const added: Constraint = {
		...standing(definition, name, adding),
		references: qualifyName(catalog, definition.references),
		referencedColumns: referencedColumns(catalog, definition),
	};
	const indexed = catalog.isMysql
		? withKeyIndex(catalog, proven, definition, adding.origin)
		: proven;
	catalog.putTable({ ...indexed, constraints: [...indexed.constraints, added] });
	for (const partition of catalog.partitionsOf(keyOf(table))) {
		inheritForeignKey(catalog, partition, added, adding.origin);
	}
}

function refersToNothing(catalog: MutableCatalog, definition: DefinitionOf<"foreignKey">): boolean {
	const referenced = catalog.table(definition.references);
	// SQLite looks at what a key refers to when rows come.
	if (!referenced?.complete || catalog.dialect === "sqlite") return false;
	return definition.referencedColumns.some((column) => !columnOf(referenced, column));
}

/** Gives a partition its parent's foreign key, or ties the equal one that it has to the parent's. */
export function inheritForeignKey(
	catalog: MutableCatalog,
	partition: Table,
	parent: Constraint,
	origin: Origin,
): void {
	if (parent.type !== "foreignKey") return;
	const equal = partition.constraints.find(
		(constraint) =>
			constraint.inherited !== true &&
			constraint.type === "foreignKey" &&
			sameMeaning(foreignKeyParts(constraint), foreignKeyParts(parent)),
	);
	if (!equal) {
		addForeignKey(catalog, partition, parent, { origin, only: false, inherited: true });
		return;
	}
	const validated = equal.validated || parent.validated;
	catalog.putTable(replaceConstraint(partition, equal, { ...equal, inherited: true, validated }));
}

function foreignKeyParts(constraint: DefinitionOf<"foreignKey">): unknown {
	const { columns, references, referencedColumns, onDelete, onUpdate, deferrable } = constraint;
	return { columns, references, referencedColumns, onDelete, onUpdate, deferrable };
}
