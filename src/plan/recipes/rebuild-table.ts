import { keyOf, type Catalog } from "../../catalog/catalog.ts";
import { columnsIn } from "../../catalog/expression.ts";
import type { Column, Constraint, Table } from "../../catalog/model.ts";
import { notNullDefinition } from "../../catalog/replay/not-null.ts";
import type { Expression } from "../../core/expression.ts";
import type { ColumnDefinition, OperationOf } from "../../core/operation.ts";
import type { RecipeStep } from "../../core/finding.ts";
import { isSameName } from "../../dialect/sqlite/effects/scene.ts";
import { quoteColumns, quoteIdentifier, quoteString } from "../../dialect/sqlite/quote.ts";
import { indexText, tableText } from "../../dialect/sqlite/table-text.ts";
import { defineRecipe } from "../recipe.ts";

type Change = OperationOf<
	| "addColumn"
	| "dropColumn"
	| "addConstraint"
	| "dropConstraint"
	| "setNotNull"
	| "dropNotNull"
	| "alterColumnType"
	| "setDefault"
	| "dropDefault"
>;

export default defineRecipe({
	id: "rebuild-table",
	summary: "Make the table anew with the change, from all of its rows, in one transaction.",
	for: [
		"addColumn",
		"dropColumn",
		"addConstraint",
		"dropConstraint",
		"setNotNull",
		"dropNotNull",
		"alterColumnType",
		"setDefault",
		"dropDefault",
	],
	dialects: ["sqlite"],
	steps(operation, { catalog }) {
		const table = catalog.table(operation.table);
		const changed =
			table?.complete && table.module === undefined && change(table, operation, catalog);
		if (!table || !changed) return undefined;
		const made = rebuildSql(table, changed, operation);
		return made === undefined ? undefined : stepsAround(table, made, catalog);
	},
});

/**
 * The order of https://www.sqlite.org/lang_altertable.html#otheralter: PRAGMA foreign_keys does nothing in a
 * transaction, so it stands around it.
 */
function stepsAround(table: Table, sql: string, catalog: Catalog): readonly RecipeStep[] {
	const hasViews = [...catalog.views()].length > 0;
	const keeps = table.triggers.length > 0;
	const names = table.triggers.map(({ name }) => name).join(", ");
	return [
		...(keeps
			? [
					{
						title: `Note the text of the triggers, they go with the old table: ${names}`,
						sql: `SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ${quoteString(table.name)};`,
						transaction: "none" as const,
					},
				]
			: []),
		{
			title: "Turn foreign keys off, so that DROP TABLE deletes no rows of other tables",
			sql: `PRAGMA foreign_keys = OFF;${hasViews ? "\nPRAGMA legacy_alter_table = ON;" : ""}`,
			transaction: "none",
		},
		{
			title: `Make ${table.name} anew; stop at the first error and roll back`,
			sql: `BEGIN IMMEDIATE;\n${sql}\n${keeps ? "-- Create the triggers again here.\n" : ""}PRAGMA foreign_key_check;\nCOMMIT;`,
			transaction: "none",
		},
		{
			title: "PRAGMA foreign_key_check gave no row: turn foreign keys on again",
			sql: `${hasViews ? "PRAGMA legacy_alter_table = OFF;\n" : ""}PRAGMA foreign_keys = ON;\nPRAGMA integrity_check;`,
			transaction: "none",
		},
	];
}

function rebuildSql(table: Table, changed: Table, operation: Change): string | undefined {
	const fresh = freeName(table.name);
	const create = tableText(changed, fresh);
	const indexes = changed.indexes
		.filter(({ constraint }) => constraint === undefined)
		.map((index) => indexText(index, table.name));
	if (create === undefined || indexes.includes(undefined)) return undefined;
	const kept = table.columns
		.filter(({ name, generated }) => !generated && changed.columns.some((one) => one.name === name))
		.map(({ name }) => name);
	const read = kept.map((name) => readFor(name, changed, operation));
	const [old, own] = [quoteIdentifier(table.name), quoteIdentifier(fresh)];
	const isNumbered = changed.columns.some(({ autoIncrement }) => autoIncrement);
	return [
		create,
		`INSERT INTO ${own} (${quoteColumns(kept)}) SELECT ${read.join(", ")} FROM ${old};`,
		...(isNumbered
			? [
					`DELETE FROM sqlite_sequence WHERE name = ${quoteString(fresh)};`,
					`INSERT INTO sqlite_sequence (name, seq) SELECT ${quoteString(fresh)}, seq FROM sqlite_sequence WHERE name = ${quoteString(table.name)};`,
				]
			: []),
		`DROP TABLE ${old};`,
		`ALTER TABLE ${own} RENAME TO ${old};`,
		...indexes,
	].join("\n");
}

function freeName(name: string): string {
	return `${name}_new`;
}

