import { textArgument, textsOf, type Call } from "../arguments.ts";
import { hole, nameList, nameOf, stringOf } from "../sql-text.ts";
import { columnSql, isColumnType, isOn, nested, option, optionsOf } from "./columns.ts";
import {
	addCheck,
	addForeignKey,
	addIndex,
	columnsOf,
	dropExclusion,
	dropForeignKey,
	dropIndex,
	exclusionClause,
	onCheck,
	uniqueClause,
	validateForeignKey,
} from "./constraints.ts";
import { tableName } from "./names.ts";
import {
	blockCalls,
	columnComment,
	createJoinTable,
	createTable,
	timestamps,
	withoutReference,
} from "./table.ts";
import { type Change, alter, changeOf } from "./change.ts";
import { commentOf, changeColumn, changeDefault, changeNull } from "./column-changes.ts";
import { addReference, removeReference } from "./references.ts";

type Builder = (change: Change) => readonly string[];

const onTable: Readonly<Record<string, Builder>> = {
	add_column: (change) => [
		`${alter(change)} ADD COLUMN ${columnSql(change.text(0) ?? hole("column"), change.text(1) ?? hole("type"), change.options, change.version)}`,
		...indexOfColumn(change, change.text(0) ?? hole("column")),
		...columnComment(change.table, change.text(0) ?? hole("column"), change.options),
	],
	add_columns: (change) =>
		columnsOf(change.call, 1).map((name) => {
			const type = option(change.options, "type") ?? hole("type");
			return `${alter(change)} ADD COLUMN ${columnSql(name, type, withoutReference(change.options), change.version)}`;
		}),
	remove_column: (change) => [
		`${alter(change)} DROP COLUMN ${nameOf(change.text(0) ?? hole("column"))}`,
	],
	remove_columns: (change) => [
		`${alter(change)} ${columnsOf(change.call, 1)
			.map((name) => `DROP COLUMN ${nameOf(name)}`)
			.join(", ")}`,
	],
	add_timestamps: (change) => [
		`${alter(change)} ${timestamps(change.options, change.version)
			.map((column) => `ADD COLUMN ${column}`)
			.join(", ")}`,
	],
	remove_timestamps: (change) => [
		`${alter(change)} DROP COLUMN updated_at, DROP COLUMN created_at`,
	],
	change_column: changeColumn,
	change_column_default: changeDefault,
	change_column_null: changeNull,
	change_column_comment: ({ table, text, call }) => [
		`COMMENT ON COLUMN ${tableName(table)}.${nameOf(text(0) ?? hole("column"))} IS ${commentOf(call, text(1))}`,
	],
	change_table_comment: ({ table, text, call }) => [
		`COMMENT ON TABLE ${tableName(table)} IS ${commentOf(call, text(0))}`,
	],
	rename_column: (change) => [
		`${alter(change)} RENAME COLUMN ${nameOf(change.text(0) ?? hole("column"))} TO ${nameOf(change.text(1) ?? hole("name"))}`,
	],
	rename_table: (change) => [
		`${alter(change)} RENAME TO ${nameOf(change.text(0) ?? hole("name"))}`,
	],
	rename_index: ({ text }) => [
		`ALTER INDEX ${nameOf(text(0) ?? hole("index"))} RENAME TO ${nameOf(text(1) ?? hole("name"))}`,
	],
	drop_table: ({ call, options }) =>
		columnsOf(call, 0).map(
			(name) =>
				`DROP TABLE ${isOn(options, "if_exists") ? "IF EXISTS " : ""}${tableName(name)}${option(options, "force") === "cascade" ? " CASCADE" : ""}`,
		),
	drop_join_table: ({ call, options }) => [
		`DROP TABLE ${tableName(option(options, "table_name") ?? [...columnsOf(call, 0)].sort().join("_"))}`,
	],
	add_index: ({ table, list, options }) => [addIndex(table, list(0), options)],
	remove_index: ({ table, list, options }) => [dropIndex(table, list(0), options)],
	add_foreign_key: ({ table, text, options }) => [
		addForeignKey(table, text(0) ?? hole("table"), options),
	],
	remove_foreign_key: ({ table, text, options }) => [dropForeignKey(table, text(0), options)],
	validate_foreign_key: ({ table, text, options }) => [validateForeignKey(table, text(0), options)],
	add_check_constraint: ({ table, text, options }) => [
		addCheck(table, text(0) ?? hole("check"), options),
	],
	remove_check_constraint: ({ table, text, options }) => [onCheck("DROP", table, text(0), options)],
	validate_check_constraint: ({ table, text, options }) => [
		onCheck("VALIDATE", table, text(0), options),
	],
	validate_constraint: (change) => [
		`${alter(change)} VALIDATE CONSTRAINT ${nameOf(change.text(0) ?? hole("constraint"))}`,
	],
	add_unique_constraint: (change) => [
		`${alter(change)} ADD ${uniqueClause(change.table, change.list(0), change.options)}`,
	],
	remove_unique_constraint: (change) => [
		`${alter(change)} DROP CONSTRAINT ${nameOf(option(change.options, "name") ?? hole("constraint"))}`,
	],
	add_exclusion_constraint: (change) => [
		`${alter(change)} ADD ${exclusionClause(change.table, change.text(0) ?? hole("expression"), change.options)}`,
	],
	remove_exclusion_constraint: ({ table, text, options }) => [
		dropExclusion(table, text(0), options),
	],
	// No method of Rails's own: the name that helpers give it.
	add_primary_key: (change) => [
		`${alter(change)} ADD PRIMARY KEY ${nameList(columnsOf(change.call, 1))}`,
	],
	add_reference: addReference,
	add_belongs_to: addReference,
	remove_reference: removeReference,
	remove_belongs_to: removeReference,
};

