import type {
	ColumnDefinition,
	ColumnPosition,
	ConstraintDefinition,
} from "../../core/operation.ts";
import type { TypeName } from "../../core/expression.ts";
import { keyOf } from "../catalog.ts";
import { columnWithInheritors, dropObjects } from "../dependencies.ts";
import { columnsIn, nextvalOf } from "../expression.ts";
import { isKey, mergeKeys } from "../merged-keys.ts";
import type { Column, Origin, Sequence, Table } from "../model.ts";
import type { MutableCatalog } from "../mutable.ts";
import { chooseName } from "../naming.ts";
import { qualifyExpression, qualifyType } from "../qualify.ts";
import { alteredTable, columnOf, forInheritors, withColumn, type Replay } from "./altered.ts";
import { addConstraintTo } from "./constraint.ts";
import { dropFromKeys } from "./mysql.ts";
import { addNotNull, notNullDefinition } from "./not-null.ts";

const serials: ReadonlyMap<string, string> = new Map([
	["serial", "int4"],
	["serial4", "int4"],
	["bigserial", "int8"],
	["serial8", "int8"],
	["smallserial", "int2"],
	["serial2", "int2"],
]);

export function isSerial(type: TypeName | undefined): boolean {
	return type !== undefined && type.schema === undefined && serials.has(type.name);
}

/**
 * Returns the column that a definition makes, without NOT NULL. A serial or identity column gets its
 * sequence, which is put into the catalog (transformColumnDefinition, src/backend/parser/parse_utilcmd.c).
 */
export function makeColumn(
	catalog: MutableCatalog,
	table: Pick<Table, "schema" | "name" | "persistence">,
	definition: ColumnDefinition,
	origin: Origin,
): Column {
	const { name, identity, generated, collation } = definition;
	const serial = isSerial(definition.type);
	const sequence = serial || identity ? makeSequence(catalog, table, name, origin) : undefined;
	const type = definition.type && columnType(catalog, definition.type);
	const expression = serial && sequence ? nextvalOf(sequence) : definition.default;
	return {
		name,
		...(type && { type }),
		// A column that counts by itself is never NULL in MySQL.
		notNull: catalog.isMysql && definition.autoIncrement === true,
		...(expression && { default: qualifyExpression(catalog, expression) }),
		...(identity && { identity }),
		...(generated && {
			generated: {
				kind: generated.kind,
				expression: qualifyExpression(catalog, generated.expression),
			},
		}),
		...(collation && { collation }),
		...(definition.autoIncrement && { autoIncrement: true }),
		...(definition.onUpdate && { onUpdate: definition.onUpdate }),
		...(definition.comment !== undefined && { comment: definition.comment }),
		...(definition.invisible && { invisible: true }),
		origin,
	};
}

/** Returns the type that a column gets: `serial` is an integer. */
export function columnType(catalog: MutableCatalog, type: TypeName): TypeName {
	const name = type.schema === undefined ? serials.get(type.name) : undefined;
	return name === undefined ? qualifyType(catalog, type) : { ...type, name };
}

/** Makes the sequence that a serial or identity column owns: t_a_seq. */
export function makeSequence(
	catalog: MutableCatalog,
	table: Pick<Table, "schema" | "name" | "persistence">,
	column: string,
	origin: Origin,
): Sequence {
	const name = chooseName(table.name, column, "seq", (candidate) =>
		catalog.relationExists(`${table.schema}.${candidate}`),
	);
	const sequence: Sequence = {
		schema: table.schema,
		name,
		origin,
		ownedBy: { table: keyOf(table), column },
		temporary: table.persistence === "temporary",
	};
	catalog.putSequence(sequence);
	return sequence;
}

