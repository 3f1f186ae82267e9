import type { Database } from "node-sqlite3-wasm";
import type { Catalog } from "../../../src/catalog/catalog.ts";
import type { Column, Index, Table } from "../../../src/catalog/model.ts";

type Row = Readonly<Record<string, string | number | null>>;

function quoted(name: string): string {
	return `"${name.replaceAll('"', '""')}"`;
}

/** The schema of a real database in lines: tables, columns, indexes, foreign keys, views and triggers. */
export function sqliteLines(database: Database): readonly string[] {
	const rows = (sql: string): readonly Row[] => database.all(sql) as readonly Row[];
	const lines: string[] = [];
	const objects = rows("SELECT type, name, tbl_name, sql FROM sqlite_master");
	const virtual = objects
		.filter(({ sql }) => /^create\s+virtual/i.test(String(sql)))
		.map(({ name }) => String(name));
	const isShadow = (name: string): boolean =>
		virtual.some((one) => name === one || name.startsWith(`${one}_`));
	for (const { type, name, tbl_name: owner } of objects) {
		const own = String(name);
		if (isShadow(own) || (own.startsWith("sqlite_") && type === "table")) continue;
		if (type === "view") lines.push(`view ${own}`);
		if (type === "trigger") lines.push(`trigger ${own} on ${String(owner)}`);
		if (type !== "table") continue;
		lines.push(`table ${own}`);
		for (const column of rows(`PRAGMA table_xinfo(${quoted(own)})`)) {
			if (column["hidden"] === 1) continue;
			lines.push(
				`column ${own}.${String(column["name"])} ${String(column["type"]).toLowerCase().replaceAll(/\s+/g, "")} #${String(column["cid"])}${column["notnull"] ? " not null" : ""}${column["dflt_value"] === null ? "" : " default"}${column["pk"] ? ` key ${String(column["pk"])}` : ""}${Number(column["hidden"]) > 1 ? " generated" : ""}`,
			);
		}
		for (const index of rows(`PRAGMA index_list(${quoted(own)})`)) {
			const columns = rows(`PRAGMA index_info(${quoted(String(index["name"]))})`).map((column) =>
				column["name"] === null ? "(expression)" : String(column["name"]),
			);
			lines.push(
				`index ${String(index["name"])} on ${own} (${columns.join(", ")})${index["unique"] ? " unique" : ""}${index["partial"] ? " partial" : ""}`,
			);
		}
		const keys = new Map<string, string[]>();
		for (const key of rows(`PRAGMA foreign_key_list(${quoted(own)})`)) {
			const id = `${String(key["id"])} ${String(key["table"])} ${String(key["on_delete"])}`;
			// Without columns the primary key of the other table is meant.
			const meant = rows(`PRAGMA table_info(${quoted(String(key["table"]))})`).find(
				({ pk }) => pk === Number(key["seq"]) + 1,
			);
			const to = String(key["to"] ?? meant?.["name"] ?? "");
			keys.set(id, [...(keys.get(id) ?? []), `${String(key["from"])}=${to}`]);
		}
		for (const [id, columns] of keys) {
			const [, to = "", ...action] = id.split(" ");
			lines.push(
				`foreign key ${own} (${columns.join(", ")}) to ${to} on delete ${action.join(" ")}`,
			);
		}
	}
	return lines.sort();
}

const actions = {
	noAction: "NO ACTION",
	restrict: "RESTRICT",
	cascade: "CASCADE",
	setNull: "SET NULL",
	setDefault: "SET DEFAULT",
} as const;

/** The same lines of our catalog. */
export function catalogLines(catalog: Catalog): readonly string[] {
	const lines: string[] = [];
	for (const view of catalog.views()) {
		lines.push(`view ${view.name}`);
		for (const trigger of view.triggers) lines.push(`trigger ${trigger.name} on ${view.name}`);
	}
	for (const table of catalog.tables()) {
		if (table.module !== undefined || table.persistence === "temporary") continue;
		lines.push(`table ${table.name}`);
		table.columns.forEach((column, at) => lines.push(columnLine(table, column, at)));
		for (const index of table.indexes) lines.push(indexLine(table, index));
		for (const trigger of table.triggers) lines.push(`trigger ${trigger.name} on ${table.name}`);
		for (const constraint of table.constraints) {
			if (constraint.type !== "foreignKey") continue;
			const pairs = constraint.columns.map(
				(column, at) => `${column}=${constraint.referencedColumns[at] ?? ""}`,
			);
			lines.push(
				`foreign key ${table.name} (${pairs.join(", ")}) to ${constraint.references.name} on delete ${actions[constraint.onDelete]}`,
			);
		}
	}
	return lines.sort();
}

function columnLine(table: Table, column: Column, at: number): string {
	const key = table.constraints.find(({ type }) => type === "primaryKey");
	const place = key?.type === "primaryKey" ? key.columns.indexOf(column.name) + 1 : 0;
	const { type } = column;
	const modifiers = type && type.modifiers.length > 0 ? `(${type.modifiers.join(",")})` : "";
	// PRAGMA says NOT NULL of what is written, and of the keys of tables without a rowid.
	const notNull =
		table.constraints.some((one) => one.type === "notNull" && one.columns[0] === column.name) &&
		column.notNull;
	return `column ${table.name}.${column.name} ${`${type?.name ?? ""}${modifiers}`.replaceAll(/\s+/g, "")} #${at}${notNull ? " not null" : ""}${column.default ? " default" : ""}${place > 0 ? ` key ${place}` : ""}${column.generated ? " generated" : ""}`;
}

function indexLine(table: Table, index: Index): string {
	const columns = index.elements.map(({ expression }) =>
		expression.kind === "column" ? (expression.path.at(-1) ?? "") : "(expression)",
	);
	return `index ${index.name} on ${table.name} (${columns.join(", ")})${index.unique ? " unique" : ""}${index.where ? " partial" : ""}`;
}
