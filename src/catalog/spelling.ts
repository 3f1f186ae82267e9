import type { Operation } from "../core/operation.ts";
import type { Catalog } from "./catalog.ts";
import type { Table } from "./model.ts";

/** Fields that name a relation. */
const relationFields: ReadonlySet<string> = new Set([
	"table",
	"view",
	"references",
	"source",
	"other",
]);

/** Fields that name columns of the operation's table. */
const columnFields: ReadonlySet<string> = new Set(["column", "columns", "after"]);

type Spell = (name: string) => string;

/**
 * Returns an operation with the names of tables and columns as the schema spells them: MySQL and SQLite find a
 * column whatever its case, and SQLite a table too. The same operation when all are spelled so.
 * Names of MySQL's tables depend on the server (lower_case_table_names); where only the case differs the
 * known table is meant, since no history has two that differ in nothing else.
 */
export function respell(catalog: Catalog, operation: Operation): Operation {
	if (catalog.dialect === "postgres" || !("table" in operation)) return operation;
	const isCreated = operation.kind === "createTable" || operation.kind === "createTableAs";
	const known = findTable(catalog, operation.table.name);
	const names =
		operation.kind === "createTable"
			? operation.columns.map(({ name }) => name)
			: (known?.columns.map(({ name }) => name) ?? []);
	const columns = new Map(names.map((name) => [name.toLowerCase(), name]));
	const spellColumn: Spell = (name) => columns.get(name.toLowerCase()) ?? name;
	const spellTable: Spell = (name) => findTable(catalog, name)?.name ?? name;
	return respelled(operation, isCreated ? (name) => name : spellTable, spellTable, spellColumn);
}

function findTable(catalog: Catalog, name: string): Table | undefined {
	return catalog.table({ name });
}

/** The fields of an operation, and those of its constraints and elements of indexes. */
function respelled<T extends object>(
	node: T,
	spellOwn: Spell,
	spellTable: Spell,
	spellColumn: Spell,
): T {
	let changed: Record<string, unknown> | undefined;
	for (const [field, value] of Object.entries(node) as [string, unknown][]) {
		const spell = field === "table" ? spellOwn : spellTable;
		const next = relationFields.has(field)
			? respelledName(value, spell)
			: columnFields.has(field)
				? respelledColumns(value, spellOwn, spellTable, spellColumn)
				: respelledInside(field, value, spellTable, spellColumn);
		if (next !== value) changed = { ...changed, [field]: next };
	}
	return changed ? { ...node, ...changed } : node;
}

function isObject(value: unknown): value is object {
	return typeof value === "object" && value !== null;
}

function respelledName(value: unknown, spell: Spell): unknown {
	if (!isObject(value) || !("name" in value) || typeof value.name !== "string") return value;
	const name = spell(value.name);
	return name === value.name ? value : { ...value, name };
}

function respelledColumns(
	value: unknown,
	spellOwn: Spell,
	spellTable: Spell,
	spellColumn: Spell,
): unknown {
	if (typeof value === "string") return spellColumn(value);
	if (Array.isArray(value)) {
		return mapSame(value, (item: unknown) =>
			respelledColumns(item, spellOwn, spellTable, spellColumn),
		);
	}
	// The definition of a column: its own name is the new one, its constraints name it.
	return isObject(value) ? respelled(value, spellOwn, spellTable, spellColumn) : value;
}

const insideFields: ReadonlySet<string> = new Set([
	"constraint",
	"constraints",
	"index",
	"indexes",
	"elements",
	"expression",
	"position",
	"set",
	"where",
	"operands",
	"operand",
]);

function respelledInside(
	field: string,
	value: unknown,
	spellTable: Spell,
	spellColumn: Spell,
): unknown {
	if (field === "path" && Array.isArray(value)) {
		const last: unknown = value.at(-1);
		if (typeof last !== "string") return value;
		const name = spellColumn(last);
		return name === last ? value : [...(value as unknown[]).slice(0, -1), name];
	}
	if (!insideFields.has(field) || !isObject(value)) return value;
	if (Array.isArray(value)) {
		return mapSame(value, (item: unknown) =>
			isObject(item) ? respelled(item, spellTable, spellTable, spellColumn) : item,
		);
	}
	return respelled(value, spellTable, spellTable, spellColumn);
}

function mapSame(list: readonly unknown[], change: (item: unknown) => unknown): readonly unknown[] {
	const changed = list.map(change);
	return changed.every((item, at) => item === list[at]) ? list : changed;
}
