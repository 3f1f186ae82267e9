import type { ConstraintDefinition, IndexElement } from "../../core/operation.ts";
import { keyOf } from "../catalog.ts";
import type { Constraint, Index, Table } from "../model.ts";
import type { MutableCatalog } from "../mutable.ts";
import { chooseServerName } from "../server-names.ts";
import { chooseName, indexColumnNames, nameAddition } from "../naming.ts";
import { qualifyExpression } from "../qualify.ts";
import { columnsInAll, withProvenColumns } from "./altered.ts";
import { standing, type Adding } from "./constraint.ts";
import { withoutGenerated } from "./mysql.ts";
import { addNotNull, notNullDefinition } from "./not-null.ts";
import { inheritIndex } from "./partition-index.ts";

export type IndexConstraint = Extract<
	ConstraintDefinition,
	{ readonly type: "unique" | "primaryKey" | "exclude" }
>;

/** Adds PRIMARY KEY, UNIQUE or EXCLUDE: the constraint, its index, and NOT NULL for a primary key. */
export function addIndexConstraint(
	catalog: MutableCatalog,
	table: Table,
	definition: IndexConstraint,
	adding: Adding,
): void {
	if (isRefused(catalog, table, definition)) return;
	if (definition.type !== "exclude" && definition.usingIndex !== undefined) {
		adoptIndex(catalog, table, definition, definition.usingIndex, adding);
		return;
	}
	const index = indexOf(catalog, table, definition, adding);
	const proven = withProvenColumns(table, [
		...columnsInAll(index.elements.map(({ expression }) => expression)),
		...index.include,
	]);
	if (!proven) return;
	const isRowid = catalog.dialect === "sqlite" && isRowidAlias(proven, definition);
	const ready = isRowid ? proven : { ...proven, indexes: [...proven.indexes, index] };
	finish(
		catalog,
		catalog.isMysql ? withoutGenerated(ready, index) : ready,
		definition,
		index,
		adding,
	);
}

function isRefused(catalog: MutableCatalog, table: Table, definition: IndexConstraint): boolean {
	const hasKey = table.constraints.some(({ type }) => type === "primaryKey");
	if (definition.type === "primaryKey" && hasKey) return true;
	const { name } = definition;
	// SQLite names neither an index nor anything else after a constraint.
	if (name === undefined || catalog.dialect === "sqlite") return false;
	const adopted = definition.type !== "exclude" && definition.usingIndex === name;
	return (
		(catalog.relationExists(`${catalog.indexSchema(table)}.${name}`) && !adopted) ||
		table.constraints.some((constraint) => constraint.name === name)
	);
}

function indexOf(
	catalog: MutableCatalog,
	table: Table,
	definition: IndexConstraint,
	adding: Adding,
): Index {
	const elements = elementsOf(catalog, definition);
	const isExclusion = definition.type === "exclude";
	const include = isExclusion ? [] : definition.include;
	const isPrimary = definition.type === "primaryKey" && catalog.isMysql;
	const isServers = isPrimary || catalog.dialect === "sqlite";
	const given = isServers ? undefined : definition.name;
	const name = given ?? chooseConstraintName(catalog, table, definition, elements);
	const partitions = catalog.partitionsOf(keyOf(table));
	return {
		schema: catalog.indexSchema(table),
		name,
		unique: !isExclusion,
		method: isExclusion ? definition.method : "btree",
		elements,
		include,
		...(isExclusion && definition.where && { where: qualifyExpression(catalog, definition.where) }),
		nullsNotDistinct: !isExclusion && definition.nullsNotDistinct,
		valid: !adding.only || partitions.length === 0,
		constraint: isPrimary ? name : (definition.name ?? name),
		origin: adding.origin,
	};
}

function elementsOf(catalog: MutableCatalog, definition: IndexConstraint): readonly IndexElement[] {
	if (definition.type === "exclude") {
		return definition.elements.map(({ expression }) => ({
			expression: qualifyExpression(catalog, expression),
			descending: false,
		}));
	}
	return definition.columns.map((column) => ({
		expression: { kind: "column", path: [column] },
		descending: false,
	}));
}