export const addColumn: Replay<"addColumn"> = (catalog, operation, origin) => {
	const table = alteredTable(catalog, operation.table, operation.ifTableExists);
	const { column: definition, only } = operation;
	if (!table || table.partitionOf || columnOf(table, definition.name)) return;
	if (only && catalog.inheritorsOf(keyOf(table)).length > 0) return;
	const column = makeColumn(catalog, table, definition, origin);
	putColumn(catalog, table, column, operation.position);
	const key = keyOf(table);
	const adding = { origin, only };
	if (isSerial(definition.type) || definition.identity) {
		const now = catalog.tableByKey(key);
		if (now) addNotNull(catalog, now, notNullDefinition(definition.name, definition.range), adding);
	}
	for (const constraint of inPasses(definition.constraints)) {
		const now = catalog.tableByKey(key);
		if (now) addConstraintTo(catalog, now, constraint, adding);
	}
};

/** Keys come after CHECK and NOT NULL, and foreign keys after all (the passes of ATPrepCmd). */
function inPasses(constraints: readonly ConstraintDefinition[]): readonly ConstraintDefinition[] {
	const isForeign = ({ type }: ConstraintDefinition) => type === "foreignKey";
	return [
		...constraints.filter((constraint) => !isKey(constraint) && !isForeign(constraint)),
		...mergeKeys(constraints),
		...constraints.filter(isForeign),
	];
}

/** Adds a column to a table and those below; a child that has one of the name keeps its own. */
function putColumn(
	catalog: MutableCatalog,
	table: Table,
	column: Column,
	position?: ColumnPosition,
): void {
	if (columnOf(table, column.name)) return;
	catalog.putTable({ ...table, columns: placed(table.columns, column, position) });
	forInheritors(catalog, table, (child) => {
		const { identity, ...rest } = column;
		const shared = child.partitionOf && identity ? { identity } : {};
		putColumn(catalog, child, { ...rest, ...shared, inherited: true });
	});
}

/** Returns the columns with this one where it is put: MySQL has FIRST and AFTER. */
export function placed(
	columns: readonly Column[],
	column: Column,
	position: ColumnPosition | undefined,
): readonly Column[] {
	if (!position) return [...columns, column];
	if ("first" in position) return [column, ...columns];
	const before = columns.findIndex(({ name }) => name === position.after);
	if (before < 0) return [...columns, column];
	return [...columns.slice(0, before + 1), column, ...columns.slice(before + 1)];
}

export const dropColumn: Replay<"dropColumn"> = (catalog, operation) => {
	const table = alteredTable(catalog, operation.table, operation.ifTableExists);
	if (!table) return;
	const column = columnOf(table, operation.column);
	if (!column) {
		if (!table.complete) catalog.putTable(table);
		return;
	}
	const isKey = table.partitionBy?.keys.some((key) => columnsIn(key).has(column.name)) === true;
	if (column.inherited === true || isKey) return;
	if (catalog.isMysql) {
		dropFromKeys(catalog, table, column.name);
		return;
	}
	const targets = columnWithInheritors(catalog, table, column.name);
	dropObjects(catalog, operation.only ? targets.slice(0, 1) : targets, operation.cascade);
	if (operation.only) makeLocal(catalog, table, column.name);
};

/** After DROP COLUMN of the parent ONLY, the children's columns are their own. */
function makeLocal(catalog: MutableCatalog, table: Table, name: string): void {
	forInheritors(catalog, table, (child) => {
		const local = withColumn(child, name, ({ inherited: _inherited, ...column }) => column);
		if (local) catalog.putTable(local);
	});
}

/** Changes a column of a table and, as the server does, of all tables that inherit it. */
function changeColumn(
	catalog: MutableCatalog,
	table: Table,
	name: string,
	only: boolean,
	change: (column: Column) => Column,
): void {
	const changed = withColumn(table, name, change);
	if (!changed) return;
	catalog.putTable(changed);
	if (only) return;
	forInheritors(catalog, changed, (child) => {
		changeColumn(catalog, child, name, false, change);
	});
}

