import type { ConstraintDefinition, OperationOf } from "../../core/operation.ts";
import { keyOf } from "../catalog.ts";
import { dropObjects, type DropTarget } from "../dependencies.ts";
import { createIndexOf } from "../inline-index.ts";
import { isKey, mergeKeys } from "../merged-keys.ts";
import type { Column, Constraint, Origin, Table } from "../model.ts";
import { temporarySchema, type MutableCatalog } from "../mutable.ts";
import { qualifyExpression, qualifyQuery } from "../qualify.ts";
import { readQuery } from "../query.ts";
import { noteCopy, notePassing } from "../rebuild.ts";
import { emptyTable, type Replay } from "./altered.ts";
import { makeColumn, isSerial } from "./column.ts";
import { addConstraintTo, nameCheck, standing } from "./constraint.ts";
import { copyLike, copyLikeIndexes, likeConstraints } from "./like.ts";
import { createIndex } from "./index-ops.ts";
import { inheritFromParent, inheritedConstraints, mergeColumns } from "./inheritance.ts";
import { chooseNotNullName, notNullDefinition } from "./not-null.ts";

type CreateTable = OperationOf<"createTable">;

export const createTable: Replay<"createTable"> = (catalog, operation, origin) => {
	const place = catalog.newPlace(operation.table, operation.persistence === "temporary");
	if (operation.orReplace) catalog.removeTable(keyOf(place));
	if (!makesRoom(catalog, catalog.resolve(place), operation.ifNotExists)) return;
	const parents = parentsOf(catalog, operation);
	const shell: Table = {
		...emptyTable(place),
		...optionsOf(operation),
		origin,
		kind: operation.foreign ? "foreign" : operation.partitionBy ? "partitioned" : "table",
		persistence: operation.persistence,
		inherits: operation.inherits.map((parent) => catalog.resolve(parent)),
		complete: isComplete(catalog, operation, parents),
		empty: false,
	};
	const columns = columnsOf(catalog, shell, operation, parents, origin);
	const bare = withOptionsColumns({ ...shell, columns }, operation, catalog);
	const definitions = definitionsOf(operation);
	const constraints = constraintsOf(catalog, bare, operation, definitions, parents, origin);
	const notNulls = new Set<string>();
	for (const { type, columns: over, validated } of constraints.map(notNullColumns)) {
		if (type === "notNull" && validated) for (const name of over) notNulls.add(name);
	}
	catalog.putTable({
		...bare,
		columns: bare.columns.map((column) =>
			notNulls.has(column.name) ? { ...column, notNull: true } : column,
		),
		constraints,
		empty: shell.complete && !operation.foreign,
	});
	addRest(catalog, operation, definitions, keyOf(place), origin);
};

function notNullColumns(constraint: Constraint): {
	readonly type: string;
	readonly columns: readonly string[];
	readonly validated: boolean;
} {
	const columns = constraint.type === "notNull" ? constraint.columns : [];
	return { type: constraint.type, columns, validated: constraint.validated };
}

/**
 * True when a table can be made under the key. A table of which the history knows no creation must
 * have gone by then, and a temporary one is of an earlier session.
 */
function makesRoom(catalog: MutableCatalog, key: string, ifNotExists: boolean): boolean {
	if (!catalog.relationExists(key)) return true;
	const existing = catalog.tableByKey(key);
	if (!existing || ifNotExists) return false;
	const isStale = existing.origin === undefined || existing.schema === temporarySchema;
	if (isStale) dropObjects(catalog, [{ kind: "table", key }], true);
	return isStale;
}

function optionsOf(operation: CreateTable): Partial<Table> {
	const { tablespace, accessMethod, partitionBy, strict, withoutRowid, module } = operation;
	return {
		...(tablespace !== undefined && { tablespace }),
		...(accessMethod !== undefined && { accessMethod }),
		...(partitionBy && { partitionBy }),
		...(strict && { strict }),
		...(withoutRowid && { withoutRowid }),
		...(module !== undefined && { module }),
		parameters: new Map(operation.parameters.map(({ name, value }) => [name, value])),
	};
}

