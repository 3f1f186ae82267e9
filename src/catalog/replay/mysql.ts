import type { ConstraintDefinition } from "../../core/operation.ts";
import { keyOf } from "../catalog.ts";
import type { Column, Constraint, Index, Origin, Table } from "../model.ts";
import type { MutableCatalog } from "../mutable.ts";
import { chooseServerName } from "../server-names.ts";
import { alteredTable, columnOf, withProvenColumns, type Replay } from "./altered.ts";
import { makeColumn, placed } from "./column.ts";
import { addConstraintTo } from "./constraint.ts";

/** MODIFY and CHANGE: the column is what the definition says, and nothing of before. */
export const redefineColumn: Replay<"redefineColumn"> = (catalog, operation, origin) => {
	const table = alteredTable(catalog, operation.table, operation.ifTableExists);
	const proven = table && withProvenColumns(table, [operation.column]);
	const before = proven && columnOf(proven, operation.column);
	if (
		!proven ||
		!before ||
		(operation.ifExists && !table.complete && !columnOf(table, operation.column))
	) {
		return;
	}
	const { definition, position } = operation;
	const inKey = proven.constraints.some(
		(one) => one.type === "primaryKey" && one.columns.includes(before.name),
	);
	const notNull = inKey || definition.constraints.some(({ type }) => type === "notNull");
	const made = makeColumn(catalog, proven, definition, before.origin ?? origin);
	const column: Column = { ...made, notNull };
	const columns = position
		? placed(
				proven.columns.filter((own) => own !== before),
				column,
				position,
			)
		: proven.columns.map((own) => (own === before ? column : own));
	const constraints = proven.constraints.filter(
		(one) => one.type !== "notNull" || one.columns[0] !== before.name,
	);
	catalog.putTable({ ...proven, columns, constraints });
	for (const constraint of definition.constraints) {
		const now = catalog.tableByKey(keyOf(proven));
		if (now) addConstraintTo(catalog, now, constraint, { origin, only: false });
	}
};

/** The character set of the table and of all its texts. */
export const convertCharacterSet: Replay<"convertCharacterSet"> = (catalog, operation) => {
	const table = alteredTable(catalog, operation.table, operation.ifTableExists);
	if (!table) return;
	const { characterSet, collation } = operation;
	const parameters = new Map(table.parameters);
	if (characterSet !== undefined) {
		parameters.set("charset", characterSet);
		parameters.delete("collate");
	}
	if (collation !== undefined) parameters.set("collate", collation);
	const columns = table.columns.map(({ collation: _before, ...column }): Column => {
		if (!column.type || !isText(column.type.name)) return column;
		const { characterSet: _old, ...type } = column.type;
		return { ...column, type };
	});
	catalog.putTable({ ...table, parameters, columns });
};

function isText(type: string): boolean {
	return /^(?:char|varchar|tinytext|text|mediumtext|longtext|enum|set)$/.test(type);
}

export const alterPartitions: Replay<"alterPartitions"> = (catalog, operation) => {
	const table = alteredTable(catalog, operation.table, operation.ifTableExists);
	if (!table) return;
	if (operation.action === "partitionBy" && operation.by) {
		catalog.putTable({ ...table, kind: "partitioned", partitionBy: operation.by });
	} else if (operation.action === "remove") {
		const { partitionBy: _removed, ...rest } = table;
		catalog.putTable({ ...rest, kind: "table" });
	}
};

export const setIndexParameters: Replay<"setIndexParameters"> = (catalog, operation) => {
	const found = catalog.isMysql ? catalog.index(operation.index) : undefined;
	if (!found || "materialized" in found.relation) return;
	const { index, relation } = found;
	const names = new Set(operation.parameters.map(({ name }) => name));
	const parameters = [
		...(index.parameters ?? []).filter(({ name }) => !names.has(name)),
		...operation.parameters,
	];
	const indexes = relation.indexes.map((own) => (own === index ? { ...own, parameters } : own));
	catalog.putTable({ ...relation, indexes });
};

/**
 * A column that goes leaves the indexes that hold it, and an index without columns goes too (MySQL 8.4
 * manual, 15.1.9, "ALTER TABLE": DROP COLUMN).
 */
export function dropFromKeys(catalog: MutableCatalog, table: Table, column: string): void {
	const indexes = table.indexes.flatMap((index): readonly Index[] => {
		const elements = index.elements.filter((element) => !isColumn(element.expression, column));
		if (elements.length === index.elements.length) return [index];
		return elements.length === 0 ? [] : [{ ...index, elements }];
	});
	const left = new Set(indexes.map(({ name }) => name));
	const constraints = table.constraints.flatMap((constraint): readonly Constraint[] => {
		switch (constraint.type) {
			case "primaryKey":
			case "unique": {
				if (!constraint.columns.includes(column)) return [constraint];
				if (!left.has(constraint.name)) return [];
				return [{ ...constraint, columns: constraint.columns.filter((own) => own !== column) }];
			}
			case "notNull":
				return constraint.columns[0] === column ? [] : [constraint];
			case "foreignKey":
				return constraint.columns.includes(column) ? [] : [constraint];
			default:
				return [constraint];
		}
	});
	const columns = table.columns.filter(({ name }) => name !== column);
	catalog.putTable({ ...table, columns, indexes, constraints });
}

function isColumn(expression: Index["elements"][number]["expression"], name: string): boolean {
	return expression.kind === "column" && expression.path.at(-1) === name;
}

/** InnoDB wants an index that begins with the columns of a foreign key, and makes one where there is none. */
export function withKeyIndex(
	catalog: MutableCatalog,
	table: Table,
	definition: Extract<ConstraintDefinition, { readonly type: "foreignKey" }>,
	origin: Origin,
): Table {
	const { columns } = definition;
	const leads = (index: Index): boolean =>
		index.method === "btree" &&
		columns.every((column, at) => {
			const element = index.elements[at];
			return (
				element !== undefined &&
				element.prefixLength === undefined &&
				isColumn(element.expression, column)
			);
		});
	if (table.indexes.some((index) => !index.generated && leads(index))) return table;
	const indexes = table.indexes.filter((index) => !leads(index));
	const elements = columns.map((column) => ({
		expression: { kind: "column" as const, path: [column] },
		descending: false,
	}));
	const name =
		definition.name ?? chooseServerName(catalog, table, "index", elements) ?? columns.join("_");
	const index: Index = {
		schema: catalog.indexSchema(table),
		name,
		unique: false,
		method: "btree",
		elements,
		include: [],
		nullsNotDistinct: false,
		valid: true,
		generated: true,
		origin,
	};
	return { ...table, indexes: [...indexes, index] };
}

/** An index that begins as one that was made for a foreign key takes its place. */
export function withoutGenerated(table: Table, added: Index): Table {
	if (added.method !== "btree") return table;
	const indexes = table.indexes.filter(
		(index) =>
			index === added ||
			!index.generated ||
			!index.elements.every(({ expression }, at) => {
				const other = added.elements[at];
				const own = expression.kind === "column" ? expression.path.at(-1) : undefined;
				return (
					own !== undefined &&
					other !== undefined &&
					other.prefixLength === undefined &&
					isColumn(other.expression, own)
				);
			}),
	);
	return indexes.length === table.indexes.length ? table : { ...table, indexes };
}