export const alterColumnType: Replay<"alterColumnType"> = (catalog, operation) => {
	const table = alteredTable(catalog, operation.table, operation.ifTableExists);
	if (!table || columnOf(table, operation.column)?.inherited === true) return;
	const type = columnType(catalog, operation.type);
	const { collation } = operation;
	changeColumn(catalog, table, operation.column, operation.only, (column) => {
		const { collation: _before, ...rest } = column;
		return { ...rest, type, ...(collation && { collation }) };
	});
};

export const setDefault: Replay<"setDefault"> = (catalog, operation) => {
	const table = alteredTable(catalog, operation.table, operation.ifTableExists);
	const expression = qualifyExpression(catalog, operation.default);
	if (!table) return;
	const before = columnOf(table, operation.column);
	if (before?.generated || before?.identity) return;
	changeColumn(catalog, table, operation.column, operation.only, (column) => ({
		...column,
		default: expression,
	}));
};

export const dropDefault: Replay<"dropDefault"> = (catalog, operation) => {
	const table = alteredTable(catalog, operation.table, operation.ifTableExists);
	if (!table) return;
	changeColumn(catalog, table, operation.column, operation.only, withoutDefault);
};

function withoutDefault({ default: _default, ...column }: Column): Column {
	return column;
}

export const addIdentity: Replay<"addIdentity"> = (catalog, operation, origin) => {
	const table = alteredTable(catalog, operation.table, operation.ifTableExists);
	if (!table) return;
	const column = columnOf(table, operation.column);
	// The server wants the column to be NOT NULL without a default.
	if (table.complete && (column?.notNull !== true || column.identity || column.default)) return;
	makeSequence(catalog, table, operation.column, origin);
	const { identity } = operation;
	setIdentityOf(catalog, table, operation.column, (before) => ({
		...before,
		notNull: true,
		identity,
	}));
};

/** Partitions share the identity of their parent; inheritance children do not. */
function setIdentityOf(
	catalog: MutableCatalog,
	table: Table,
	name: string,
	change: (column: Column) => Column,
): void {
	const changed = withColumn(table, name, change);
	if (!changed) return;
	catalog.putTable(changed);
	for (const partition of catalog.partitionsOf(keyOf(table))) {
		setIdentityOf(catalog, partition, name, change);
	}
}

export const setIdentity: Replay<"setIdentity"> = (catalog, operation) => {
	const table = alteredTable(catalog, operation.table, operation.ifTableExists);
	const generated = operation.parameters.find(({ name }) => name === "generated")?.value;
	if (!table || generated === undefined) return;
	const identity = /always/i.test(generated) ? "always" : "byDefault";
	setIdentityOf(catalog, table, operation.column, (column) => ({ ...column, identity }));
};

export const dropIdentity: Replay<"dropIdentity"> = (catalog, operation) => {
	const table = alteredTable(catalog, operation.table, operation.ifTableExists);
	if (!table || !columnOf(table, operation.column)?.identity) return;
	setIdentityOf(catalog, table, operation.column, ({ identity: _identity, ...rest }) => rest);
	for (const sequence of catalog.sequencesOwnedBy(keyOf(table))) {
		if (sequence.ownedBy?.column === operation.column) catalog.removeSequence(keyOf(sequence));
	}
};

export const setExpression: Replay<"setExpression"> = (catalog, operation) => {
	const table = alteredTable(catalog, operation.table, operation.ifTableExists);
	if (!table) return;
	const expression = qualifyExpression(catalog, operation.expression);
	changeColumn(catalog, table, operation.column, operation.only, (column) =>
		column.generated || !table.complete
			? { ...column, generated: { kind: column.generated?.kind ?? "stored", expression } }
			: column,
	);
};

export const dropExpression: Replay<"dropExpression"> = (catalog, operation) => {
	const table = alteredTable(catalog, operation.table, operation.ifTableExists);
	if (!table) return;
	changeColumn(catalog, table, operation.column, operation.only, (column) => {
		if (column.generated?.kind !== "stored") return column;
		const { generated: _generated, ...rest } = column;
		return rest;
	});
};