function parentsOf(catalog: MutableCatalog, operation: CreateTable): readonly Table[] {
	const names = operation.partitionOf ? [operation.partitionOf.parent] : operation.inherits;
	return names.flatMap((name) => catalog.table(name) ?? []);
}

function isComplete(
	catalog: MutableCatalog,
	operation: CreateTable,
	parents: readonly Table[],
): boolean {
	const wanted = operation.partitionOf ? 1 : operation.inherits.length;
	const type = operation.ofType && catalog.type(operation.ofType);
	return (
		parents.length === wanted &&
		parents.every((parent) => parent.complete) &&
		(!operation.ofType || type?.kind === "composite") &&
		operation.like.every(
			({ source }) =>
				catalog.table(source)?.complete === true || catalog.view(source) !== undefined,
		)
	);
}

function columnsOf(
	catalog: MutableCatalog,
	table: Table,
	operation: CreateTable,
	parents: readonly Table[],
	origin: Origin,
): readonly Column[] {
	const isPartition = operation.partitionOf !== undefined;
	const inherited = parents.flatMap((parent) =>
		parent.columns.map((column): Column => {
			const { identity, ...rest } = column;
			return {
				...rest,
				notNull: false,
				inherited: true,
				origin,
				...(isPartition && identity && { identity }),
			};
		}),
	);
	const pieces: { readonly at: number; readonly columns: readonly Column[] }[] = [
		...operation.like.map((like) => ({
			at: like.source.range?.start ?? 0,
			columns: copyLike(catalog, table, like, origin),
		})),
		...operation.columns.map((column) => ({
			at: column.range.start,
			columns: [makeColumn(catalog, table, column, origin)],
		})),
	];
	const own = pieces.sort((left, right) => left.at - right.at).flatMap(({ columns }) => columns);
	return mergeColumns([...inherited, ...own]);
}

/** Fills in what OF type and PARTITION OF say. */
function withOptionsColumns(table: Table, operation: CreateTable, catalog: MutableCatalog): Table {
	const type = operation.ofType && catalog.type(operation.ofType);
	const attributes = type?.kind === "composite" ? type.attributes : [];
	const ofType = attributes.map(({ name, type: attributeType }): Column => ({
		name,
		type: attributeType,
		notNull: false,
		...(table.origin && { origin: table.origin }),
	}));
	const { partitionOf } = operation;
	return {
		...table,
		columns: mergeColumns([...ofType, ...table.columns]),
		...(operation.ofType && { ofType: catalog.resolveType(operation.ofType) }),
		...(partitionOf && {
			partitionOf: { parent: catalog.resolve(partitionOf.parent), bound: partitionOf.bound },
		}),
	};
}

/** The constraints of the columns and of the table, as they stand in the statement. */
function definitionsOf(operation: CreateTable): readonly ConstraintDefinition[] {
	const implied = operation.columns.flatMap((column): readonly ConstraintDefinition[] =>
		isSerial(column.type) || column.identity ? [notNullDefinition(column.name, column.range)] : [],
	);
	const keys = [
		...operation.columns.flatMap((column) => column.constraints),
		...operation.constraints,
	].sort((left, right) => left.range.start - right.range.start);
	return [...keys, ...implied];
}