const alone: Readonly<Record<string, (call: Call, version: number) => readonly string[]>> = {
	create_table: createTable,
	create_join_table: createJoinTable,
	change_table: changeTable,
	enable_extension: (call) => [
		`CREATE EXTENSION IF NOT EXISTS ${nameOf(textArgument(call, 0) ?? hole("extension"))}`,
	],
	disable_extension: (call) => [
		`DROP EXTENSION IF EXISTS ${nameOf(textArgument(call, 0) ?? hole("extension"))} CASCADE`,
	],
	create_schema: (call) => [`CREATE SCHEMA ${nameOf(textArgument(call, 0) ?? hole("schema"))}`],
	drop_schema: (call) => [
		`DROP SCHEMA IF EXISTS ${nameOf(textArgument(call, 0) ?? hole("schema"))} CASCADE`,
	],
	create_enum: (call) => [
		`CREATE TYPE ${tableName(textArgument(call, 0) ?? hole("type"))} AS ENUM (${textsOf(call.node.args[1], call.scope).map(stringOf).join(", ")})`,
	],
	drop_enum: (call) => [`DROP TYPE ${tableName(textArgument(call, 0) ?? hole("type"))}`],
	rename_enum: (call) => [
		`ALTER TYPE ${tableName(textArgument(call, 0) ?? hole("type"))} RENAME TO ${nameOf(textArgument(call, 1) ?? option(optionsOf(call), "to") ?? hole("name"))}`,
	],
	rename_enum_value: (call) => [
		`ALTER TYPE ${tableName(textArgument(call, 0) ?? hole("type"))} RENAME VALUE ${stringOf(option(optionsOf(call), "from") ?? hole("value"))} TO ${stringOf(option(optionsOf(call), "to") ?? hole("value"))}`,
	],
	add_enum_value: (call) => [
		`ALTER TYPE ${tableName(textArgument(call, 0) ?? hole("type"))} ADD VALUE ${stringOf(textArgument(call, 1) ?? hole("value"))}`,
	],
};

/**
 * Returns what a method of a migration sends to PostgreSQL, one text a statement; undefined when it is no
 * method of Rails's own (connection_adapters/abstract/schema_statements.rb, postgresql/schema_statements.rb).
 */
export function railsSql(call: Call, version: number): readonly string[] | undefined {
	const single = alone[call.name];
	if (single) return single(call, version);
	const build = onTable[call.name];
	return build?.(changeOf(call, textArgument(call, 0) ?? hole("table"), 1, version));
}

/** What `t.name` means in change_table. */
const tableMethods: Readonly<Record<string, string>> = {
	index: "add_index",
	rename: "rename_column",
	change: "change_column",
	change_default: "change_column_default",
	change_null: "change_column_null",
	remove: "remove_columns",
	remove_index: "remove_index",
	rename_index: "rename_index",
	timestamps: "add_timestamps",
	remove_timestamps: "remove_timestamps",
	foreign_key: "add_foreign_key",
	remove_foreign_key: "remove_foreign_key",
	check_constraint: "add_check_constraint",
	remove_check_constraint: "remove_check_constraint",
	unique_constraint: "add_unique_constraint",
	column: "add_column",
};

function changeTable(call: Call, version: number): readonly string[] {
	const table = textArgument(call, 0) ?? hole("table");
	const sql: string[] = [];
	blockCalls(call.node, call.scope, (inner) => {
		const change = changeOf(inner, table, 0, version);
		const names = columnsOf(inner, 0);
		if (/^(?:references|belongs_to)$/.test(inner.name)) {
			for (const name of names) sql.push(...addReference({ ...change, text: () => name }));
		} else if (/^remove_(?:references|belongs_to)$/.test(inner.name)) {
			for (const name of names) sql.push(...removeReference({ ...change, text: () => name }));
		} else if (inner.name === "remove") {
			const drops = names.map((name) => `DROP COLUMN ${nameOf(name)}`);
			sql.push(`${alter(change)} ${drops.join(", ")}`);
		} else if (isColumnType(inner.name)) {
			for (const name of names) {
				sql.push(
					`${alter(change)} ADD COLUMN ${columnSql(name, inner.name, change.options, version)}`,
				);
				sql.push(...indexOfColumn(change, name));
			}
		} else {
			sql.push(...(onTable[tableMethods[inner.name] ?? ""]?.(change) ?? []));
		}
	});
	return sql;
}

/** `t.string :name, index: true`: only tables that are made or changed in a block have it. */
function indexOfColumn({ table, options }: Change, column: string): readonly string[] {
	const index = nested(options, "index");
	return index ? [addIndex(table, [column], index)] : [];
}
