import { argument, callOf, flag, named, namedText, textsOf, type Call } from "../arguments.ts";
import { resolve } from "../scope.ts";
import { hole, nameList, nameOf, stringOf } from "../sql-text.ts";
import { columnOf, constraintOf, type Column } from "./columns.ts";
import { createType } from "./types.ts";
import type { BatchTable, Operation } from "./operation.ts";

function indexOn(table: BatchTable, column: Column): string {
	// SQLAlchemy's naming: ix_%(column_0_label)s.
	const name = nameOf(`ix_${table.name}_${column.name}`);
	return `CREATE ${column.isUnique ? "UNIQUE " : ""}INDEX ${name} ON ${table.sql} (${nameOf(column.name)})`;
}

function commentOn(table: BatchTable, column: Column): readonly string[] {
	if (column.comment === undefined) return [];
	return [`COMMENT ON COLUMN ${table.sql}.${nameOf(column.name)} IS ${stringOf(column.comment)}`];
}

/** Returns ADD COLUMN and the constraints and indexes that come with it, each a statement of its own. */
export function addColumn({ call, table, get }: Operation): readonly string[] | undefined {
	const node = get(0, "column");
	const made = node && callOf(node, call.scope);
	if (!made) return undefined;
	const column = columnOf(made);
	const own = nameList([column.name]);
	const inline = flag(call, "inline_references") === true;
	const [reference = ""] = column.references;
	const tail = inline && reference !== "" ? ` REFERENCES ${reference}` : "";
	const isNew = flag(call, "if_not_exists") === true ? "IF NOT EXISTS " : "";
	const alter = `ALTER TABLE ${table.sql} ADD`;
	return [
		`${alter} COLUMN ${isNew}${nameOf(column.name)} ${column.type.sql}${column.rest}${tail}`,
		...(column.isUnique && !column.isIndexed ? [`${alter} UNIQUE ${own}`] : []),
		...(inline ? [] : column.references.map((to) => `${alter} FOREIGN KEY${own} REFERENCES ${to}`)),
		...(column.isIndexed ? [indexOn(table, column)] : []),
		...commentOn(table, column),
	];
}

/** Returns CREATE TABLE, with the enum types before it and the indexes after it. */
export function createTable(call: Call, table: BatchTable): readonly string[] {
	const parts = call.node.args.slice(1).map((node) => callOf(node, call.scope));
	const columns: Column[] = [];
	const constraints: string[] = [];
	let isWhole = true;
	for (const part of parts) {
		if (part && /^(?:Column|column|sa_column)$/.test(part.name)) columns.push(columnOf(part));
		else {
			const constraint = part && constraintOf(part);
			if (constraint !== undefined) constraints.push(constraint);
			else if (part?.name !== "Index") isWhole = false;
		}
	}
	const keys = keyColumns(columns, parts);
	const body = [
		...columns.map((column) => definition(column, keys)),
		...(constraints.some((one) => one.includes("PRIMARY KEY")) || keys.length === 0
			? []
			: [`PRIMARY KEY ${nameList(keys)}`]),
		...constraints,
		...columns.flatMap(({ name, references }) =>
			references.map((to) => `FOREIGN KEY${nameList([name])} REFERENCES ${to}`),
		),
		...columns
			.filter(({ isUnique, isIndexed }) => isUnique && !isIndexed)
			.map(({ name }) => `UNIQUE ${nameList([name])}`),
		// Columns that a variable or a comprehension adds.
		...(isWhole ? [] : [`${hole("further_columns")} text`]),
	];
	const types = columns.flatMap(({ type }) => (type.created ? [createType(type.created)] : []));
	const isNew = flag(call, "if_not_exists") === true ? "IF NOT EXISTS " : "";
	const comment = namedText(call, "comment");
	return [
		...new Set(types),
		`CREATE TABLE ${isNew}${table.sql} (\n\t${body.join(",\n\t")}\n)`,
		...columns.filter(({ isIndexed }) => isIndexed).map((column) => indexOn(table, column)),
		...parts.flatMap((part) => (part?.name === "Index" ? [indexIn(part, table)] : [])),
		...(comment === undefined ? [] : [`COMMENT ON TABLE ${table.sql} IS ${stringOf(comment)}`]),
		...columns.flatMap((column) => commentOn(table, column)),
	];
}

function keyColumns(
	columns: readonly Column[],
	parts: readonly (Call | undefined)[],
): readonly string[] {
	const key = parts.find((part) => part?.name === "PrimaryKeyConstraint");
	if (key) return key.node.args.flatMap((node) => textsOf(node, key.scope));
	return columns.filter(({ isKey }) => isKey).map(({ name }) => name);
}

/** The only integer column of a key gets a sequence unless it has a default or refers to another table. */
function definition(column: Column, keys: readonly string[]): string {
	const { name, type, rest, autoincrement, references, hasDefault } = column;
	const isOnly = keys.length === 1 && keys[0] === name && references.length === 0;
	const isCounted = autoincrement ?? isOnly;
	const serial = isCounted && keys.includes(name) && !hasDefault ? type.serial : undefined;
	const notNull = keys.includes(name) && !rest.includes("NOT NULL") ? " NOT NULL" : "";
	return `${nameOf(name)} ${serial ?? type.sql}${rest}${notNull}`;
}

/** `sa.Index("ix_orders_paid", "paid")` among the columns. */
function indexIn(call: Call, table: BatchTable): string {
	const [name, ...columns] = call.node.args.flatMap((node) => textsOf(node, call.scope));
	const unique = flag(call, "unique") === true ? "UNIQUE " : "";
	return `CREATE ${unique}INDEX ${nameOf(name ?? hole("index"))} ON ${table.sql} ${nameList(columns)}`;
}

/** Returns the name of a table that the program has in a variable: `sa.table("orders", ...)`. */
export function tableNamed(call: Call): string | undefined {
	const first = argument(call, 0, "name");
	const found = first && resolve(first, call.scope).node;
	return found?.kind === "text"
		? textsOf(first, call.scope)[0]
		: namedText(call, "name") && named(call, "name")
			? namedText(call, "name")
			: undefined;
}