/** CHECK and NOT NULL are part of the new table; the server gives the other constraints afterwards. */
function constraintsOf(
	catalog: MutableCatalog,
	table: Table,
	operation: CreateTable,
	definitions: readonly ConstraintDefinition[],
	parents: readonly Table[],
	origin: Origin,
): readonly Constraint[] {
	const adding = { origin, only: false };
	const constraints: Constraint[] = [...inheritedConstraints(parents, origin)];
	const taken = (name: string) => constraints.some((constraint) => constraint.name === name);
	constraints.push(
		...likeConstraints(catalog, operation, origin).filter(({ name }) => !taken(name)),
	);
	for (const definition of definitions) {
		if (definition.type !== "check") continue;
		const name = nameCheck(catalog, table, definition, taken);
		if (taken(name)) continue;
		const expression = qualifyExpression(catalog, definition.expression);
		// The rows of a new table are checked as they come: NOT VALID says nothing here.
		constraints.push({
			...standing({ ...definition, notValid: !definition.enforced }, name, adding),
			expression,
		});
	}
	for (const definition of definitions) {
		if (definition.type !== "notNull") continue;
		const [column] = definition.columns;
		const existing = constraints.findIndex(
			(constraint) => constraint.type === "notNull" && constraint.columns[0] === column,
		);
		const named = definition.name ?? constraints[existing]?.name;
		const name = named ?? chooseNotNullName(catalog, table, column);
		const added = standing({ ...definition, notValid: false }, name, adding);
		if (existing < 0) constraints.push(added);
		else if (definition.name !== undefined || constraints[existing]?.inherited === true) {
			constraints[existing] = added;
		}
	}
	return constraints;
}

/** MySQL makes every key that is written, one that says the same as another too. */
function keysOf(
	catalog: MutableCatalog,
	definitions: readonly ConstraintDefinition[],
): readonly ConstraintDefinition[] {
	if (catalog.isMysql) return definitions.filter(isKey);
	return mergeKeys(definitions, catalog.dialect === "sqlite");
}

/** Adds what comes after the table: the parent's indexes and keys, own indexes, LIKE's, foreign keys. */
function addRest(
	catalog: MutableCatalog,
	operation: CreateTable,
	definitions: readonly ConstraintDefinition[],
	key: string,
	origin: Origin,
): void {
	const now = () => catalog.tableByKey(key);
	if (operation.partitionOf) inheritFromParent(catalog, key, origin);
	const add = (definition: ConstraintDefinition) => {
		const table = now();
		if (table) addConstraintTo(catalog, table, definition, { origin, only: false });
	};
	for (const definition of keysOf(catalog, definitions)) add(definition);
	for (const index of operation.indexes ?? []) {
		createIndex(catalog, createIndexOf(index, operation.table, index.range), origin);
	}
	copyLikeIndexes(catalog, operation, key, origin);
	// A new table has no rows: NOT VALID is dropped (transformFKConstraints).
	for (const definition of definitions) {
		if (definition.type === "foreignKey") add({ ...definition, notValid: !definition.enforced });
	}
}

export const createTableAs: Replay<"createTableAs"> = (catalog, operation, origin) => {
	const temporary = operation.persistence === "temporary";
	const place = catalog.newPlace(operation.table, temporary);
	if (!makesRoom(catalog, keyOf(place), operation.ifNotExists)) return;
	const query = operation.query && qualifyQuery(catalog, operation.query, new Set());
	const output = query && readQuery(catalog, query).output;
	const names = output?.map(({ name }, at) => operation.columns[at] ?? name) ?? operation.columns;
	catalog.putTable({
		...emptyTable(place),
		persistence: operation.persistence,
		origin,
		columns: names.map((name, at): Column => {
			const type = output?.[at]?.type;
			return { name, ...(type && { type }), notNull: false, origin };
		}),
		complete: output !== undefined,
		empty: output !== undefined && !operation.withData,
	});
	if (operation.withData) noteCopy(catalog, operation, true);
};

/** `command` holds the operations that the server runs as one command with this one. */
export function dropTable(
	catalog: MutableCatalog,
	operation: OperationOf<"dropTable">,
	alsoDropped: readonly DropTarget[],
): void {
	const key = catalog.resolve(operation.table);
	const gone = catalog.tableByKey(key);
	if (!gone) return;
	const isGone = dropObjects(catalog, [{ kind: "table", key }], operation.cascade, alsoDropped);
	if (isGone) notePassing(catalog, gone);
}
