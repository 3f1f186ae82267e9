import type { Parameter } from "../../core/operation.ts";
import { keyOf } from "../catalog.ts";
import type { Table } from "../model.ts";
import type { MutableCatalog } from "../mutable.ts";
import { alteredTable, type Replay } from "./altered.ts";

interface TableNamed {
	readonly table: { readonly schema?: string; readonly name: string };
	readonly ifTableExists: boolean;
}

function change(
	catalog: MutableCatalog,
	operation: TableNamed,
	changed: (table: Table) => Table,
): void {
	const table = alteredTable(catalog, operation.table, operation.ifTableExists);
	if (table) catalog.putTable(changed(table));
}

/** Returns the parameters with some set or reset. */
function withParameters(
	before: ReadonlyMap<string, string | undefined>,
	parameters: readonly Parameter[],
	reset: boolean,
): ReadonlyMap<string, string | undefined> {
	const after = new Map(before);
	for (const { name, value } of parameters) {
		if (reset) after.delete(name);
		else after.set(name, value);
	}
	return after;
}

export const setTableParameters: Replay<"setTableParameters"> = (catalog, operation) => {
	const { parameters, reset } = operation;
	const view = catalog.view(operation.table);
	if (view) {
		catalog.putView({ ...view, parameters: withParameters(view.parameters, parameters, reset) });
		return;
	}
	change(catalog, operation, (table) => ({
		...table,
		parameters: withParameters(table.parameters, parameters, reset),
	}));
};

export const setPersistence: Replay<"setPersistence"> = (catalog, operation) => {
	const { persistence } = operation;
	change(catalog, operation, (table) =>
		table.persistence === "temporary" ? table : { ...table, persistence },
	);
};

export const setAccessMethod: Replay<"setAccessMethod"> = (catalog, operation) => {
	change(catalog, operation, ({ accessMethod: _before, ...table }) => ({
		...table,
		...(operation.method !== undefined && { accessMethod: operation.method }),
	}));
};

export const setTablespace: Replay<"setTablespace"> = (catalog, operation) => {
	const { tablespace } = operation;
	change(catalog, operation, (table) => ({ ...table, tablespace }));
};

export const clusterOn: Replay<"clusterOn"> = (catalog, operation) => {
	change(catalog, operation, ({ clusterIndex: _before, ...table }) => ({
		...table,
		...(operation.index !== undefined && { clusterIndex: operation.index }),
	}));
};

export const setTableOwner: Replay<"setTableOwner"> = (catalog, operation) => {
	const { owner } = operation;
	if (catalog.table(operation.table) || operation.relation === "table") {
		change(catalog, operation, (table) => ({ ...table, owner }));
	}
};

/** REASSIGN OWNED gives every table of the roles to another. */
export const reassignOwned: Replay<"alterObject"> = (catalog, { action, name }) => {
	const owner = /^reassign owned to (.+)$/.exec(action)?.[1];
	if (owner === undefined) return;
	const roles = new Set(name.name.split(", "));
	for (const table of [...catalog.tables()]) {
		if (table.owner !== undefined && roles.has(table.owner)) catalog.putTable({ ...table, owner });
	}
};

/** ALTER TABLE ... OF and NOT OF. */
export const setTableType: Replay<"setTableType"> = (catalog, operation) => {
	const { ofType } = operation;
	change(catalog, operation, ({ ofType: _before, ...table }) => ({
		...table,
		...(ofType && { ofType: catalog.resolveType(ofType) }),
	}));
};

/** Extended statistics without a name are not remembered. */
export const createStatistics: Replay<"createStatistics"> = (catalog, operation) => {
	const { statistics, table } = operation;
	if (!statistics) return;
	catalog.putStatistics(keyOf(catalog.newPlace(statistics)), catalog.resolve(table));
};

/** CLUSTER t USING i remembers the index. */
export const cluster: Replay<"cluster"> = (catalog, operation) => {
	const { table: name, index: clusterIndex } = operation;
	const table = name && catalog.table(name);
	if (table && clusterIndex !== undefined) catalog.putTable({ ...table, clusterIndex });
};

export const setRowSecurity: Replay<"setRowSecurity"> = (catalog, operation) => {
	const { state } = operation;
	change(catalog, operation, (table) => {
		if (state === "enable" || state === "disable") {
			return { ...table, rowSecurity: state === "enable" };
		}
		return { ...table, forceRowSecurity: state === "force" };
	});
};

/** Makes sure that a table stands in the catalog that an ALTER without other trace names. */
export function touch(catalog: MutableCatalog, operation: TableNamed): void {
	change(catalog, operation, (table) => table);
}

/** A REINDEX makes invalid indexes valid again. */
export const reindex: Replay<"reindex"> = (catalog, operation) => {
	const found =
		operation.target === "index" && operation.name ? catalog.index(operation.name) : undefined;
	if (!found || found.index.valid || "materialized" in found.relation) return;
	if (catalog.partitionsOf(keyOf(found.relation)).length > 0) return;
	const indexes = found.relation.indexes.map((index) =>
		index === found.index ? { ...index, valid: true } : index,
	);
	catalog.putTable({ ...found.relation, indexes });
};
