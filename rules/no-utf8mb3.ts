import { defineRule, type ColumnDefinition, type Range, type TypeName } from "#core";

function isShort(characterSet: string | undefined): boolean {
	return /^utf8(?:mb3)?(?:_|$)/i.test(characterSet ?? "");
}

function typeRange(type: TypeName | undefined): Range | undefined {
	return type && isShort(type.characterSet) ? type.range : undefined;
}

function shortColumns(columns: readonly ColumnDefinition[]) {
	return columns.filter(
		({ type, collation }) => typeRange(type) !== undefined || isShort(collation?.name),
	);
}

export default defineRule({
	id: "no-utf8mb3",
	summary: "Disallow utf8, which is utf8mb3, as the character set of a table or column.",
	why: `In MySQL and MariaDB utf8 means utf8mb3: three bytes to a character at most. Emoji, many names in Chinese and some signs
take four; an INSERT of them fails with 1366, or loses the rest of the text where sql_mode is not strict. A join of a utf8
with a utf8mb4 column converts one of them and may use no index. To convert a table later copies all of its rows. Both
manuals call utf8mb3 deprecated; in MySQL utf8 is to mean utf8mb4 one day.`,
	category: "schema",
	dialects: ["mysql", "mariadb"],
	severity: "warning",
	preset: "strict",
	aliases: {},
	help: "Write utf8mb4.",
	messages: {
		table:
			"{table} is made with {set}, which has no room for characters of four bytes, such as emoji.",
		column:
			"{column} is made with utf8mb3, which has no room for characters of four bytes, such as emoji.",
	},
	examples: [
		{
			bad: "CREATE TABLE customers (id bigint NOT NULL PRIMARY KEY, name varchar(80)) CHARSET=utf8;",
			good: "CREATE TABLE customers (id bigint NOT NULL PRIMARY KEY, name varchar(80)) CHARSET=utf8mb4;",
		},
		{
			before: "CREATE TABLE customers (id bigint NOT NULL PRIMARY KEY) CHARSET=utf8mb4;",
			bad: `SET SESSION lock_wait_timeout = 5;
ALTER TABLE customers ADD COLUMN name varchar(80) CHARACTER SET utf8, ALGORITHM=INSTANT;`,
			good: `SET SESSION lock_wait_timeout = 5;
ALTER TABLE customers ADD COLUMN name varchar(80), ALGORITHM=INSTANT;`,
		},
	],
	on: {
		createTable({ table, columns, parameters, range }, context) {
			const option = parameters.find(
				({ name, value }) => (name === "charset" || name === "collate") && isShort(value),
			);
			const [column] = shortColumns(columns);
			if (option) {
				const data = { table: table.name, set: option.value ?? "utf8" };
				context.report({ message: "table", at: table.range ?? range, data });
			} else if (column) {
				const data = { column: `${table.name}.${column.name}` };
				context.report({ message: "column", at: typeRange(column.type) ?? column.range, data });
			}
		},
		addColumn({ table, column }, context) {
			if (shortColumns([column]).length === 0) return;
			const data = { column: `${table.name}.${column.name}` };
			context.report({ message: "column", at: typeRange(column.type) ?? column.range, data });
		},
		convertCharacterSet(operation, context) {
			const { table, characterSet, collation } = operation;
			if (!isShort(characterSet ?? collation)) return;
			const set = characterSet ?? collation ?? "utf8";
			context.report({ message: "table", at: operation, table, data: { table: table.name, set } });
		},
	},
});
