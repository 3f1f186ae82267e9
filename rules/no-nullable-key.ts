import { defineRule, listWords } from "#core";
import type { ColumnDefinition, OperationOf } from "#core";

function isRequired({ constraints }: ColumnDefinition): boolean {
	return constraints.some(({ type }) => type === "notNull");
}

/** INTEGER PRIMARY KEY, in these words, is the number of the row: it is never NULL. */
function isRowId({ type, constraints }: ColumnDefinition, columns: readonly string[]): boolean {
	const isWritten = constraints.some((constraint) => constraint.type === "primaryKey");
	return (isWritten || columns.length === 1) && /^integer$/i.test(type?.name ?? "");
}

function keyOf(operation: OperationOf<"createTable">): readonly string[] {
	const inline = operation.columns.flatMap(({ constraints }) => constraints);
	const key = [...inline, ...operation.constraints].find(({ type }) => type === "primaryKey");
	return key?.type === "primaryKey" ? key.columns : [];
}

export default defineRule({
	id: "no-nullable-key",
	summary: "Disallow a primary key that accepts NULL.",
	why: `For the sake of old databases SQLite lets the columns of a primary key hold NULL, in as many rows as one likes, as NULLs
are not equal. Only INTEGER PRIMARY KEY (in exactly these words: not INT, not BIGINT), and tables WITHOUT ROWID or
STRICT, refuse them. Such rows can be neither found by their key nor replaced by an UPSERT, and a copy into another
database fails. Source: sqlite.org/lang_createtable.html#the_primary_key.`,
	category: "schema",
	dialects: ["sqlite"],
	severity: "warning",
	preset: "strict",
	aliases: {},
	help: "Write NOT NULL at each column of the key.",
	messages: {
		nullable: "The primary key of {table} accepts NULL in {columns}, in any number of rows.",
	},
	examples: [
		{
			bad: "CREATE TABLE sessions (id TEXT PRIMARY KEY, ip TEXT);",
			good: `CREATE TABLE sessions (id TEXT NOT NULL PRIMARY KEY, ip TEXT);
CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT);`,
		},
	],
	on: {
		createTable(operation, context) {
			if (operation.withoutRowid || operation.strict || operation.module !== undefined) return;
			const key = keyOf(operation);
			const open = operation.columns.filter(
				(column) =>
					key.some((name) => name.toLowerCase() === column.name.toLowerCase()) &&
					!isRequired(column) &&
					!isRowId(column, key),
			);
			if (open.length === 0) return;
			const columns = listWords(open.map(({ name }) => name));
			const data = { table: operation.table.name, columns };
			context.report({ message: "nullable", at: operation, data });
		},
	},
});