/** ChooseIndexName: t_pkey, t_a_b_key, t_a_excl. */
export function chooseConstraintName(
	catalog: MutableCatalog,
	table: Pick<Table, "schema" | "name">,
	definition: Pick<IndexConstraint, "type"> & { readonly include?: readonly string[] },
	elements: readonly IndexElement[],
): string {
	const taken = (name: string) => {
		const key = `${table.schema}.${name}`;
		return catalog.relationExists(key) || catalog.constraintExists(key);
	};
	const served =
		catalog.dialect === "postgres"
			? undefined
			: chooseServerName(catalog, table, definition.type, elements);
	if (served !== undefined) return served;
	if (definition.type === "primaryKey") return chooseName(table.name, undefined, "pkey", taken);
	const addition = nameAddition(indexColumnNames(elements, definition.include ?? []));
	return chooseName(table.name, addition, definition.type === "exclude" ? "excl" : "key", taken);
}

/** USING INDEX: the index gets the constraint's name, the constraint the index's columns. */
function adoptIndex(
	catalog: MutableCatalog,
	table: Table,
	definition: Extract<IndexConstraint, { readonly usingIndex?: string }>,
	indexName: string,
	adding: Adding,
): void {
	const existing = table.indexes.find(({ name }) => name === indexName);
	if (!existing && table.complete) return;
	if (existing && (!existing.unique || !existing.valid || existing.constraint !== undefined))
		return;
	const name = definition.name ?? indexName;
	if (!existing) {
		// The index came from before the history: its columns are not known.
		const added: Constraint = standing(definition, name, adding);
		catalog.putTable({ ...table, constraints: [...table.constraints, added] });
		return;
	}
	const index: Index = { ...existing, name, constraint: name };
	const columns = index.elements.flatMap(({ expression }) =>
		expression.kind === "column" ? [expression.path.at(-1) ?? ""] : [],
	);
	const indexes = table.indexes.map((candidate) => (candidate === existing ? index : candidate));
	const { include, nullsNotDistinct } = index;
	const { usingIndex: _adopted, ...rest } = definition;
	finish(
		catalog,
		{ ...table, indexes },
		{ ...rest, columns, include, nullsNotDistinct },
		index,
		adding,
	);
}

/** In SQLite a key may be NULL where the table has a rowid beside it. */
function keyIsNotNull(catalog: MutableCatalog, table: Table): boolean {
	return catalog.dialect !== "sqlite" || table.withoutRowid === true;
}

/** SQLite: INTEGER PRIMARY KEY is another name of the rowid and has no index. */
function isRowidAlias(table: Table, definition: IndexConstraint): boolean {
	if (definition.type !== "primaryKey" || table.withoutRowid === true) return false;
	const [column, second] = definition.columns;
	const type = table.columns.find(({ name }) => name === column)?.type;
	return second === undefined && type?.name === "integer" && type.modifiers.length === 0;
}

function finish(
	catalog: MutableCatalog,
	table: Table,
	definition: IndexConstraint,
	index: Index,
	adding: Adding,
): void {
	const added: Constraint = standing(definition, index.constraint ?? index.name, adding);
	const isRowid = catalog.dialect === "sqlite" && isRowidAlias(table, definition);
	const columns = isRowid
		? table.columns.map((own) =>
				definition.type === "primaryKey" && definition.columns.includes(own.name)
					? { ...own, notNull: true }
					: own,
			)
		: table.columns;
	catalog.putTable({ ...table, columns, constraints: [...table.constraints, added] });
	const key = keyOf(table);
	if (definition.type === "primaryKey" && keyIsNotNull(catalog, table)) {
		for (const column of definition.columns) {
			const now = catalog.tableByKey(key);
			const notNull = notNullDefinition(column, definition.range);
			if (now) addNotNull(catalog, now, notNull, { ...adding, inherited: false });
		}
	}
	if (adding.only) return;
	for (const partition of catalog.partitionsOf(key)) {
		inheritIndex(catalog, partition, index, added, adding.origin);
	}
}