/** The value that the new table gets for a column: where NULL is refused now, the default takes its place. */
function readFor(name: string, changed: Table, operation: Change): string {
	const own = quoteIdentifier(name);
	if (operation.kind !== "setNotNull" || !isSameName(operation.column, name)) return own;
	const value = changed.columns.find((column) => column.name === name)?.default;
	const fallback = value?.kind === "literal" ? value : undefined;
	if (!fallback) return own;
	const text =
		fallback.type === "string" ? `'${fallback.value.replaceAll("'", "''")}'` : fallback.value;
	return `coalesce(${own}, ${text})`;
}

/** Returns the table as the statement would make it; undefined where that cannot be told. */
function change(table: Table, operation: Change, catalog: Catalog): Table | undefined {
	switch (operation.kind) {
		case "addColumn":
			return withColumn(table, operation.column);
		case "dropColumn":
			return withoutColumn(table, operation.column, catalog);
		case "addConstraint":
			return withConstraint(table, operation.constraint);
		case "dropConstraint":
			return {
				...table,
				constraints: table.constraints.filter(
					({ name }) => !isSameName(name, operation.constraint),
				),
			};
		default:
			return onColumn(table, operation.column, operation);
	}
}

function withColumn(table: Table, definition: ColumnDefinition): Table | undefined {
	const { name, type, generated, collation, constraints } = definition;
	const notNull = constraints.some((constraint) => constraint.type === "notNull");
	// Rows that are there would have no value.
	if (notNull && !definition.default && !generated) return undefined;
	const column: Column = {
		name,
		notNull,
		...(type && { type }),
		...(definition.default && { default: definition.default }),
		...(generated && { generated }),
		...(collation && { collation }),
	};
	const first: Table = { ...table, columns: [...table.columns, column] };
	return constraints.reduce<Table | undefined>(
		(made, constraint) => made && withConstraint(made, constraint),
		first,
	);
}

function withConstraint(
	table: Table,
	definition: ColumnDefinition["constraints"][number],
): Table | undefined {
	// Rows that are there have no key yet.
	if (definition.type === "primaryKey" || definition.type === "exclude") return undefined;
	const constraint: Constraint = {
		...definition,
		name: definition.name ?? `${table.name}_check`,
		validated: true,
	};
	return { ...table, constraints: [...table.constraints, constraint] };
}

/** Undefined where more than the column would go: a key or CHECK over several columns, what a view reads. */
function withoutColumn(table: Table, name: string, catalog: Catalog): Table | undefined {
	const names = (column: string) => isSameName(column, name);
	const usesIt = (expression: Expression) => [...columnsIn(expression)].some(names);
	const columnsOf = (constraint: Constraint): readonly string[] => {
		if (constraint.type === "check") return [...columnsIn(constraint.expression)];
		return "columns" in constraint ? constraint.columns : [];
	};
	const touched = table.constraints.filter((constraint) => columnsOf(constraint).some(names));
	if (touched.some((constraint) => columnsOf(constraint).length > 1)) return undefined;
	const used = `${keyOf(table)}.${name}`;
	if (catalog.viewsOn(keyOf(table)).some((view) => view.dependsOnColumns.includes(used))) {
		return undefined;
	}
	const columns = table.columns.filter((column) => !names(column.name));
	if (columns.some(({ generated }) => generated && usesIt(generated.expression))) return undefined;
	const indexes = table.indexes.filter(
		({ elements, where }) =>
			!elements.some(({ expression }) => usesIt(expression)) && !(where && usesIt(where)),
	);
	const constraints = table.constraints.filter((constraint) => !touched.includes(constraint));
	return { ...table, columns, constraints, indexes };
}

type OnColumn = OperationOf<
	"setNotNull" | "dropNotNull" | "alterColumnType" | "setDefault" | "dropDefault"
>;

function onColumn(table: Table, name: string, operation: OnColumn): Table | undefined {
	const at = table.columns.findIndex((column) => isSameName(column.name, name));
	const column = table.columns[at];
	if (!column) return undefined;
	const isRequired = (constraint: Constraint): boolean =>
		constraint.type === "notNull" && isSameName(constraint.columns[0], name);
	const constraints = table.constraints.filter((constraint) => !isRequired(constraint));
	const columns = table.columns.with(at, changedColumn(column, operation));
	if (operation.kind === "dropNotNull") return { ...table, columns, constraints };
	if (operation.kind !== "setNotNull") return { ...table, columns };
	const { range } = operation;
	const required: Constraint = {
		...notNullDefinition(column.name, range),
		name: `${table.name}_${column.name}_not_null`,
		validated: true,
	};
	return { ...table, columns, constraints: [...constraints, required] };
}

function changedColumn(column: Column, operation: OnColumn): Column {
	switch (operation.kind) {
		case "setNotNull":
			return { ...column, notNull: true };
		case "dropNotNull":
			return { ...column, notNull: false };
		case "alterColumnType":
			return { ...column, type: operation.type };
		case "setDefault":
			return { ...column, default: operation.default };
		case "dropDefault": {
			const { default: _default, ...rest } = column;
			return rest;
		}
	}
}
